"""Prometheus' own checker on what a running daemon really says."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.process import daemon, until
from tests.e2e.town import BOTH_WAYS, town

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_prometheus_has_nothing_to_say_about_the_metrics(tmp_path: Path) -> None:
    specs = tmp_path / "connections.d"
    specs.mkdir()
    with town(time.time) as apps:
        apps.fresh(20)
        (specs / "accounts.yaml").write_text(apps.accounts)
        (specs / "people.yaml").write_text(BOTH_WAYS)
        (specs / "broken.yaml").write_text("version: 1\nkind: conection\n")
        with daemon(tmp_path) as one:
            until(lambda: one.cycles() >= 1)
            text = one.metrics()
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")

"""What an installed wheel holds: everything that the package reads from beside its modules, and nothing else."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from hatchling.builders.wheel import WheelBuilder

from tests.architecture.sources import PACKAGE, ROOT, ours, short

if TYPE_CHECKING:
    from pathlib import Path


def test_the_wheel_holds_the_whole_package_and_nothing_else(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {short(path) for path in ours(PACKAGE)}
    assert "reconciler/py.typed" in packed

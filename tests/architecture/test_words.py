"""The project speaks of itself alone: no machine's paths, no host that happened to serve a package."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT, ours, short

FORBIDDEN = {
    "a registry's host": r"pythonhosted\.org|\bpypi\.org|\bregistry\.npmjs|\bdeb\.debian|\bdebian\.org/debian",
    "a path of one machine": r"(?<![\w.])/(work|farm)/\w|/root\b/",
    "an issue's number": r"\b[Ii]ssue #?\d+|\(#\d+\)",
}
FILES = list(ours(ROOT))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{short(path)}:{number}: {line.strip()[:120]}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []

"""Real exchanges are kept outside of this repository, if at all: where they are not, tests find none to replay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

_FOLDER = Path(__file__).parents[2].parent / "shared" / "apis" / "recorded"


def recorded(name: str) -> Any:
    """The decoded file, or None where it is not there."""
    path = _FOLDER / name
    return msgspec.json.decode(path.read_bytes()) if path.is_file() else None

"""A short name for what a connection means: the same for every way of writing the same thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.connection import Connection

_SILENT = frozenset({"origin", "digest", "description", "label"})
"""Parts that say nothing about what will be done."""


def digest(connection: Connection, *settings: object) -> str:
    """32 hexadecimal digits over the resolved connection and further ``settings`` (plain data)."""
    text = json.dumps([_plain(connection), *map(_plain, settings)], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if is_dataclass(value):
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.name not in _SILENT}
        return [type(value).__name__, _plain(parts)]
    if isinstance(value, Mapping):
        return sorted(([_key(key), _plain(item)] for key, item in value.items()), key=lambda pair: str(pair[0]))
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _key(key: object) -> str:
    """Keys of several types in one order: ``true`` and ``"true"`` stay apart."""
    return json.dumps(key)

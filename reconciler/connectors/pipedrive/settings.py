"""What an account's options say, as the connectors take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

COMPLETE_EVERY = 6 * 3600.0
"""Seconds after which everything is read again: only that shows who was deleted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``overlap`` is how far a delta reads back before its cursor, ``lag`` how long the search index may be behind.
    ``create_organizations`` makes one that no other has the name of; ``archived`` lists archived leads, too.
    ``contact_sync`` says whether its fields are there (None: as the account tells)."""

    page_size: int = 500
    overlap: timedelta = timedelta(seconds=60)
    lag: timedelta = timedelta(seconds=60)
    create_organizations: bool = True
    archived: bool = True
    contact_sync: bool | None = None

"""What an account's options say, as the connectors take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """``overlap`` is how far a delta reads back before its cursor, ``lag`` how long the search index may be behind.
    ``complete_every`` is how old a complete read may be before another is made (None: any age).
    ``create_organizations`` makes one that no other has the name of; ``archived`` lists archived leads, too.
    ``contact_sync`` says whether its fields are there (None: as the account tells)."""

    page_size: int = 500
    overlap: timedelta = timedelta(seconds=60)
    lag: timedelta = timedelta(seconds=60)
    complete_every: timedelta | None = timedelta(hours=6)
    create_organizations: bool = True
    archived: bool = True
    contact_sync: bool | None = None

"""Where a delta begins: when the listing before it began, by the server's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.pipedrive.api import moment_of
from reconciler.errors import CursorExpired

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.connectors.pipedrive.api import Api


def began_at(api: Api, cursor: str) -> datetime:
    """The moment that a cursor names. Raises ``CursorExpired`` where this was never a cursor."""
    moment = moment_of(cursor)
    if moment is None:
        raise CursorExpired(api.http.app, "the cursor cannot be read", code="cursor")
    return moment

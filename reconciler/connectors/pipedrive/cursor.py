"""Where a delta begins, and since when no complete read was made: only that shows who was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.connectors.pipedrive.api import moment_of
from reconciler.errors import CursorExpired

if TYPE_CHECKING:
    from reconciler.connectors.pipedrive.api import Api
    from reconciler.connectors.pipedrive.settings import Settings


@dataclass(frozen=True, slots=True)
class Cursor:
    """Both by the server's clock: ``asked`` is when the listing before began, ``complete`` when the last complete
    one did."""

    asked: datetime
    complete: datetime

    @classmethod
    def parse(cls, api: Api, text: str) -> Cursor:
        """Raises ``CursorExpired`` where this was never a cursor."""
        asked, complete = map(moment_of, text.partition(" ")[::2])
        if asked is None or complete is None:
            raise CursorExpired(api.http.app, "the cursor cannot be read", code="cursor")
        return cls(asked, complete)

    def text(self) -> str:
        """As it is handed out."""
        return f"{self.asked.isoformat()} {self.complete.isoformat()}"

    def check(self, api: Api, now: datetime, settings: Settings) -> None:
        """``now`` is the server's time. Raises ``CursorExpired`` where it is time for a complete read."""
        if settings.complete_every and now - self.complete > settings.complete_every:
            problem = "deletes show in complete reads only, and the last one was long ago"
            raise CursorExpired(api.http.app, problem, code="complete_read_due")


def following(began: datetime, since: Cursor | None) -> str:
    """The cursor after a listing that began then; ``since`` is the one that it came from."""
    return Cursor(began, since.complete if since else began).text()

"""Where the next delta begins: a moment by the server's own clock, taken before its first page was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reconciler.connectors.mailchimp.values import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.mailchimp.api import Row

_ALWAYS = datetime(2001, 1, 1, tzinfo=UTC)
"""Before the first audience."""


@dataclass(slots=True)
class Cursor:
    """``asked``: when the first page was made, by its own header; ``seen``: the latest change that a page told of,
    which serves where there is no such header."""

    asked: datetime | None = None
    seen: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """What a cursor's text says to the delta that begins there; None where it says nothing."""
        began = read_moment(text)
        return cls(seen=began) if began else None

    def look(self, rows: Iterable[Row], response: Response) -> None:
        """Move on with what a page brought."""
        self.asked = self.asked or _server_time(response)
        moments = [moment for row in rows if (moment := read_moment(row.get("last_changed")))]
        self.seen = max([*moments, self.seen] if self.seen else moments, default=None)

    def text(self) -> str:
        """In whole seconds: a fraction makes the filter let everybody through."""
        return whole_seconds(self.asked or self.seen or _ALWAYS)

    def since(self, overlap: timedelta) -> str:
        """What to ask for: changes *after* a moment, of which a second holds many."""
        return whole_seconds((self.seen or _ALWAYS) - max(overlap, timedelta(seconds=1)))


def whole_seconds(moment: datetime) -> str:
    """``2026-01-02T03:04:05+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _server_time(response: Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None

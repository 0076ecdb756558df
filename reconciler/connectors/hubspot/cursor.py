"""Where a delta read begins: the server's time, and with lists a fingerprint of who was on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.connectors.dialect import Response

_FORM = re.compile(r"(\d+)(?: (\d+) ([0-9a-f]+))?")
BIN = 85 * 86_400_000
"""Milliseconds after which the recycle bin (90 days) may have forgotten who was archived."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``at`` and ``joined`` (when the last member of any list joined) in epoch milliseconds."""

    at: int
    joined: int | None = None
    mark: str = ""

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """What ``text`` says, or None where it is no cursor."""
        if (found := _FORM.fullmatch(text)) is None:
            return None
        at, joined, mark = found.groups()
        return cls(int(at), int(joined) if joined else None, mark or "")

    def text(self) -> str:
        """As it is kept."""
        return str(self.at) if self.joined is None else f"{self.at} {self.joined} {self.mark}"


def server_time(response: Response) -> int | None:
    """The server's clock in epoch milliseconds, by its ``Date`` header; None where it does not say."""
    try:
        return int(parsedate_to_datetime(response.headers.get("Date", "")).timestamp() * 1000)
    except ValueError:
        return None

"""How Insightly words its refusals, and what its headers tell of the day's calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning

if TYPE_CHECKING:
    from reconciler.connectors.dialect import Response

STALE = "stale"
"""The code of a refused ``If-Match``."""

NO_ACCESS = "no_access"
"""The code of what the key's user may not see or do."""

_BAD, _UNAUTHORIZED, _FULL, _FORBIDDEN, _TOO_MANY = 400, 401, 402, 403, 429
_SPENT = "daily_limit"
_PRECONDITION = "if-match"

_CODES = {_FULL: "record_limit", _FORBIDDEN: NO_ACCESS}

_ASIDE = {
    _UNAUTHORIZED: "check api_key (User Settings > API) and pod, a key is good on its own pod alone; it said: ",
    _FORBIDDEN: "the key's user may not do this; ask an administrator for permission; it said: ",
    _FULL: "the plan's number of records is reached; delete some or upgrade; it said: ",
}


class _Envelope(msgspec.Struct, rename="pascal"):
    name: str = ""
    message: str = ""


def words(response: Response) -> str:
    """What it says: an envelope, a JSON text, or a plain one."""
    try:
        said = msgspec.json.decode(response.content, type=_Envelope | str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return response.text.strip()
    return said if isinstance(said, str) else said.message or said.name


def server_time(response: Response) -> datetime | None:
    """The server's own clock."""
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def _explain(response: Response) -> tuple[str, str]:
    said = words(response)
    if response.status == _BAD and _PRECONDITION in said.lower():
        return STALE, said
    if response.status == _TOO_MANY and _left(response) == 0:
        return _SPENT, "today's calls are used up; they begin anew at midnight UTC"
    aside = _ASIDE.get(response.status, "")
    return _CODES.get(response.status, ""), f"{aside}{said}" if said else aside.removesuffix("; it said: ")


def _number(response: Response, header: str) -> int | None:
    text = response.headers.get(header, "").strip()
    return int(text) if text.isdecimal() else None


def _left(response: Response) -> int | None:
    return _number(response, "X-RateLimit-Remaining")


def _usage(response: Response) -> tuple[int, int] | None:
    limit, left = _number(response, "X-RateLimit-Limit"), _left(response)
    return None if limit is None or left is None else (max(limit - left, 0), limit)


def _pause(response: Response) -> float | None:
    """A spent day is over at midnight UTC, by the server's clock; nothing is answered before."""
    now = server_time(response)
    if response.status != _TOO_MANY or _left(response) != 0 or now is None:
        return None
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return (midnight - now).total_seconds()


DIALECT = Dialect(
    rows={_SPENT: Meaning.SPENT, _FULL: Meaning.REJECTED},
    explain=_explain,
    usage=_usage,
    pause=_pause,
)
"""A full plan (402) refuses new records one by one and nothing else, so it does not stall the account."""

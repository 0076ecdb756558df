"""How a module is read from end to end: by page token as far as that goes, and by windows of ids beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reconciler.connectors.zoho.api import Row, chunks_of
from reconciler.connectors.zoho.coql import PAGE, quoted, select
from reconciler.connectors.zoho.schema import moment_text
from reconciler.errors import CursorExpired, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.zoho.api import Module, Params, Rows

_CEILING = "PAGINATION_LIMIT_EXCEEDED"
_STAMP = "Modified_Time"


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a listing. ``last`` says that nothing follows, ``asked`` when it was answered by the server's own
    clock. ``broken`` is a part after which nothing can be trusted to be complete."""

    rows: Sequence[Row]
    asked: datetime | None = None
    last: bool = False
    broken: bool = False


class Listing:
    """The rows of a module with these columns."""

    def __init__(self, module: Module, columns: Sequence[str]) -> None:
        self._module = module
        self._first, *self._rest = chunks_of(columns)

    def everything(self) -> Iterator[Part]:
        """All rows by id. The list ends at 100,000 rows; where it does, queries go on from the last id."""
        params: Params = {"fields": ",".join(self._first), "per_page": PAGE, "sort_by": "id", "sort_order": "asc"}
        seen, part = "0", Part(())
        try:
            for part in self._parts(params):
                seen = str(part.rows[-1]["id"]) if part.rows else seen
                yield part
        except Rejected as error:
            if error.code != _CEILING:
                raise
        if not (part.last or part.broken):
            yield from self._windows(seen)

    def changes(self, since: datetime) -> Iterator[Part]:
        """What was modified since a moment, oldest first. Raises ``CursorExpired`` when it is too much to list."""
        params: Params = {"fields": ",".join(self._first), "per_page": PAGE, "sort_by": _STAMP, "sort_order": "asc"}
        yield from self._to_the_end(params, since)

    def converted(self, since: datetime) -> Iterator[Part]:
        """Leads that were converted and modified since a moment, ids alone."""
        params: Params = {
            "fields": _STAMP,
            "per_page": PAGE,
            "sort_by": _STAMP,
            "sort_order": "asc",
            "converted": "true",
        }
        yield from self._to_the_end(params, since)

    def deleted(self, since: datetime) -> Iterator[Part]:
        """What was deleted since a moment."""
        number, more = 1, True
        while more:
            rows, response = self._module.deleted(number, moment_text(since))
            part = _part(rows, response, follows=number > 1)
            more = bool(rows and rows.whole and rows.info.more_records)
            yield part
            number += 1

    def _to_the_end(self, params: Params, since: datetime) -> Iterator[Part]:
        part = Part(())
        try:
            for part in self._parts(params, moment_text(since)):
                yield part
        except Rejected as error:
            if error.code != _CEILING:
                raise
        if not (part.last or part.broken):
            raise CursorExpired(self._module.http.app, "more changed than can be listed", code=_CEILING)

    def _parts(self, params: Params, since: str | None = None) -> Iterator[Part]:
        """Page after page, always with the same parameters; ends early where no token leads on, and where rows come
        again as they were, because then others were passed over."""
        token: str | None = None
        before: set[tuple[object, object]] = set()
        while True:
            rows, response = self._module.page({**params, "page_token": token}, since)
            part = _part(rows, response, follows=token is not None)
            now = {(row["id"], row.get(_STAMP)) for row in part.rows}
            if before & now:
                part = replace(part, last=False, broken=True)
            before = now
            yield self._completed(part) if "converted" not in params else part
            token = rows.info.next_page_token if rows else None
            if part.last or part.broken or not token:
                return

    def _windows(self, seen: str) -> Iterator[Part]:
        while True:
            where = f"id > {quoted(seen)}"
            found = self._module.ask(select(("id", _STAMP), self._module.name, where)).data
            ids = [str(row["id"]) for row in found]
            rows = self._module.by_ids(ids, [*self._first, *(name for rest in self._rest for name in rest)])
            yield Part(list(rows.values()), last=not ids)
            if not ids:
                return
            seen = ids[-1]

    def _completed(self, part: Part) -> Part:
        """A read names at most 50 fields: the others come by id."""
        if not (self._rest and part.rows):
            return part
        ids = [str(row["id"]) for row in part.rows]
        rest = self._module.by_ids(ids, [name for names in self._rest for name in names])
        rows = [{**row, **rest[str(row["id"])]} for row in part.rows if str(row["id"]) in rest]
        return replace(part, rows=rows)


def _part(rows: Rows | None, response: Response, *, follows: bool = False) -> Part:
    """Nothing on a page that another one announced is no end, and neither is a page that is not whole."""
    asked = _server_time(response)
    if rows is None:
        return Part((), asked, last=not follows, broken=follows)
    return Part(rows.data, asked, last=rows.whole and not rows.info.more_records, broken=not rows.whole)


def _server_time(response: Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None

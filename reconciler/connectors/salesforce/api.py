"""Salesforce's REST calls on one sObject: queries by cursor, collections of rows, and the words of its errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.connectors.redaction import leaves, redact
from reconciler.connectors.salesforce.schema import Describe
from reconciler.errors import AppError, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

Row: TypeAlias = dict[str, object]

_USAGE = re.compile(r"(?:^|;)\s*(?:per-app-)?api-usage=(\d+)/(\d+)")
_LOCKED = "UNABLE_TO_LOCK_ROW"
_LOCK_WAIT = 1.0

NO_ANSWER = "no_answer"
"""The code of a row whose second attempt brought no answer: it may have been written."""


class Page(msgspec.Struct, rename="camel"):
    """One page of a query. ``done`` is to be trusted, not the presence of ``next_records_url``."""

    total_size: int
    done: bool
    records: list[dict[str, object]]
    next_records_url: str | None = None

    def __post_init__(self) -> None:
        """A row without its id is not what is documented."""
        if any("Id" not in row for row in self.records):
            raise ValueError("a row lacks its id")


class _Match(msgspec.Struct):
    record: dict[str, object] = {}


class _Matches(msgspec.Struct, rename="camel"):
    match_records: list[_Match] = []


class _Duplicates(msgspec.Struct, rename="camel"):
    match_results: list[_Matches] = []


class RowError(msgspec.Struct, rename="camel"):
    """Why one row, or one request, was refused."""

    message: str = ""
    error_code: str = ""
    status_code: str = ""
    fields: list[str] | None = None
    duplicate_result: _Duplicates | None = None

    @property
    def code(self) -> str:
        """Rows say ``statusCode``, requests ``errorCode``."""
        return self.status_code or self.error_code

    @property
    def twins(self) -> list[str]:
        """Ids of the records that a duplicate rule found."""
        results = self.duplicate_result.match_results if self.duplicate_result else []
        return [str(match.record["Id"]) for one in results for match in one.match_records if "Id" in match.record]


class RowResult(msgspec.Struct):
    """What became of one row of a collection."""

    success: bool
    id: str | None = None
    errors: list[RowError] = []

    @property
    def error(self) -> RowError:
        """The first error."""
        return self.errors[0] if self.errors else RowError(status_code="unknown")


def _explain(response: Response) -> tuple[str, str]:
    first = next(iter(response.json(list[RowError])), RowError())
    return first.code, first.message


def _usage(response: Response) -> tuple[int, int] | None:
    """``Sforce-Limit-Info: api-usage=8370/15000; per-app-api-usage=17/250(appName=x)``: the tighter of the two."""
    told = [(int(used), int(limit)) for used, limit in _USAGE.findall(response.headers.get("Sforce-Limit-Info", ""))]
    return min(told, key=lambda pair: pair[1] - pair[0], default=None)


DIALECT = Dialect(
    rows={
        "REQUEST_LIMIT_EXCEEDED": Meaning.SPENT,
        "INVALID_QUERY_LOCATOR": Meaning.EXPIRED,
        "INVALID_FIELD": Meaning.DENIED,
        "INVALID_TYPE": Meaning.DENIED,
        "SERVER_UNAVAILABLE": Meaning.BUSY,
        _LOCKED: Meaning.BUSY,
    },
    explain=_explain,
    usage=_usage,
)
"""Its own codes say more than the status: a spent daily allowance comes as 403, which elsewhere means no permission; a
field that was hidden since the last describe comes as 400."""


_RIGHTS = {"queryable": "read", "createable": "create", "updateable": "edit", "deletable": "delete"}


class _Summary(msgspec.Struct):
    """An object in a few words."""

    about: dict[str, object] = msgspec.field(name="objectDescribe", default_factory=dict)


class SObject:
    """The calls on one sObject type."""

    def __init__(self, http: Http, name: str, api_version: str, *, allow_duplicates: bool) -> None:
        self.http = http.speaking(DIALECT)
        self.name = name
        self._root = f"/services/data/v{api_version}"
        self._headers = {
            "Sforce-Auto-Assign": "FALSE",
            "Sforce-Duplicate-Rule-Header": f"allowSave={str(allow_duplicates).lower()}",
        }

    def describe(self) -> Describe:
        """Its fields, as this user may see them."""
        return self.http.request("GET", f"{self._root}/sobjects/{self.name}/describe").json(Describe)

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[tuple[Page, Response]]:
        """All pages of a query, with the answers they came in; ``deleted`` also looks into the recycle bin."""
        path: str | None = f"{self._root}/{'queryAll' if deleted else 'query'}"
        params: dict[str, str | int | None] = {"q": soql}
        while path:
            response = self.http.request("GET", path, params=params, headers={"Sforce-Query-Options": "batchSize=2000"})
            page = response.json(Page)
            yield page, response
            path, params = (None if page.done else page.next_records_url), {}

    def retrieve(self, ids: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """These rows as they are stored; those that are gone are left out. At most 2,000 ids."""
        path = f"{self._root}/composite/sobjects/{self.name}"
        response = self.http.request("POST", path, json={"ids": ids, "fields": fields}, idempotent=True)
        return [row for row in response.json(list[Row | None]) if row and "Id" in row]

    def save(self, method: Literal["POST", "PATCH"], rows: Sequence[Row]) -> list[RowResult]:
        """Create or update a collection of at most 200; rows that ran into a lock get a second chance."""
        results = self._save(method, rows) if rows else []  # an empty collection is an error to the app
        locked = [place for place, result in enumerate(results) if result.error.code == _LOCKED and not result.success]
        if locked:
            self._try_again(method, rows, results, locked)
        return results

    def _try_again(
        self, method: Literal["POST", "PATCH"], rows: Sequence[Row], results: list[RowResult], locked: Sequence[int]
    ) -> None:
        self.http.sleep(_LOCK_WAIT)
        try:
            again = self._save(method, [rows[place] for place in locked])
        except NoAnswer as error:
            again = [RowResult(success=False, errors=[RowError(str(error), NO_ANSWER)])] * len(locked)
        except AppError:  # the rest of the collection is written: this must not end it
            return
        for place, result in zip(locked, again, strict=True):
            results[place] = result

    def _save(self, method: Literal["POST", "PATCH"], rows: Sequence[Row]) -> list[RowResult]:
        records = [{"attributes": {"type": self.name}, **row} for row in rows]
        response = self.http.request(
            method,
            f"{self._root}/composite/sobjects",
            json={"allOrNone": False, "records": records},
            headers=self._headers,
            idempotent=method == "PATCH",
        )
        return self._results(response, len(rows))

    def remove(self, ids: Sequence[str]) -> list[RowResult]:
        """Delete a collection of at most 200."""
        if not ids:
            return []
        params = {"ids": ",".join(ids), "allOrNone": "false"}
        response = self.http.request("DELETE", f"{self._root}/composite/sobjects", params=params)
        return self._results(response, len(ids))

    def _results(self, response: Response, expected: int) -> list[RowResult]:
        results = response.json(list[RowResult])
        if len(results) != expected:
            raise response.unclear(self.http.app, f"answered {len(results)} rows for {expected}", code="unreadable")
        return results

    def user(self) -> Row:
        """Who the credentials are."""
        return self.http.request("GET", "/services/oauth2/userinfo").json(Row)

    def not_granted(self) -> tuple[str, ...]:
        """What a sync does with these records and this user may not: read, create, edit or delete them."""
        said = self.http.request("GET", f"{self._root}/sobjects/{self.name}").json(_Summary).about
        return tuple(f"{verb} {self.name}" for name, verb in _RIGHTS.items() if said.get(name) is False)


def words(error: RowError, sent: object) -> str:
    """A row's refusal for a person, without the values that were sent."""
    twins = f" (it resembles {', '.join(error.twins)})" if error.twins else ""
    return f"{redact(error.message, leaves(sent))}{twins}"

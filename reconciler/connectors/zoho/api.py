"""Zoho CRM's REST calls on one module: pages by token, queries, batches of rows, and the words of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.connectors.redaction import leaves, redact
from reconciler.connectors.zoho.coql import PAGE, select
from reconciler.connectors.zoho.layouts import Layouts
from reconciler.connectors.zoho.schema import Column, Fields
from reconciler.errors import Denied, Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

Row: TypeAlias = dict[str, object]
TagAction: TypeAlias = Literal["add_tags", "remove_tags"]
Params: TypeAlias = dict[str, str | int | None]

ROOT = "/crm/v8"
SUCCESS = "SUCCESS"
BATCH = 100
"""Rows of one write, and ids of one read."""

MOST_FIELDS = 50
"""Fields that one read may name."""

_NOTHING_NEW, _EMPTY = 304, 204
_MIXED = frozenset({400, 412})
"""Statuses that still carry a result for each row."""

_ADVICE = {
    "INVALID_TOKEN": "a token is good in one data centre: make base_url the API host of yours; if it is, refresh_token "
    "was revoked: authorise the client again",
    "OAUTH_SCOPE_MISMATCH": "authorise the client again, with every scope that the documentation lists",
    "AUTHENTICATION_FAILURE": "authorise the client again; the user may have been deactivated",
    "NO_PERMISSION": "give the user's profile the permission for this module and for API access",
    "INVALID_MODULE": "the user's profile does not show this module",
    "API_DISABLED": "switch API access on for the user's profile",
}


class Info(msgspec.Struct):
    """The foot of a page. ``count`` is of this page, not of the whole."""

    more_records: bool = False
    next_page_token: str | None = None
    count: int | None = None


class Rows(msgspec.Struct):
    """A page of rows; ``whole`` says that the page holds what it says it holds."""

    data: list[dict[str, object]] = []
    info: Info = msgspec.field(default_factory=Info)

    def __post_init__(self) -> None:
        """A row without its id is not what is documented."""
        if not all(isinstance(row.get("id"), str) for row in self.data):
            raise ValueError("a row lacks its id")

    @property
    def whole(self) -> bool:
        """An account without rows answers 204, so an empty page is a broken one."""
        return bool(self.data) and self.info.count in {None, len(self.data)}


class RowResult(msgspec.Struct):
    """What became of one row of a batch, or why a request was refused."""

    code: str = ""
    message: str = ""
    details: object = None

    @property
    def detail(self) -> Mapping[str, object]:
        """What it says beyond the code; of several errors, the first."""
        details = self.details if isinstance(self.details, dict) else {}
        errors = details.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        return first.get("details", {}) if isinstance(first, dict) else details

    @property
    def id(self) -> str:
        """Of the row that was written."""
        return str(self.detail.get("id") or "")


class _Envelope(RowResult):
    data: list[RowResult] | None = None


class _Org(msgspec.Struct):
    id: str
    zgid: str | None = None


class _Orgs(msgspec.Struct):
    org: list[_Org]


def explain(response: Response) -> tuple[str, str]:
    """The code and the words of a refusal, at the top or in its first row."""
    envelope = response.json(_Envelope)
    first = envelope if envelope.code else next(iter(envelope.data or ()), RowResult())
    advice = _ADVICE.get(first.code)
    return first.code, f"{first.message} ({advice})" if advice else first.message


def dialect(daily_credits: int | None) -> Dialect:
    """How this account speaks. The credits that are left are told once half of them are used."""

    def usage(response: Response) -> tuple[int, int] | None:
        left = response.headers.get("X-API-CREDITS-REMAINING", "").strip()
        if not left.isdecimal():
            return None
        limit = max(daily_credits or 0, int(left))
        return limit - int(left), limit

    rows: dict[int | str, Meaning] = {
        **dict.fromkeys(_ADVICE, Meaning.DENIED),
        "EXPIRED_VALUE": Meaning.EXPIRED,
        "TOKEN_BOUND_DATA_MISMATCH": Meaning.EXPIRED,
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED": Meaning.EXPIRED,
        "TOO_MANY_REQUESTS": Meaning.BUSY,
    }
    return Dialect(rows=rows, explain=explain, usage=usage)


class Module:
    """The calls on one module (``Contacts``, ``Leads``, ``Accounts``)."""

    def __init__(self, http: Http, name: str, *, automation: bool = False) -> None:
        self.http = http
        self.name = name
        self._automation = automation
        self._path = f"{ROOT}/{name}"

    def fields(self) -> dict[str, Column]:
        """The module's fields, as this user may see them."""
        response = self.http.request("GET", f"{ROOT}/settings/fields", params={"module": self.name})
        return response.json(Fields).columns() if response.status != _EMPTY else {}

    def demanded(self) -> frozenset[str] | None:
        """The fields that the module's layouts require; None where that may not be asked."""
        try:
            response = self.http.request("GET", f"{ROOT}/settings/layouts", params={"module": self.name})
        except (Denied, Rejected):
            return None
        return response.json(Layouts).required() if response.status != _EMPTY else None

    def organisation(self) -> str:
        """Whose credentials these are."""
        found = self.http.request("GET", f"{ROOT}/org").json(_Orgs).org[0]
        return found.zgid or found.id

    def page(self, params: Params, since: str | None = None) -> tuple[Rows | None, Response]:
        """One page of the module; None where there is nothing (204), or nothing new (304) since a moment."""
        return self._rows(self._path, params, since)

    def deleted(self, page: int, since: str) -> tuple[Rows | None, Response]:
        """One page of what was deleted since a moment."""
        return self._rows(f"{self._path}/deleted", {"type": "all", "page": page, "per_page": PAGE}, since)

    def by_ids(self, ids: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
        """These rows as they are stored, in the order of ``ids``; those that are gone (or converted) are left out.

        Raises ``Retryable`` where an answer is not whole: what it lacks is not gone.
        """
        found: dict[str, Row] = {}
        for start in range(0, len(ids), BATCH):
            for chunk in chunks_of(columns):
                params: Params = {"ids": ",".join(ids[start : start + BATCH]), "fields": ",".join(chunk)}
                for row in self._whole(params):
                    found.setdefault(str(row["id"]), {}).update(row)
        return {record_id: found[record_id] for record_id in ids if record_id in found}

    def _whole(self, params: Params) -> list[Row]:
        rows, _ = self.page(params)
        if rows is None:
            return []
        if not rows.whole or rows.info.more_records:
            raise Retryable(self.http.app, f"a read of {self.name} by id came back incomplete", code="unreadable")
        return rows.data

    def query(self, columns: Sequence[str], where: str) -> Iterator[Row]:
        """All rows of a query."""
        offset = 0
        while True:
            rows = self.ask(select(columns, self.name, where, offset))
            yield from rows.data
            offset += len(rows.data)
            if not (rows.info.more_records and rows.data):
                return

    def ask(self, coql: str) -> Rows:
        """One page of a query."""
        response = self.http.request("POST", f"{ROOT}/coql", json={"select_query": coql}, idempotent=True)
        return Rows() if response.status == _EMPTY else response.json(Rows)

    def save(self, method: Literal["POST", "PUT"], rows: Sequence[Row]) -> list[RowResult]:
        """Create or update a batch; one result a row, whatever the status says. Without ``automation`` no workflow,
        approval or blueprint is set off."""
        body: dict[str, object] = {"data": rows}
        if not self._automation:
            body["trigger"] = []
        return self._batch(method, self._path, body, len(rows), idempotent=method == "PUT")

    def tag(self, action: TagAction, names: Iterable[str], ids: Sequence[str]) -> list[RowResult]:
        """Put these tags on these rows, or take them off."""
        body: dict[str, object] = {"tags": [{"name": name} for name in sorted(names)], "ids": list(ids)}
        if action == "add_tags":
            body["over_write"] = False
        return self._batch("POST", f"{self._path}/actions/{action}", body, len(ids), idempotent=True)

    def remove(self, ids: Sequence[str]) -> list[RowResult]:
        """Delete a batch."""
        params = {"ids": ",".join(ids), "wf_trigger": str(self._automation).lower()}
        response = self.http.request("DELETE", self._path, params=params, ok=_MIXED)
        return self._results(response, len(ids), params)

    def _rows(self, path: str, params: Params, since: str | None) -> tuple[Rows | None, Response]:
        headers = {"If-Modified-Since": since} if since else {}
        response = self.http.request("GET", path, params=params, headers=headers, ok={_NOTHING_NEW})
        return (None if response.status in {_EMPTY, _NOTHING_NEW} else response.json(Rows)), response

    def _batch(self, method: str, path: str, body: object, rows: int, *, idempotent: bool) -> list[RowResult]:
        response = self.http.request(method, path, json=body, idempotent=idempotent, ok=_MIXED)
        return self._results(response, rows, body)

    def _results(self, response: Response, expected: int, sent: object) -> list[RowResult]:
        """Results for each row. Raises ``Rejected`` or ``Denied`` for what concerns the whole request."""
        envelope = response.json(_Envelope)
        if envelope.data is None and response.status in _MIXED:
            code, words = explain(response)
            kind = Denied if code in _ADVICE else Rejected
            said = redact(words, leaves(sent))
            raise kind(
                self.http.app, f"a write to {self.name} was answered {response.status} {code}: {said}", code=code
            )
        results = envelope.data or []
        if len(results) != expected:
            raise response.unclear(self.http.app, f"answered {len(results)} rows for {expected}", code="unreadable")
        return results


def chunks_of(columns: Sequence[str]) -> list[Sequence[str]]:
    """As many fields as one read may name."""
    return [columns[start : start + MOST_FIELDS] for start in range(0, len(columns), MOST_FIELDS)]

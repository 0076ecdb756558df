"""The calls of Insightly's API that a sync needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from reconciler.connectors.http import Http
from reconciler.connectors.insightly.dialect import DIALECT, NO_ACCESS, words
from reconciler.connectors.insightly.paging import Skip, Slice
from reconciler.connectors.redaction import redact
from reconciler.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.dialect import Response

Row: TypeAlias = dict[str, object]

LONGEST_PAGE = 500
_FORBIDDEN, _NOT_FOUND, _UNDELETED = 403, 404, 417
_NOT_SEEN = (
    "the key's user may not see or change one of the records; give it access to all of them "
    "(its profile and role in System Settings); it said: "
)


@dataclass(frozen=True, slots=True)
class Held:
    """One record as it was read by itself, and its ETag where there was one."""

    row: Row
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of object: the name of its collection, and of its records' key."""

    http: Http
    name: str
    key: str

    @classmethod
    def over(cls, http: Http, name: str, key: str) -> Collection:
        """Speaking Insightly's dialect."""
        return cls(http.speaking(DIALECT), name, key)

    def page(self, skip: Skip, search: Mapping[str, str] | None = None, *, brief: bool = False) -> Slice:
        """Some rows in the order of their ids, of everything, or of what a search brings."""
        paging = {"top": str(skip.top), "skip": str(skip.skip), "count_total": "true"}
        params = {**paging, "brief": "true" if brief else None, **(search or {})}
        response = self.http.request("GET", f"/{self.name}/Search" if search else f"/{self.name}", params=params)
        return Slice.of(response, self.key)

    def get(self, record_id: str) -> Held | None:
        """One record, or None when it is gone. Raises ``Rejected`` where it exists and may not be seen."""
        if not record_id.isdecimal():
            return None
        response = self._one("GET", f"/{self.name}/{record_id}")
        return None if response.status == _NOT_FOUND else self._held(response)

    def post(self, body: Row) -> Row:
        """Make one; the row as it is stored."""
        return self._held(self.http.request("POST", f"/{self.name}", json=body)).row

    def put(self, record_id: str, body: Row, tag: str | None) -> Row | None:
        """Change what ``body`` names and nothing else; None when the record is gone. With ``tag``, only as long as the
        record is still what it was then: else ``Rejected`` with the code ``stale``."""
        sent = {self.key: int(record_id), **body}
        response = self._one("PUT", f"/{self.name}", json=sent, headers={"If-Match": tag} if tag else {})
        return None if response.status == _NOT_FOUND else self._held(response).row

    def delete(self, record_id: str) -> None:
        """Delete one; one that is gone already is fine. Raises ``Rejected`` when it is still there."""
        response = self._one("DELETE", f"/{self.name}/{record_id}", ok=[_UNDELETED])
        if response.status == _UNDELETED and self.get(record_id) is not None:
            said = redact(words(response)) or "no more"
            raise Rejected(
                self.http.app, f"Insightly could not delete the record; it said {said}", code="delete_failed"
            )

    def untag(self, record_id: str, tag: str) -> None:
        """Take a tag away; one that is not there is fine."""
        self._one("DELETE", f"/{self.name}/{record_id}/Tags/{quote(tag, safe='')}")

    def _held(self, response: Response) -> Held:
        row = response.json(Row)
        if self.key not in row:
            raise response.unclear(self.http.app, "answered without the record's id", code="unreadable")
        return Held(row, response.headers.get("ETag"))

    def _one(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        ok: Sequence[int] = (),
    ) -> Response:
        """A call on one record: what is forbidden concerns that record, not the account."""
        seen = {_FORBIDDEN, _NOT_FOUND, *ok}
        response = self.http.request(method, path, json=json, headers=headers or {}, ok=seen)
        if response.status == _FORBIDDEN:
            raise Rejected(self.http.app, f"{_NOT_SEEN}{redact(words(response))}", code=NO_ACCESS)
        return response


def rows_at(http: Http, path: str, **params: str) -> list[Row]:
    """All rows of a short list that is not paged by us (statuses, sources, custom fields)."""
    return http.speaking(DIALECT).request("GET", path, params=params).json(list[Row])


def account_id(http: Http) -> str:
    """Whose key it is: the instance, or, where this user may not see it, the user."""
    api = http.speaking(DIALECT)
    response = api.request("GET", "/Instance", ok={_FORBIDDEN, _NOT_FOUND})
    if response.status in {_FORBIDDEN, _NOT_FOUND}:
        return f"user {api.request('GET', '/Users/Me').json(Row).get('USER_ID')}"
    told = response.json(Row)
    return str(told.get("INSTANCE_SUBDOMAIN") or told.get("INSTANCE_NAME"))

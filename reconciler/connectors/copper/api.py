"""The calls of Copper's Developer API that a sync needs, and how it words its refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from reconciler.connectors.dialect import Dialect, Response

if TYPE_CHECKING:
    from reconciler.connectors.http import Http

Row: TypeAlias = dict[str, object]
"""A person or lead as JSON."""

UNKNOWN_KEY = "unknown_attribute"
"""The code of a refusal because a request has a key that the server does not know."""

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
_SILENCE = 10.0
_WHO = "check api_key, and that user_email is the address of the user whom the key was made for"
_MAY = "the key's owner may not do this: use the key of an administrator"
_ASIDE = {_UNAUTHORIZED: _WHO, _FORBIDDEN: _MAY}
_CODES = (
    (re.compile(r"unrecognized attribute", re.IGNORECASE), UNKNOWN_KEY),
    (re.compile(r"e-?mail\w*:? .*\b(taken|duplicate|exists?|in use|unique)\b", re.IGNORECASE), "duplicate_email"),
    (re.compile(r"\d+ leads match|multiple leads|more than one lead", re.IGNORECASE), "several_leads"),
)
_BLAMED = re.compile(r"Validation errors: ([A-Za-z_ ]+):")


class Refusal(msgspec.Struct):
    """An error envelope: prose in ``message`` (an object by field in bulk answers), or a word in ``error``."""

    message: str | dict[str, object] = ""
    error: str = ""

    @property
    def words(self) -> str:
        """What it says, on one line."""
        return self.error or plainly(self.message)


def plainly(message: object) -> str:
    """``{"name": [{"error": "invalid"}]}`` as ``name: invalid``; a text as it is."""
    if not isinstance(message, Mapping):
        return str(message or "")
    return "; ".join(f"{field}: {', '.join(_reasons(said))}" for field, said in message.items())


def _reasons(said: object) -> list[str]:
    items = said if isinstance(said, list) else [said]
    return [str(item.get("error", item)) if isinstance(item, Mapping) else str(item) for item in items]


def code_of(words: str) -> str:
    """A word for a refusal that others act upon; empty where there is none."""
    return next((code for pattern, code in _CODES if pattern.search(words)), "")


def blamed(message: object) -> str | None:
    """The API's name of the field that a refusal is about, if it says so."""
    if isinstance(message, Mapping):
        return next(iter(message), None)
    found = _BLAMED.search(str(message))
    return found.group(1).strip().lower().replace(" ", "_") if found else None


def _explain(response: Response) -> tuple[str, str]:
    words = _said(response)
    if response.status in _ASIDE:
        return "", "; it said: ".join(filter(None, (_ASIDE[response.status], words)))
    return code_of(words), words


def _said(response: Response) -> str:
    try:
        return msgspec.json.decode(response.content, type=Refusal).words
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _pause(response: Response) -> float | None:
    """No header is promised: where a 429 does not say when, the whole account keeps silent for a while."""
    return _SILENCE if response.status == _TOO_MANY and not response.headers.get("Retry-After") else None


DIALECT = Dialect(explain=_explain, pause=_pause)


class Entity:
    """``people`` or ``leads``: one method a call. Methods raise what ``Http.request`` raises."""

    def __init__(self, http: Http, name: str) -> None:
        self.http = http.speaking(DIALECT)
        self.name = name

    def search(self, **asked: object) -> tuple[list[Row], int | None]:
        """One page, and the upper bound of how many there are."""
        response = self.http.request("POST", f"/{self.name}/search", json=asked, idempotent=True)
        total = response.headers.get("X-PW-TOTAL", "")
        return _rows(response), int(total) if total.isdecimal() else None

    def get(self, record_id: str) -> Row | None:
        """One record as it is this moment; None when it is gone."""
        response = self.http.request("GET", f"/{self.name}/{record_id}", ok={_NOT_FOUND})
        return None if response.status == _NOT_FOUND else _row(response)

    def with_email(self, email: str) -> Row | None:
        """The person who has this address, as the first or another one; None when nobody has."""
        response = self.http.request(
            "POST", f"/{self.name}/fetch_by_email", json={"email": email}, idempotent=True, ok={_NOT_FOUND}
        )
        return None if response.status == _NOT_FOUND else _row(response)

    def create(self, body: Row) -> Row:
        """Make one."""
        return _row(self.http.request("POST", f"/{self.name}", json=body))

    def update(self, record_id: str, body: Row) -> Row | None:
        """Change what ``body`` names; None when the record is gone."""
        response = self.http.request("PUT", f"/{self.name}/{record_id}", json=body, ok={_NOT_FOUND})
        return None if response.status == _NOT_FOUND else _row(response)

    def upsert(self, body: Row, email: str) -> Row:
        """Update the one lead with this address, or make it; several are refused."""
        match = {"field_name": "email", "field_value": email}
        return _row(self.http.request("PUT", f"/{self.name}/upsert", json={"properties": body, "match": match}))

    def create_many(self, bodies: Sequence[Row]) -> list[Row]:
        """Make up to 10; an item's answer is the record, or says ``success: false``."""
        return self._bulk("bulk_create", bodies, idempotent=False)

    def update_many(self, bodies: Sequence[Row]) -> list[Row]:
        """Change up to 10, each with its ``id``."""
        return self._bulk("bulk_update", bodies, idempotent=True)

    def delete(self, record_id: str) -> None:
        """Delete for good; one that is gone already is fine."""
        self.http.request("DELETE", f"/{self.name}/{record_id}", ok={_NOT_FOUND})

    def table(self, path: str) -> list[Row]:
        """A small table of the account: contact types, lead statuses, definitions of custom fields."""
        return _rows(self.http.request("GET", f"/{path}"))

    def account(self) -> Row:
        """The account of these credentials."""
        return _row(self.http.request("GET", "/account"))

    def _bulk(self, verb: str, bodies: Sequence[Row], *, idempotent: bool) -> list[Row]:
        body = {self.name: bodies}
        response = self.http.request("POST", f"/{self.name}/{verb}", json=body, idempotent=idempotent)
        rows = response.json(list[Row])
        if len(rows) != len(bodies):
            raise response.unclear(self.http.app, f"{verb} answered for {len(rows)} of {len(bodies)} items")
        return rows


def _row(response: Response) -> Row:
    return _identified(response, [response.json(Row)])[0]


def _rows(response: Response) -> list[Row]:
    return _identified(response, response.json(list[Row]))


def _identified(response: Response, rows: list[Row]) -> list[Row]:
    if any("id" not in row for row in rows):
        raise response.unclear(response.app, "answered with a record without its id", code="unreadable")
    return rows

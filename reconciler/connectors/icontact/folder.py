"""One client folder of an iContact account: its calls, its envelope, its lists and who is on them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.connectors.redaction import redact
from reconciler.errors import Denied, Rejected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

Row: TypeAlias = "dict[str, object]"

_MEMBER = frozenset({"normal", "pending"})
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_ASIDE = "check app_id, username and the application password (Settings > iContact Integrations); it said: "


class Answer(msgspec.Struct):
    """iContact's envelope. A success may carry warnings; they are the only sign that an item was dropped."""

    contacts: list[dict[str, object]] | None = None
    contact: dict[str, object] | None = None
    lists: list[dict[str, object]] | None = None
    customfields: list[dict[str, object]] | None = None
    subscriptions: list[dict[str, object]] | None = None
    accounts: list[dict[str, object]] | None = None
    clientfolders: list[dict[str, object]] | None = None
    total: int | str | None = None
    warnings: list[str] | str | None = None
    errors: list[str] | str | None = None

    def __post_init__(self) -> None:
        """A contact without its id, or a list without its name, is not what is documented."""
        needed = ((self.contacts, ("contactId",)), (self.lists, ("listId", "name")))
        if any(name not in row for rows, names in needed for row in rows or () for name in names):
            raise ValueError("a row lacks its id")

    @property
    def count(self) -> int | None:
        """How many rows there are in all, where the answer says so (numbers may come as text)."""
        text = str(self.total)
        return int(text) if text.isdecimal() else None

    @property
    def complaints(self) -> tuple[str, ...]:
        """Warnings and errors, in its own words."""
        return _texts(self.errors) + _texts(self.warnings)


def _texts(said: list[str] | str | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def _explain(response: Response) -> tuple[str, str]:
    if response.status == _FORBIDDEN and not response.content.strip():
        return "throttled", ""
    words = " ".join(response.json(Answer).complaints)
    return "", f"{_ASIDE}{words}" if response.status == _UNAUTHORIZED else words


DIALECT = Dialect(
    rows={"throttled": Meaning.BUSY, 402: Meaning.DENIED, 501: Meaning.REJECTED, 507: Meaning.REJECTED},
    explain=_explain,
)
"""402 is an unpaid bill, 501 a wrong API version, 507 a full storage, an empty 403 its way to say slow down."""


class Folder:
    """The calls. ``account`` and ``client_folder`` are looked up when they are not given and there is but one."""

    def __init__(self, http: Http, account: str | None, client_folder: str | None, page_size: int) -> None:
        self.http = http.speaking(DIALECT)
        self._account = account
        self._client_folder = client_folder
        self._page_size = page_size

    @cached_property
    def account(self) -> str:
        """The account's id. Raises ``Denied`` when it must be said which one."""
        found = [str(row.get("accountId")) for row in self._ask("GET", "/a/").accounts or []]
        return _the_one(self.http.app, "account", self._account, found)

    @cached_property
    def client_folder(self) -> str:
        """The client folder's id. Raises ``Denied`` when it must be said which one."""
        if self._client_folder:
            return self._client_folder
        found = [
            str(row.get("clientFolderId")) for row in self._ask("GET", f"/a/{self.account}/c/").clientfolders or []
        ]
        return _the_one(self.http.app, "client_folder", None, found)

    @cached_property
    def _root(self) -> str:
        return f"/a/{self._account or self.account}/c/{self.client_folder}"

    def get(self, path: str, **params: str | int | None) -> Answer:
        """Read. A warning means that part of the question was ignored, so the answer is not to it: ``Rejected``."""
        answer = self._ask("GET", f"{self._root}/{path}", params)
        if answer.complaints:
            said = redact(" ".join(answer.complaints), map(str, params.values()))
            raise Rejected(self.http.app, f"a read of {path} was not answered as asked: {said}", code="ignored")
        return answer

    def pages(self, path: str, **params: str | int | None) -> Iterator[tuple[Answer, bool]]:
        """All pages of a listing, each with whether the listing is finished by it."""
        offset = 0
        while True:
            answer = self.get(path, limit=self._page_size, offset=offset, **params)
            rows = len(getattr(answer, path) or ())
            offset += rows
            last = offset >= answer.count if answer.count is not None else not rows
            yield answer, last
            if last or not rows:
                return

    def post(self, path: str, body: object, *, idempotent: bool) -> Answer:
        """Write; the caller looks at the warnings."""
        response = self.http.request("POST", f"{self._root}/{path}", json=body, idempotent=idempotent)
        return response.json(Answer)

    def contact(self, record_id: str) -> Row | None:
        """One contact, or None when it is gone (a deleted one may still be answered, saying so)."""
        response = self.http.request("GET", f"{self._root}/contacts/{record_id}", ok={_NOT_FOUND})
        if response.status == _NOT_FOUND:
            return None
        row = response.json(Answer).contact or {}
        return row if row.get("contactId") and row.get("status") != "deleted" else None

    def delete(self, record_id: str) -> None:
        """Delete one contact; one that is gone already is fine."""
        self.http.request("DELETE", f"{self._root}/contacts/{record_id}", ok={_NOT_FOUND})

    def _ask(self, method: str, path: str, params: Mapping[str, str | int | None] | None = None) -> Answer:
        return self.http.request(method, path, params=params or {}).json(Answer)


def _the_one(app: str, option: str, wanted: str | None, found: list[str]) -> str:
    if wanted in found or (wanted is None and len(found) == 1):
        return wanted or found[0]
    there = ", ".join(sorted(found)) or "none"
    raise Denied(app, f"say which one in the account's options: {option} (these credentials see {there})", code=option)


class Lists:
    """The folder's lists by name, and memberships (subscriptions that are ``normal`` or ``pending``)."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._ids: dict[str, str] = {}

    @property
    def ids(self) -> dict[str, str]:
        """List id by name."""
        return self._ids or self.refresh()

    def refresh(self) -> dict[str, str]:
        """Ask for the lists anew: people make some while a connection stays open."""
        rows = (row for answer, _ in self._folder.pages("lists") for row in answer.lists or ())
        self._ids = {str(row["name"]): str(row["listId"]) for row in rows}
        return self._ids

    def unknown(self, names: Collection[str]) -> list[str]:
        """Those of ``names`` that no list of the folder carries."""
        known = self.ids if names else {}
        if not known.keys() >= set(names):
            known = self.refresh()
        return [name for name in names if name not in known]

    def everyone(self) -> dict[str, tuple[str, ...]]:
        """List names by contact id, for the whole folder: the API has no join, so this stays in memory for one read."""
        self.refresh()
        members: dict[str, tuple[str, ...]] = {}
        for answer, _ in self._folder.pages("subscriptions"):
            self._add(members, answer.subscriptions)
        return members

    def of(self, contact_id: str) -> tuple[str, ...]:
        """List names of one contact."""
        members: dict[str, tuple[str, ...]] = {}
        for answer, _ in self._folder.pages("subscriptions", contactId=contact_id):
            self._add(members, answer.subscriptions)
        return members.get(contact_id, ())

    def change(self, wanted: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
        """Write ``(contact id, list name, status)`` memberships; returns the complaints about those not granted."""
        rows = [
            {"contactId": int(contact), "listId": int(self.ids[name]), "status": status}
            for contact, name, status in wanted
        ]
        if not rows:
            return ()
        answer = self._folder.post("subscriptions", rows, idempotent=True)
        granted = {(str(row.get("contactId")), str(row.get("listId"))) for row in answer.subscriptions or ()}
        missing = [row for row in rows if (str(row["contactId"]), str(row["listId"])) not in granted]
        return (answer.complaints or ("the app did not answer for this list",)) if missing else ()

    def _add(self, members: dict[str, tuple[str, ...]], rows: list[Row] | None) -> None:
        names = {list_id: name for name, list_id in self.ids.items()}
        for row in rows or ():
            if row.get("status") in _MEMBER and (name := names.get(str(row.get("listId")))):
                contact = str(row.get("contactId"))
                members[contact] = tuple(sorted({*members.get(contact, ()), name}))

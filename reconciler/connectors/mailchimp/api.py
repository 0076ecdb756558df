"""One audience's calls, their shapes, and the words of Mailchimp's errors (``application/problem+json``)."""

from __future__ import annotations

from functools import cached_property
from hashlib import md5
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.connectors.redaction import is_code, leaves, redact
from reconciler.errors import AppError, Denied, Rejected
from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.connectors.dialect import Response
    from reconciler.connectors.http import Http

Row: TypeAlias = dict[str, object]

ARCHIVED = "archived"
MOST = 1000
"""Rows that any listing gives at once; without asking it is ten."""

_PATIENCE = 120.0
"""Seconds after which the server itself gives up; long pages and batches take their time."""
_NEWEST_FIRST = {"sort_field": "last_changed", "sort_dir": "DESC"}
_BAD, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _NOT_ALLOWED, _TOO_MANY = 400, 401, 403, 404, 405, 429
_ASIDE = {
    _UNAUTHORIZED: "check api_key (Account > Extras > API keys) or access_token, it was revoked or is not whole: ",
    _FORBIDDEN: "this key may not do that here; take one of a manager, and leave base_url out: ",
}
_TITLES = {
    "compliance state": "Member In Compliance State",
    "permanently deleted": "Forgotten Email Not Subscribed",
}
"""By what the sentence says, where only the sentence tells."""
_ADVICE = {
    "member_in_compliance_state": "who opted out or bounced can only come back by a sign-up form of their own",
    "forgotten_email_not_subscribed": "who was deleted for good can only come back by a sign-up form of their own",
    "member_exists": "another member has this address",
}


class Wrong(msgspec.Struct):
    """One field that was refused: for a merge field its tag."""

    field: str = ""
    message: str = ""


class Problem(msgspec.Struct):
    """The envelope of every error. All refusals of one member are a 400: only the title tells them apart."""

    title: str = ""
    detail: str = ""
    errors: list[Wrong] | None = None

    @property
    def code(self) -> str:
        """The title as one word: ``member_exists``."""
        word = "_".join(self.title.lower().split())
        return word if is_code(word) else "refused"

    @property
    def words(self) -> str:
        """The detail, and what is wrong with each field."""
        return " ".join([self.detail, *(f"{one.field}: {one.message}" for one in self.errors or ())]).strip()

    def refusal(self, sent: object) -> Refused:
        """What became of one member, without the values that were sent."""
        field = next((one.field for one in self.errors or () if one.field), None)
        words = [_ADVICE.get(self.code, ""), redact(self.words, leaves(sent))]
        return Refused(self.code, "; it said: ".join(filter(None, words)) or self.code, field)


class MemberError(msgspec.Struct):
    """Why one member of a batch was left out. The code says nearly nothing, the sentence is the detail of a single
    call's error."""

    email_address: str = ""
    error: str = ""
    error_code: str = ""
    field: str = ""
    field_message: str = ""

    def problem(self) -> Problem:
        """As a single call would have put it."""
        title = next((title for words, title in _TITLES.items() if words in self.error), "Invalid Resource")
        wrong = [Wrong(self.field, self.field_message)] if self.field else []
        return Problem(title, self.error, wrong)


class BatchAnswer(msgspec.Struct):
    """What became of each member of a batch, to be matched by address."""

    new_members: list[Row] = []
    updated_members: list[Row] = []
    errors: list[MemberError] = []


class _Members(msgspec.Struct):
    members: list[Row]
    total_items: int

    def __post_init__(self) -> None:
        if any("id" not in row for row in self.members):
            raise ValueError("a member lacks its id")


class _Named(msgspec.Struct):
    id: str
    name: str


class _Lists(msgspec.Struct):
    lists: list[_Named]


class _Tag(msgspec.Struct):
    name: str


class _Tags(msgspec.Struct):
    tags: list[_Tag]
    total_items: int = 0


class _Root(msgspec.Struct):
    account_id: str
    role: str = ""


def _explain(response: Response) -> tuple[str, str]:
    try:
        problem = response.json(Problem)
    except AppError:
        # At very high volume the answer is a bare 429 or 403: only the missing JSON tells it from a real refusal.
        return ("throttled", "") if response.status in {_FORBIDDEN, _TOO_MANY} else ("", "")
    return problem.code, f"{_ASIDE.get(response.status, '')}{problem.words}"


DIALECT = Dialect(rows={"throttled": Meaning.BUSY, 426: Meaning.DENIED}, explain=_explain)
"""No header tells of rates; the only limit is ten simultaneous connections for everything that uses the account."""


def address_hash(email: str) -> str:
    """The name that a path has for an address; it changes with the address."""
    return md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def record_id(row: Mapping[str, object]) -> str:
    """``contact_id`` stays when the address changes, and paths take it as well as the hash of the address, which is
    what is left where an answer lacks it."""
    return str(row.get("contact_id") or row["id"])


class Audience:
    """The calls. ``wanted`` is the audience's id or name; it is looked up, and may be None where there is but one."""

    def __init__(self, http: Http, wanted: str | None, page_size: int) -> None:
        self.http = http.speaking(DIALECT)
        self._wanted = wanted
        self._page_size = page_size

    @cached_property
    def id(self) -> str:
        """The audience's id. Raises ``Denied`` where it is not there, or must be said."""
        params: dict[str, str | int | None] = {"count": MOST, "fields": "lists.id,lists.name,total_items"}
        found = self.http.request("GET", "/lists", params=params).json(_Lists).lists
        fit = [one for one in found if self._wanted in {None, one.id, one.name}]
        exact = [one for one in fit if one.id == self._wanted] or fit
        if len(exact) == 1:
            return exact[0].id
        there = ", ".join(f"{one.name} ({one.id})" for one in found) or "none"
        problem = f"say which one in the account's options: audience, its id or name (there are {there})"
        raise Denied(self.http.app, problem, code="audience")

    @cached_property
    def path(self) -> str:
        """Where everything of the audience is."""
        return f"/lists/{self.id}"

    def root(self) -> _Root:
        """The account, and what its user may do."""
        return self.http.request("GET", "/", params={"fields": "account_id,role"}).json(_Root)

    def page(self, offset: int, **params: str | int | None) -> tuple[_Members, Response]:
        """One page of members, the latest changes first."""
        asked: dict[str, str | int | None] = {
            "count": self._page_size,
            "offset": offset or None,
            **_NEWEST_FIRST,
            **params,
        }
        response = self.http.request("GET", f"{self.path}/members", params={**asked, **params}, timeout=_PATIENCE)
        return response.json(_Members), response

    def pages(self, **params: str | int | None) -> Iterator[tuple[_Members, Response, bool]]:
        """All pages, each with its answer and whether the listing is finished by it.

        Offsets slip when the listing moves. Who changes meanwhile moves to the front, so that others come twice; where
        somebody left, those behind moved up, so that as many are asked for again.
        """
        offset, total = 0, 0
        while True:
            answer, response = self.page(offset, **params)
            slipped, total = total - answer.total_items, answer.total_items
            if offset and slipped > 0:
                offset = max(offset - slipped, 0)
                continue
            offset += len(answer.members)
            last = offset >= total
            yield answer, response, last
            if last or not answer.members:
                return

    def member(self, name: str, fields: str | None = None) -> Row | None:
        """One member by ``contact_id`` or hash, or None where nobody is, or is no more."""
        response = self.http.request("GET", self._place(name), params={"fields": fields}, ok={_NOT_FOUND})
        row = None if response.status == _NOT_FOUND else response.json(Row)
        return row if row and row.get("status") != ARCHIVED else None

    def any_member(self, name: str) -> Row | None:
        """One member, also an archived one."""
        response = self.http.request("GET", self._place(name), ok={_NOT_FOUND})
        return None if response.status == _NOT_FOUND else response.json(Row)

    def write(self, method: str, name: str, body: Row, *, skip_required: bool, again: bool) -> Row | Refused | None:
        """PATCH or PUT one member: what is stored now, why it was refused, or None where nobody is. ``again`` says that
        doing it twice is harmless."""
        params = {"skip_merge_validation": "true" if skip_required else None}
        ok = {_BAD, _NOT_FOUND}
        response = self.http.request(method, self._place(name), json=body, params=params, ok=ok, idempotent=again)
        if response.status == _NOT_FOUND:
            return None
        return response.json(Problem).refusal(body) if response.status == _BAD else response.json(Row)

    def archive(self, name: str) -> None:
        """Archive one member; who is archived already, or gone, may be answered with 404 or 405."""
        response = self.http.request("DELETE", self._place(name), ok={_NOT_FOUND, _NOT_ALLOWED})
        if response.status == _NOT_ALLOWED and self.member(name, "id,status") is not None:
            raise Rejected(self.http.app, "this member cannot be archived", code="not_archived")

    def create(self, rows: Sequence[Row], *, skip_required: bool) -> BatchAnswer:
        """Make members. Those who are there are left as they are, and come back as errors."""
        params = {"skip_merge_validation": "true" if skip_required else None}
        body = {"members": rows, "update_existing": False}
        response = self.http.request("POST", self.path, json=body, params=params, timeout=_PATIENCE)
        return response.json(BatchAnswer)

    def tags_of(self, name: str) -> list[str]:
        """All tags of one member."""
        found: list[str] = []
        while True:
            params: dict[str, str | int | None] = {"count": MOST, "offset": len(found) or None}
            answer = self.http.request("GET", f"{self._place(name)}/tags", params=params).json(_Tags)
            found += [tag.name for tag in answer.tags]
            if not answer.tags or len(found) >= answer.total_items:
                return found

    def tag(self, hashed: str, changes: Mapping[str, bool]) -> None:
        """Put tags on a member and take some off. This call alone knows members by their hash only. ``is_syncing``
        keeps automations quiet."""
        tags = [{"name": name, "status": "active" if on else "inactive"} for name, on in changes.items()]
        body = {"tags": tags, "is_syncing": True}
        self.http.request("POST", f"{self._place(hashed)}/tags", json=body, idempotent=True)

    def _place(self, name: str) -> str:
        return f"{self.path}/members/{quote(name, safe='')}"

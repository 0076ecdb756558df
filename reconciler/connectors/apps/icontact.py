"""iContact: contacts of one client folder. No modified time, so every read is complete; email is the upsert key.

Creates go to the collection in batches, updates to the single contact (the collection, and PUT, may blank what is not
sent). A 200 says little: refused items are missing from the answer, and a warning is all there is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.auth import HeaderAuth
from reconciler.connectors.base import Account
from reconciler.connectors.icontact.folder import Answer, Folder, Lists
from reconciler.connectors.icontact.rules import body, fold, items, refusal, unkeyed
from reconciler.connectors.icontact.values import business_field, custom_field, reader
from reconciler.connectors.outcomes import one_by_one, refused
from reconciler.connectors.redaction import redact
from reconciler.errors import AppError, CursorExpired, Denied, NoAnswer, Rejected
from reconciler.model.outcome import Draft, Lost, Outcome, Patch, Refused, Unsent, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.icontact.folder import Row
    from reconciler.model.field import Field as AppField
    from reconciler.model.record import Value

_INVALID = "400"
"""What a call as a whole is answered with when something in it is invalid."""


class Credentials(BaseModel):
    """``auth`` of an account: the application's id, the user, and the application password (not the login's)."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    app_id: str
    username: SecretStr
    password: SecretStr


class Options(BaseModel):
    """``options`` of an account. ``business`` says what people keep in that field; ``read_business`` reads each contact
    singly for it, because listings leave it out."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    account: str | None = None
    client_folder: str | None = None
    page_size: int = Field(default=500, ge=1, le=5000)
    batch: int = Field(default=100, ge=1, le=500)
    business: Literal["company", "phone", "none"] = "none"
    read_business: bool = False


class IContact:
    """The app."""

    name = "icontact"
    base_url: str | None = "https://app.icontact.com/icp"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "icontact.yaml")

    def authenticate(self, credentials: BaseModel, base_url: str) -> HeaderAuth:
        """The four headers that every request carries."""
        del base_url
        known = Credentials.model_validate(credentials.model_dump())
        return HeaderAuth(
            {
                "API-AppId": known.app_id,
                "API-Username": known.username.get_secret_value(),
                "API-Password": known.password.get_secret_value(),
                "API-Version": "2.2",
            }
        )

    def open(self, opening: Opening) -> Contacts:
        """The contacts of the client folder."""
        return Contacts(opening, Options.model_validate(dict(opening.options)))


class Contacts:
    """The connector."""

    def __init__(self, opening: Opening, options: Options) -> None:
        self._app = opening.http.app
        self._names = opening.fields
        self._options = options
        self._folder = Folder(opening.http, options.account, options.client_folder, options.page_size)
        self._lists = Lists(self._folder)
        self.traits = Traits(
            create_batch=options.batch,
            page_size=options.page_size,
            searchable=("email", "phone", "firstName", "lastName"),
            unique=("email",),
            calls_per_second=2.5,
            notes=("every read is complete: the API tells no modified time", "a contact needs an email"),
        )

    def probe(self) -> Account:
        """The account, and the client folder in it."""
        return Account(id=f"{self._folder.account}/{self._folder.client_folder}")

    def describe(self) -> tuple[AppField, ...]:
        """The catalogue's fields as this account uses them, and its custom fields."""
        return tuple(self._fields.values())

    @cached_property
    def _fields(self) -> dict[str, AppField]:
        known = dict(IContact.catalogue.entities["contacts"].by_name)
        known["business"] = business_field(known["business"], self._options.business)
        known["lists"] = replace(known["lists"], values=tuple(sorted(self._lists.ids)))
        for answer, _ in self._folder.pages("customfields"):
            known |= {field.name: field for field in map(custom_field, answer.customfields or ())}
        return known

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Callable[[object], Value]]]:
        """How each wanted field is read, ``lists`` left out. The account is asked only where a field is not a standard
        one; raises ``Denied`` for a field that it does not have."""
        standard = IContact.catalogue.entities["contacts"].by_name
        known = standard if set(self._names) <= set(standard) else self._fields
        if missing := sorted(set(self._names) - set(known)):
            raise Denied(self._app, f"this account has no field {', '.join(missing)}", code="no_such_field")
        return [(name, reader(known[name])) for name in self._names if name != "lists"]

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everybody, also those on no list (``status=total``)."""
        if since is not None:
            raise CursorExpired(self._app, "there are no delta reads")
        members = self._lists.everyone() if "lists" in self._names else {}
        deleted = 0
        for answer, last in self._folder.pages("contacts", status="total"):
            rows = answer.contacts or []
            gone = tuple(str(row["contactId"]) for row in rows if row.get("status") == "deleted")
            kept = [self._complete(row) for row in rows if row.get("status") != "deleted"]
            records = tuple(self._record(row, members.get(str(row["contactId"]), ())) for row in kept)
            deleted += len(gone)
            total = None if answer.count is None else answer.count - deleted
            yield Page(records=records, gone=gone, total=total, last=last)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """One call a contact, and one more for its lists."""
        rows = [row for row in map(self._folder.contact, ids) if row is not None]
        return [self._record(row, self._lists_of(row)) for row in rows]

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By exact value without regard to case: what the app's wildcards bring beyond that is left out."""
        found: list[Record] = []
        for value in filter(None, values):
            for answer, _ in self._folder.pages("contacts", status="total", **{name: value}):
                rows = [row for row in answer.contacts or () if row.get("status") != "deleted"]
                same = [row for row in rows if fold(row.get(name)) == fold(value)]
                found += [self._record(self._complete(row), self._lists_of(row)) for row in same]
        return found

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call for all, then one for their lists."""
        _ = self._readers  # a field that is not there is found before anything is written
        outcomes: dict[int, Outcome] = {}
        fit: dict[str, int] = {}
        for index, draft in enumerate(drafts):
            email = fold(draft.values.get("email"))
            if why := refusal(draft.values, {}, self._lists) or unkeyed(email, fit):
                outcomes[index] = why
            else:
                fit[email] = index
        outcomes |= self._create(drafts, list(fit.values()))
        return [outcomes[index] for index in range(len(drafts))]

    def _create(self, drafts: Sequence[Draft], indexes: Sequence[int]) -> dict[int, Outcome]:
        if not indexes:
            return {}
        rows = [body(drafts[index].values) for index in indexes]
        try:
            answer = self._folder.post("contacts", rows, idempotent=False)
        except NoAnswer as error:
            return dict.fromkeys(indexes, Lost(str(error)))
        except AppError as error:
            if error.code != _INVALID:
                return dict.fromkeys(indexes, Unsent(error))
            if len(indexes) == 1:
                return {indexes[0]: refused(error)}
            half = len(indexes) // 2  # the whole call, perhaps for one bad item: halve until it is found
            return self._create(drafts, indexes[:half]) | self._create(drafts, indexes[half:])
        return self._created(answer, drafts, indexes)

    def _created(self, answer: Answer, drafts: Sequence[Draft], indexes: Sequence[int]) -> dict[int, Outcome]:
        """Answers carry no index: they are matched by email, and what is missing was refused."""
        rows = {fold(row.get("email")): row for row in answer.contacts or ()}
        made = {index: row for index in indexes if (row := rows.get(fold(drafts[index].values["email"])))}
        lists = self._subscribe(
            {str(row["contactId"]): drafts[index].values.get("lists") for index, row in made.items()}
        )
        outcomes: dict[int, Outcome] = dict.fromkeys(indexes, self._missing(answer, drafts, indexes, len(made)))
        for index, row in made.items():
            record = self._record(row, lists.get(str(row["contactId"])))
            outcomes[index] = Written(record.id, record)
        return outcomes

    def _subscribe(self, wanted: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
        """Put new contacts on lists; returns what is known of their lists (nothing where the app did not say)."""
        plain = {contact: names if isinstance(names, tuple) else () for contact, names in wanted.items()}
        try:
            complaints = self._lists.change((c, name, "normal") for c, names in plain.items() for name in names)
        except AppError:  # the contacts exist: the next cycle sees their lists and goes on from there
            return {}
        return {contact: names for contact, names in plain.items() if not (names and complaints)}

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One merging POST a contact; the answer holds what is now stored."""
        _ = self._readers  # a field that is not there is found before anything is written
        return one_by_one(patches, self._update)

    def _update(self, patch: Patch) -> Outcome:
        if why := refusal(patch.values, patch.old, self._lists):
            return why
        sent = body(patch.values)
        row = self._merge(patch.id, sent) if sent else self._folder.contact(patch.id)
        if isinstance(row, Refused):
            return row
        if row is None:
            return Refused("gone", "the contact is no longer there", stale=True)
        if "lists" not in patch.values:
            record = self._record(row, None)
            return Written(record.id, record)
        return self._move(patch, row)

    def _merge(self, record_id: str, sent: Row) -> Row | Refused | None:
        try:
            answer = self._folder.post(f"contacts/{record_id}", sent, idempotent=True)
        except Rejected as error:
            return None if error.code == "404" else refused(error)
        row = answer.contact or next(iter(answer.contacts or ()), None)
        if answer.complaints and not (row and sent.keys() <= row.keys()):
            return Refused("refused", redact(" ".join(answer.complaints), map(str, sent.values())))
        return row if row and sent.keys() <= row.keys() else self._folder.contact(record_id)

    def _move(self, patch: Patch, row: Row) -> Outcome:
        """From the lists it was on to the lists it shall be on."""
        new, old = items(patch.values["lists"]), items(patch.old.get("lists"))
        joined = [(patch.id, name, "normal") for name in sorted(new - old)]
        left = [(patch.id, name, "unsubscribed") for name in sorted(old - new) if name in self._lists.ids]
        if complaints := self._lists.change([*joined, *left]):
            return Refused("list_refused", redact(" ".join(complaints)), field="lists")
        record = self._record(row, self._lists.of(patch.id))
        return Written(record.id, record)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One call a contact."""
        return one_by_one(ids, self._delete)

    def _delete(self, record_id: str) -> Outcome:
        self._folder.delete(record_id)
        return Written(record_id)

    def _missing(self, answer: Answer, drafts: Sequence[Draft], indexes: Sequence[int], made: int) -> Outcome:
        """What became of drafts whose email is not in the answer."""
        if len(answer.contacts or ()) > made:
            return Lost("the app answered with another address than the one it was sent")
        sent = [str(value) for index in indexes for value in drafts[index].values.values() if value]
        return Refused("refused", redact(" ".join(answer.complaints) or "the app left this contact out", sent))

    def _complete(self, row: Row) -> Row:
        """Listings lack ``business``; where it is wanted badly enough, each contact is read singly for it."""
        if "business" not in self._names or "business" in row or not self._options.read_business:
            return row
        return self._folder.contact(str(row["contactId"])) or row

    def _lists_of(self, row: Row) -> tuple[str, ...] | None:
        return self._lists.of(str(row["contactId"])) if "lists" in self._names else None

    def _record(self, row: Row, lists: tuple[str, ...] | None) -> Record:
        """``lists`` is None where nobody asked for them: then the field was not returned."""
        values = {name: read(row[name]) for name, read in self._readers if name in row}
        if "lists" in self._names and lists is not None:
            values["lists"] = lists or None
        return Record(id=str(row["contactId"]), values=values)


APP = IContact()

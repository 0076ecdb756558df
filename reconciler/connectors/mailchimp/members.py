"""The members of one audience, as the reconciler's contract wants them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from reconciler.connectors.base import Account
from reconciler.connectors.mailchimp.api import ARCHIVED, Audience, address_hash, record_id
from reconciler.connectors.mailchimp.bodies import PERMISSIONS, Bodies, permission_ids
from reconciler.connectors.mailchimp.creation import Creation
from reconciler.connectors.mailchimp.cursor import Cursor
from reconciler.connectors.mailchimp.fields import MERGED, Schema, is_merged
from reconciler.connectors.mailchimp.rules import GONE, PENDING, incomplete, items, refusal, transition, unpermitted
from reconciler.connectors.mailchimp.values import Reader, read_moment, reader
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import CursorExpired, Denied, Rejected
from reconciler.model.outcome import Lost, Refused, Unsent, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.connectors.base import Opening
    from reconciler.connectors.mailchimp.api import Row
    from reconciler.connectors.mailchimp.options import Options
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

R = TypeVar("R")

CONNECTIONS = 4
"""Ten at once are allowed for everything that uses the account, other programs and people included."""

_A_DAY = 86_400.0
"""Deltas leave out who was deleted for good, and perhaps changed tags and groups."""
_POOLED = 40
_SHOWN_TAGS = 50
_ALWAYS = ("id", "contact_id", "status", "last_changed")
_MANAGING = frozenset({"owner", "admin", "manager"})


class Members:
    """The connector. ``standard`` are the catalogue's fields."""

    def __init__(self, opening: Opening, options: Options, standard: Mapping[str, Field]) -> None:
        self._app = opening.http.app
        self._names = opening.fields
        self._options = options
        self._threads = min(opening.http.parallel, CONNECTIONS)
        self._audience = Audience(opening.http, options.audience, options.page_size)
        self._schema = Schema(self._audience, standard, skip_required=options.skip_required)
        self._bodies = Bodies(self._schema, options.address_filler)
        self.traits = Traits(
            delta=True,
            tombstones=True,
            modified=True,
            create_batch=options.batch,
            update_batch=_POOLED,
            delete_batch=_POOLED,
            get_batch=_POOLED,
            pooled=("update", "delete", "get"),
            complete_every=_A_DAY,
            page_size=options.page_size,
            searchable=("email_address",),
            unique=("email_address",),
            webhooks=True,
            notes=(
                "updates are single calls, four at a time: a batch knows members by their address only",
                "a delete archives; what was deleted for good can never be imported again",
                "an address without street, city, state and postal code is not written, unless address_filler is set",
                "a delta does not show who was deleted for good, and maybe no tags and groups: all is read once a day",
            ),
        )

    def probe(self) -> Account:
        """The account and the audience."""
        root = self._audience.root()
        missing = () if root.role in _MANAGING or not root.role else ("a user who manages audiences",)
        scopes = (root.role,) if root.role else ()
        return Account(id=f"{root.account_id}/{self._audience.id}", scopes=scopes, missing=missing)

    def describe(self) -> tuple[Field, ...]:
        """The fields of every member, and the audience's merge fields."""
        return self._schema.described()

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Reader]]:
        """How each wanted field is read. Raises ``Denied`` for one that the audience does not have."""
        known = self._schema.known(self._names)
        if missing := sorted(set(self._names) - set(known)):
            there = ", ".join(sorted(self._schema.merge_fields)) or "none"
            advice = "add it there, or leave it out of the mapping (fields: off)"
            problem = f"the audience has no {', '.join(missing)} (its merge fields are {there}): {advice}"
            raise Denied(self._app, problem, code="no_such_field")
        own = {"interests": self._read_interests}
        return [(name, own.get(name) or reader(known[name], self._options.address_filler)) for name in self._names]

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """What answers must hold; the rest of a member is several times as long."""
        tops = [MERGED if is_merged(name) else name.partition(".")[0] for name in self._names]
        tags = ("tags", "tags_count") if "tags" in self._names else ()
        return tuple(dict.fromkeys((*_ALWAYS, *tops, *tags)))

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everybody but the archived, or what changed since a cursor and who was archived since."""
        return self._everybody() if since is None else self._changes(since)

    def _everybody(self) -> Iterator[Page]:
        cursor, archived = Cursor(), 0
        for answer, response, last in self._audience.pages(fields=self._listed):
            cursor.look(answer.members, response)
            gone = _archived(answer.members)
            archived += len(gone)
            records = self._alive(answer.members)
            total = answer.total_items - archived
            yield Page(records, gone, total, cursor.text() if last else None, last=last)

    def _changes(self, text: str) -> Iterator[Page]:
        cursor = Cursor.parse(text)
        if cursor is None:
            raise CursorExpired(self._app, "the cursor cannot be read")
        moment = cursor.since(timedelta(seconds=self._options.overlap_seconds))
        for answer, response, _ in self._audience.pages(fields=self._listed, since_last_changed=moment):
            cursor.look(answer.members, response)
            yield Page(self._alive(answer.members), _archived(answer.members))
        params = {"status": ARCHIVED, "since_last_changed": moment}
        for answer, response, last in self._audience.pages(fields=_of_members(_ALWAYS), **params):
            cursor.look(answer.members, response)
            yield Page((), _archived(answer.members), cursor=cursor.text() if last else None, last=last)

    @property
    def _listed(self) -> str:
        self._prepare()
        return _of_members(self._columns)

    def _prepare(self) -> None:
        """Find out what all threads need, once and before them; and a field that is not there before any write."""
        _ = self._readers, self._audience.path

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """A call each, a few at a time."""
        if ids:
            self._prepare()
        fields = ",".join(self._columns)
        rows = _all(self._app, in_parallel(ids, lambda name: self._audience.member(name, fields), self._threads))
        return [self._record(row) for row in rows if row is not None]

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """By address: its hash is a path, so that the answer is exact, and true at once."""
        if name not in self.traits.searchable:
            raise Denied(self._app, f"members cannot be searched by {name}", code="no_such_field")
        return self.get([address_hash(value) for value in dict.fromkeys(values) if value.strip()])

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call for all, then some for each that has tags or permissions."""
        if not drafts:
            return []
        self._prepare()
        options = self._options
        make = Creation(
            self._audience,
            self._bodies,
            self._record,
            columns=self._listed,
            new_status=options.new_status,
            skip_required=options.skip_required,
            threads=self._threads,
        )
        return make(drafts)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """A call each, a few at a time; the answer holds what is now stored."""
        if patches:
            self._prepare()
        return in_parallel(patches, self._update, self._threads)

    def _update(self, patch: Patch) -> Outcome:
        """Consent is judged by what the member's status is now, not by what it was when the plan was made."""
        if why := refusal(patch.values, self._schema.interests):
            return why
        tagged = {name: name in items(patch.values.get("tags")) for name in _moved(patch, "tags")}
        now: Row | None = {}
        if "status" in patch.values or self._bodies.in_part(patch.values) or set(patch.values) <= {"tags"}:
            now = self._audience.member(patch.id)
        if now is None:
            return GONE
        why = transition(now.get("status"), patch.values, resubscribe=self._options.resubscribe)
        if why := why or unpermitted(patch.values.get(PERMISSIONS), permission_ids(now)):
            return why
        body, left_out = self._bodies.body(patch.values, patch.old, now)
        done = self._send(patch.id, now, body, tagged)
        return incomplete(left_out[0]) if left_out and isinstance(done, Written) else done

    def _send(self, name: str, now: Row, body: Row, tagged: Mapping[str, bool]) -> Outcome:
        row: Row | Refused | None = now or None
        if body or row is None:
            again = body.get("status") != PENDING  # a person would be asked twice
            row = self._audience.write("PATCH", name, body, skip_required=True, again=again)
        if isinstance(row, Refused):
            return row
        if row is None or row.get("status") == ARCHIVED:
            return GONE
        if tagged:
            self._audience.tag(str(row["id"]), tagged)
            row = self._audience.member(record_id(row)) or row
        record = self._record(row)
        return Written(record.id, record)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Archive: a call each, a few at a time."""
        if ids:
            self._prepare()
        return in_parallel(ids, self._delete, self._threads)

    def _delete(self, name: str) -> Outcome:
        self._audience.archive(name)
        return Written(name)

    def _alive(self, rows: Sequence[Row]) -> tuple[Record, ...]:
        return tuple(self._record(row) for row in rows if row.get("status") != ARCHIVED)

    def _record(self, row: Row) -> Record:
        values: dict[str, Value] = {}
        for name, read in self._readers:
            try:
                values[name] = read(row)
            except KeyError:
                continue
        if "tags" in values and _more_tags(row):
            values["tags"] = tuple(sorted(self._audience.tags_of(str(row["id"]))))
        return Record(record_id(row), values, modified=read_moment(row.get("last_changed")))

    def _read_interests(self, row: Mapping[str, object]) -> Value:
        found = row["interests"]
        flags = found if isinstance(found, dict) else {}
        chosen = [str(one) for one, on in flags.items() if on]
        names = self._schema.interests.names
        if not names.keys() >= set(chosen):
            self._schema.interests.refresh()
            names = self._schema.interests.names
        return tuple(sorted(names[one] for one in chosen if one in names)) or None


def _all(app: str, results: Iterable[R | Refused | Lost | Unsent]) -> Iterator[R]:
    """Every answer, or an error: a read that failed must not look like an absence."""
    for result in results:
        if isinstance(result, Unsent):
            raise result.error
        if isinstance(result, Refused | Lost):
            raise Rejected(app, result.message)
        yield result


def _archived(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(record_id(row) for row in rows if row.get("status") == ARCHIVED)


def _of_members(names: Sequence[str]) -> str:
    return ",".join(["total_items", *(f"members.{name}" for name in names)])


def _moved(patch: Patch, name: str) -> list[str]:
    """Items of a list that come or go."""
    return sorted(items(patch.values[name]) ^ items(patch.old.get(name))) if name in patch.values else []


def _more_tags(row: Mapping[str, object]) -> bool:
    """Whether a member has more tags than its row shows."""
    shown, count = row.get("tags"), row.get("tags_count")
    many = len(shown) if isinstance(shown, list) else 0
    return isinstance(count, int) and count > many >= _SHOWN_TAGS

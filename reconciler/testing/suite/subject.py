"""What the contract suite is told of the app that it judges, and the few words in which its tests speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

import pytest

from reconciler.connectors.base import Connector
from reconciler.model.field import Field, FieldType
from reconciler.model.outcome import Draft, Patch, Written
from reconciler.model.record import Page, Record, Value
from reconciler.testing.suite.samples import sample

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.outcome import Outcome

Item = TypeVar("Item")


class Hands(Protocol):
    """A person at work in the app itself, behind the connector's back."""

    def add(self, **values: Value) -> str:
        """Make a record; its id."""
        ...

    def edit(self, record_id: str, **values: Value) -> None:
        """Change these fields."""
        ...

    def delete(self, record_id: str) -> None:
        """Delete it."""
        ...


def _at_once(_seconds: float) -> None:
    """Nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One fresh, empty account of the app under test.

    ``open`` makes a connector whose reads return the named fields; ``fields`` are the catalogue's (and any custom ones
    of the account). ``hands`` edit behind the connector's back, where the test can offer that. ``wait`` lets so many
    seconds pass for the app. ``samples`` are values for fields of which types say too little (an empty sequence: leave
    this field alone). ``alone`` are fields that say again, or move, what others say: never written together with them.
    ``kept`` are fields that the app never lets be empty. ``fixed`` are fields that can be said when a record is made
    and never changed: an update of one is refused. ``many`` bounds how many records one test makes.
    ``page`` is the length of a page in this account, where it is shorter than the traits allow. ``stranger`` makes a
    connector whose credentials do not work.
    """

    open: Callable[[Sequence[str]], Connector]
    fields: tuple[Field, ...]
    hands: Hands | None = None
    wait: Callable[[float], None] = _at_once
    samples: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    many: int = 450
    page: int | None = None
    stranger: Callable[[], Connector] | None = None

    @property
    def readable(self) -> tuple[str, ...]:
        """The fields that reads can return."""
        return tuple(each.name for each in self.fields if each.readable)

    @property
    def writable(self) -> tuple[Field, ...]:
        """The fields that a round trip can be made through, one at a time."""
        usable = (each for each in self.fields if each.readable and each.writable and not narrowed(each))
        return tuple(each for each in usable if self.value(each, 0) is not None)

    @property
    def changeable(self) -> tuple[Field, ...]:
        """Those of them that an update can change."""
        return tuple(each for each in self.writable if each.name not in self.fixed)

    def value(self, each: Field, number: int) -> Value:
        """An ordinary value of this field; unlike other numbers' where the field can be."""
        return sample(each, number, self.samples.get(each.name))

    def base(self, number: int) -> dict[str, Value]:
        """The least that a record needs, and an address to know it by."""
        needed = [each for each in self.writable if each.required or each.role == "email"]
        return {each.name: self.value(each, number) for each in needed or self.writable[:1]}

    def full(self, number: int) -> dict[str, Value]:
        """A value for every field that can be written beside the others."""
        together = [each for each in self.writable if each.name not in self.alone]
        return {**self.base(number), **{each.name: self.value(each, number) for each in together}}

    def change(self, number: int) -> dict[str, Value]:
        """Likewise for every field that an update can change."""
        return {name: value for name, value in self.full(number).items() if name not in self.fixed}

    def with_value(self, number: int, name: str, value: Value) -> Draft:
        """The least record, with this value."""
        return Draft({**self.base(number), name: value})


class Fixtures:
    """What every part of the suite starts from; a test class for an app overrides ``subject``."""

    @pytest.fixture
    def subject(self) -> Subject:
        """A fresh, empty account: to be provided."""
        raise NotImplementedError("override the fixture 'subject' with one that returns a Subject")

    @pytest.fixture
    def connector(self, subject: Subject) -> Connector:
        """A connector that reads every readable field."""
        return subject.open(subject.readable)


def narrowed(each: Field) -> bool:
    """Whether the API can set only some of the field's values."""
    return bool(each.writable_values) and set(each.writable_values) != set(each.values)


def not_for(reason: str) -> NoReturn:
    """Skip, saying which trait makes the test pointless for this app."""
    pytest.skip(reason)  # the one door: an app is not judged for what its traits or its catalogue do not promise


def only_where(promised: object, trait: str) -> None:
    """Skip unless the app promises this trait."""
    if not promised:
        not_for(f"the app does not say traits.{trait}")


def another_text(subject: Subject, number: int) -> dict[str, Value]:
    """A change that a person could make: another value for a plain text field, rather one that is not needed."""
    texts = [each for each in subject.changeable if each.type is FieldType.TEXT and each.name not in subject.alone]
    spare = [each for each in texts if each.name not in subject.base(0)] or texts
    if not spare:
        not_for("the catalogue has no plain text field")
    return {spare[0].name: subject.value(spare[0], number)}


def hands_of(subject: Subject) -> Hands:
    """The person, or a skip."""
    return subject.hands or not_for("the subject offers no hands")


def written(outcomes: Iterable[Outcome]) -> list[Record]:
    """The records that a create or an update reports; every one must have been done."""
    done = list(outcomes)
    assert all(isinstance(each, Written) for each in done), f"expected every item to be written, got {done}"
    records = [each.record for each in done if isinstance(each, Written) and each.record is not None]
    assert len(records) == len(done), "Written must carry the record as the app now holds it"
    return records


def create(subject: Subject, connector: Connector, drafts: Sequence[Draft]) -> list[Record]:
    """Create all, in calls of the size that the traits allow; what the app answered."""
    records: list[Record] = []
    for chunk in chunks(drafts, connector.traits.create_batch):
        records += written(connector.create(chunk))
    settle(subject, connector)
    return records


def create_one(subject: Subject, connector: Connector, draft: Draft) -> Record:
    """Create one; the record as it is read afterwards, with which the answer must agree."""
    (answer,) = create(subject, connector, [draft])
    now = read(connector, answer.id)
    assert agrees(answer, now), f"the create answered {answer}, and a read says {now}"
    assert set(draft.values) <= set(answer.values), "Written.record tells what became of each field that was written"
    return now


def change(subject: Subject, connector: Connector, record: Record, values: Mapping[str, Value]) -> Record:
    """Change these fields of one record as it was read; the record as it is read afterwards.

    What the answer to the update says must agree with that, and must tell of every field that was written.
    """
    answer = written(connector.update([patch_of(record, values)]))[0]
    settle(subject, connector)
    now = read(connector, record.id)
    assert agrees(answer, now), f"the update answered {answer}, and a read says {now}"
    assert set(values) <= set(answer.values), "Written.record tells what became of each field that was written"
    return now


def patch_of(record: Record, values: Mapping[str, Value]) -> Patch:
    """A change to a record as it was read."""
    return Patch(record.id, values, {name: record.values.get(name) for name in values}, record.version)


def read(connector: Connector, record_id: str) -> Record:
    """One record, directly."""
    found = [record for record in connector.get([record_id]) if record.id == record_id]
    assert len(found) == 1, f"get should return the record once, got it {len(found)} times"
    return found[0]


def agrees(part: Record, whole: Record) -> bool:
    """Whether ``part`` says nothing but what ``whole`` says. A field that was not returned says nothing."""
    same_values = all(name in whole.values and whole.values[name] == value for name, value in part.values.items())
    return same_values and (part.id, part.version) == (whole.id, whole.version)


def listing(connector: Connector, since: str | None = None) -> tuple[dict[str, Record], list[Page]]:
    """All pages, and their records by id."""
    pages = list(connector.list(since))
    return {record.id: record for page in pages for record in page.records}, pages


def cursor_now(connector: Connector) -> str:
    """Where a delta read begins now."""
    cursor = list(connector.list())[-1].cursor
    assert cursor, "an app with traits.delta gives a cursor on the last page of a full listing"
    return cursor


def settle(subject: Subject, connector: Connector) -> None:
    """Let the app catch up with itself, and its clock move to another modified time."""
    resolution = connector.traits.modified_resolution if connector.traits.modified else 0.0
    subject.wait(max(connector.traits.eventual_seconds, resolution))


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Slices of at most ``size``."""
    return [items[start : start + size] for start in range(0, len(items), size)]

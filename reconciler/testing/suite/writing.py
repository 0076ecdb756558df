"""Contract: what is written is what is there afterwards, and nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Refused, Written
from reconciler.testing.suite.samples import awkward, same
from reconciler.testing.suite.subject import (
    Fixtures,
    agrees,
    another_text,
    change,
    create,
    create_one,
    listing,
    narrowed,
    not_for,
    patch_of,
    read,
    settle,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.connectors.base import Connector
    from reconciler.model.field import Field
    from reconciler.model.record import Record, Value
    from reconciler.testing.suite.subject import Subject

Unlike: TypeAlias = "dict[str, tuple[Value, Value]]"


def unlike(fields: tuple[Field, ...], sent: Mapping[str, Value], got: Mapping[str, Value]) -> Unlike:
    """Fields whose value did not come back as it was sent: ``(sent, got)`` by name."""
    return {
        field.name: (sent[field.name], got.get(field.name))
        for field in fields
        if field.name in sent and not same(field, sent[field.name], got.get(field.name))
    }


def awkward_rounds(subject: Subject, fields: tuple[Field, ...]) -> list[dict[str, Value]]:
    """Every awkward value of these fields once: fields that go together side by side, the others by themselves."""
    values = {
        field.name: awkward(field) if (own := subject.samples.get(field.name)) is None else tuple(own)
        for field in fields
    }
    together = {name: odd for name, odd in values.items() if name not in subject.alone}
    depth = max(map(len, together.values()), default=0)
    rounds = [{name: odd[each] for name, odd in together.items() if each < len(odd)} for each in range(depth)]
    return rounds + [{name: value} for name in values if name in subject.alone for value in values[name]]


class RoundTrips(Fixtures):
    """A value that was written reads back as itself."""

    def test_a_create_keeps_every_field(self, subject: Subject, connector: Connector) -> None:
        for number in range(3):
            sent = subject.full(number)
            record = create_one(subject, connector, Draft(sent))
            assert unlike(subject.fields, sent, record.values) == {}

    def test_an_update_keeps_every_field(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.full(1)))
        for number in (2, 3):
            sent = subject.change(number)
            record = change(subject, connector, record, sent)
            assert unlike(subject.fields, sent, record.values) == {}

    def test_a_field_can_be_written_alone(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.base(1)))
        wrong: Unlike = {}
        for field in subject.changeable:
            sent = {field.name: subject.value(field, 4)}
            record = change(subject, connector, record, sent)
            wrong |= unlike(subject.fields, sent, record.values)
        assert wrong == {}

    def test_awkward_values_survive(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.base(1)))
        wrong: list[Unlike] = []
        for sent in awkward_rounds(subject, subject.changeable):
            record = change(subject, connector, record, sent)
            wrong.append(unlike(subject.fields, sent, record.values))
        assert [each for each in wrong if each] == []

    def test_awkward_values_survive_a_create(self, subject: Subject, connector: Connector) -> None:
        wrong: list[Unlike] = []
        for number, odd in enumerate(awkward_rounds(subject, subject.writable)):
            sent = {**subject.base(number), **odd}
            record = create_one(subject, connector, Draft(sent))
            wrong.append(unlike(subject.fields, sent, record.values))
        assert [each for each in wrong if each] == []

    def test_the_answer_is_what_a_read_says(self, subject: Subject, connector: Connector) -> None:
        (created,) = create(subject, connector, [Draft(subject.full(1))])
        first = read(connector, created.id)
        assert agrees(created, first)
        (updated,) = written(connector.update([patch_of(first, subject.change(2))]))
        settle(subject, connector)
        assert agrees(updated, read(connector, created.id))

    def test_writing_back_what_was_read_changes_nothing(self, subject: Subject, connector: Connector) -> None:
        odd = {field.name: awkward(field)[:1] for field in subject.writable if field.name not in subject.alone}
        sent = {**subject.full(1), **{name: values[0] for name, values in odd.items() if values}}
        sent |= {name: subject.samples[name][0] for name in sent if subject.samples.get(name)}
        first = create_one(subject, connector, Draft(sent))
        back = {name: first.values[name] for name in sent}
        second = change(subject, connector, first, back)
        assert dict(second.values) == {**first.values, **_moving(subject, second)}


class Changing(Fixtures):
    """An update touches what it names."""

    def test_only_the_named_fields_change(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.full(1)))
        moved: dict[str, str] = {}
        for field in subject.changeable:
            if field.name in subject.alone:
                continue
            after = change(subject, connector, record, {field.name: subject.value(field, 6)})
            wanted = {**record.values, **_moving(subject, after), field.name: after.values[field.name]}
            moved |= {name: field.name for name, value in after.values.items() if value != wanted[name]}
            record = after
        assert moved == {}, "fields that changed, each with the field that was written"

    def test_the_others_stay_as_they_are(self, subject: Subject, connector: Connector) -> None:
        one, two = (create_one(subject, connector, Draft(subject.full(number))) for number in (1, 2))
        change(subject, connector, one, another_text(subject, 8))
        assert read(connector, two.id) == two

    def test_a_field_can_be_cleared(self, subject: Subject, connector: Connector) -> None:
        fixed = subject.kept | set(connector.traits.unique)
        record = create_one(subject, connector, Draft(subject.full(1)))
        full: dict[str, Value] = {}
        for field in subject.changeable:
            if field.required or field.name in fixed or field.name in subject.alone:
                continue
            record = change(subject, connector, record, {field.name: None})
            got = record.values[field.name]
            full |= {} if same(field, None, got) else {field.name: got}
        assert full == {}, "fields that still have a value after it was cleared"

    def test_list_items_are_added_and_taken_away(self, subject: Subject, connector: Connector) -> None:
        fields = [field for field in subject.writable if field.type is FieldType.LIST]
        if not fields:
            not_for("the catalogue has no list field that can be written")
        record = create_one(subject, connector, Draft(subject.base(1)))
        for field in fields:
            for value in (subject.value(field, 1), subject.value(field, 2), None):
                record = change(subject, connector, record, {field.name: value})
                got = record.values[field.name]
                assert same(field, value, got), f"{field.name}: wrote {value}, read {got}"

    def test_a_fixed_field_stays_as_it_is(self, subject: Subject, connector: Connector) -> None:
        fields = [field for field in subject.writable if field.name in subject.fixed]
        if not fields:
            not_for("the subject has no field that is fixed once a record is made")
        record = create_one(subject, connector, Draft(subject.full(1)))
        for field in fields:
            (outcome,) = connector.update([patch_of(record, {field.name: subject.value(field, 2)})])
            assert isinstance(outcome, Refused), f"{field.name} cannot be changed"
            assert outcome.field == field.name
            assert read(connector, record.id).values == record.values

    def test_a_narrow_field_takes_what_it_promises(self, subject: Subject, connector: Connector) -> None:
        for number, (field, value) in enumerate(_narrow(subject, allowed=True)):
            record = create_one(subject, connector, Draft(subject.base(number)))
            after = change(subject, connector, record, {field.name: value})
            assert same(field, value, after.values[field.name])

    def test_a_narrow_field_refuses_the_rest(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.base(1)))
        for field, value in _narrow(subject, allowed=False):
            if record.values[field.name] == value:
                continue
            (outcome,) = connector.update([patch_of(record, {field.name: value})])
            assert isinstance(outcome, Refused), f"{field.name} cannot be set to {value}"
            assert read(connector, record.id).values == record.values


class Deleting(Fixtures):
    """``delete``, and what may still be said to a record that is gone."""

    def test_a_deleted_record_is_gone_everywhere(self, subject: Subject, connector: Connector) -> None:
        stays, goes = create(subject, connector, [Draft(subject.base(1)), Draft(subject.base(2))])
        assert list(connector.delete([goes.id])) == [Written(goes.id)]
        settle(subject, connector)
        assert list(connector.get([goes.id])) == []
        assert set(listing(connector)[0]) == {stays.id}
        for name in connector.traits.searchable:
            if isinstance(value := goes.values.get(name), str):
                assert goes.id not in {record.id for record in connector.find(name, [value])}

    def test_deleting_twice_is_done_twice(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.base(1)))
        for _ in range(2):
            assert list(connector.delete([record.id])) == [Written(record.id)]

    def test_a_gone_record_is_stale_to_an_update(self, subject: Subject, connector: Connector) -> None:
        record = create_one(subject, connector, Draft(subject.base(1)))
        connector.delete([record.id])
        (outcome,) = connector.update([patch_of(record, another_text(subject, 9))])
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert listing(connector)[0] == {}


def _moving(subject: Subject, record: Record) -> dict[str, Value]:
    """What moves by itself: fields that the API cannot write, and those that repeat others."""
    still = {field.name for field in subject.writable} - subject.alone
    return {name: value for name, value in record.values.items() if name not in still}


def _narrow(subject: Subject, *, allowed: bool) -> list[tuple[Field, Value]]:
    fields = [field for field in subject.fields if field.writable and field.readable and narrowed(field)]
    if not fields:
        not_for("the catalogue narrows no field by writable_values")
    return [(field, value) for field in fields for value in field.values if (value in field.writable_values) is allowed]

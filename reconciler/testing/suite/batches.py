"""Contract: many at once come back in order, one bad item spoils nothing, and a twin is no surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Refused, Written
from reconciler.testing.suite.subject import (
    Fixtures,
    another_text,
    create,
    listing,
    not_for,
    patch_of,
    settle,
    written,
)
from reconciler.testing.suite.writing import unlike

if TYPE_CHECKING:
    from reconciler.connectors.base import Connector
    from reconciler.testing.suite.subject import Subject

THREE = 3  # one in the middle has neighbours on both sides


class Batches(Fixtures):
    """Many at once: outcomes in order, one bad item spoils nothing."""

    def test_nothing_to_write_is_nothing_done(self, connector: Connector) -> None:
        assert [*connector.create([]), *connector.update([]), *connector.delete([])] == []

    def test_a_full_batch_is_created_in_order(self, subject: Subject, connector: Connector) -> None:
        size = min(connector.traits.create_batch, subject.many)
        drafts = [Draft(subject.base(number)) for number in range(size)]
        records = written(connector.create(drafts))
        settle(subject, connector)
        assert set(listing(connector)[0]) == {record.id for record in records}
        for draft, record in zip(drafts, records, strict=True):
            assert unlike(subject.fields, draft.values, record.values) == {}

    def test_a_full_batch_is_updated_in_order(self, subject: Subject, connector: Connector) -> None:
        size = min(connector.traits.update_batch, subject.many)
        records = create(subject, connector, [Draft(subject.base(number)) for number in range(size)])
        name = next(iter(another_text(subject, 0)))
        field = next(each for each in subject.fields if each.name == name)
        patches = [
            patch_of(record, {name: subject.value(field, 50 + place)}) for place, record in enumerate(reversed(records))
        ]
        after = written(connector.update(patches))
        assert [record.id for record in after] == [patch.id for patch in patches]
        for patch, record in zip(patches, after, strict=True):
            assert unlike((field,), patch.values, record.values) == {}

    def test_a_full_batch_is_deleted(self, subject: Subject, connector: Connector) -> None:
        size = min(connector.traits.delete_batch, subject.many)
        records = create(subject, connector, [Draft(subject.base(number)) for number in range(size + 1)])
        ids = [record.id for record in records[:size]]
        assert [each.id for each in connector.delete(ids) if isinstance(each, Written)] == ids
        settle(subject, connector)
        assert set(listing(connector)[0]) == {records[size].id}

    def test_a_refused_draft_leaves_its_neighbours(self, subject: Subject, connector: Connector) -> None:
        if connector.traits.create_batch == 1:
            not_for("traits.create_batch is 1: a draft has no neighbours")
        name = _needed(subject)
        drafts = [Draft(subject.base(1)), _without(subject, name), Draft(subject.base(3))]
        del drafts[connector.traits.create_batch :]
        outcomes = list(connector.create(drafts))
        assert [type(outcome) for outcome in outcomes] == [Written, Refused, Written][: len(drafts)]
        settle(subject, connector)
        assert len(listing(connector)[0]) == len(drafts) - 1

    def test_a_refused_draft_is_an_outcome(self, subject: Subject, connector: Connector) -> None:
        draft = _without(subject, _needed(subject))
        (outcome,) = connector.create([draft])
        assert isinstance(outcome, Refused), "one bad item is that item's outcome, not an error of the request"
        assert outcome.code
        assert not outcome.stale
        said = [value for value in draft.values.values() if isinstance(value, str) and len(value) > THREE]
        assert not [value for value in said if value in outcome.message], "a refusal tells no personal data"

    def test_an_address_that_is_none_is_told_to_nobody(self, subject: Subject, connector: Connector) -> None:
        field = next((each for each in subject.writable if each.type is FieldType.EMAIL), None)
        if field is None:
            not_for("the catalogue has no address")
        (outcome,) = connector.create([subject.with_value(1, field.name, "somebody special at nowhere")])
        if isinstance(outcome, Refused):
            assert "special" not in outcome.message
            assert outcome.code

    def test_a_gone_record_leaves_its_neighbours(self, subject: Subject, connector: Connector) -> None:
        if connector.traits.update_batch < THREE:
            not_for("traits.update_batch leaves no room for neighbours")
        records = create(subject, connector, [Draft(subject.base(number)) for number in range(3)])
        connector.delete([records[1].id])
        values = another_text(subject, 9)
        patches = [patch_of(each, values) for each in records]
        outcomes = list(connector.update(patches))
        assert [type(outcome) for outcome in outcomes] == [Written, Refused, Written]


class Uniqueness(Fixtures):
    """A value that the app keeps unique."""

    def test_a_twin_is_refused_or_is_the_first(self, subject: Subject, connector: Connector) -> None:
        names = [name for name in connector.traits.unique if name in subject.base(1)]
        if not names:
            not_for("traits.unique names no field of every record")
        (first,) = create(subject, connector, [Draft(subject.base(1))])
        (outcome,) = connector.create([subject.with_value(2, names[0], subject.base(1)[names[0]])])
        settle(subject, connector)
        assert set(listing(connector)[0]) == {first.id}
        assert isinstance(outcome, Refused) or (isinstance(outcome, Written) and outcome.id == first.id)
        if isinstance(outcome, Refused):
            assert str(subject.base(1)[names[0]]).casefold() not in outcome.message.casefold()


def _needed(subject: Subject) -> str:
    names = [field.name for field in subject.writable if field.required]
    return names[0] if names else not_for("the catalogue requires no field")


def _without(subject: Subject, name: str) -> Draft:
    return Draft({key: value for key, value in subject.full(2).items() if key != name})

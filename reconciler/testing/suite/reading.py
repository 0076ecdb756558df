"""Contract: listings are complete and say so; direct reads tell who is gone; searches find exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft
from reconciler.testing.suite.samples import same, well_formed
from reconciler.testing.suite.subject import (
    Fixtures,
    agrees,
    another_text,
    chunks,
    create,
    create_one,
    hands_of,
    listing,
    not_for,
    only_where,
    read,
    settle,
)

if TYPE_CHECKING:
    from reconciler.connectors.base import Connector
    from reconciler.model.field import Field
    from reconciler.testing.suite.subject import Subject

NOBODY = ("nobody@example.com", "no'body@example.com", 'no"body', "no\\body", "*", "%", "no_body*", "Ünknöwn (x)")


def create_some(subject: Subject, connector: Connector, count: int) -> list[str]:
    """Ids of so many new records."""
    return [record.id for record in create(subject, connector, [Draft(subject.base(n)) for n in range(count)])]


def search_field(subject: Subject, connector: Connector) -> Field:
    """A text field by which one can search, and that every record of the suite has."""
    names = [name for name in connector.traits.searchable if isinstance(subject.base(0).get(name), str)]
    only_where(names, "searchable")
    return next(field for field in subject.fields if field.name == names[0])


class Listing(Fixtures):
    """``list`` without a cursor."""

    def test_an_empty_account_lists_nothing(self, connector: Connector) -> None:
        records, pages = listing(connector)
        assert records == {}
        assert [page.last for page in pages] == [True]
        assert pages[0].total in (None, 0)

    def test_a_listing_has_everyone_once(self, subject: Subject, connector: Connector) -> None:
        ids = create_some(subject, connector, 3)
        _, pages = listing(connector)
        assert sorted(record.id for page in pages for record in page.records) == sorted(ids)

    def test_a_listing_over_a_page_border_is_complete(self, subject: Subject, connector: Connector) -> None:
        size = subject.page or connector.traits.page_size
        if size + 1 > subject.many:
            not_for(f"traits.page_size {size} is more than one test makes")
        ids = create_some(subject, connector, size + 1)
        records, pages = listing(connector)
        assert sorted(records) == sorted(ids)
        assert sum(len(page.records) for page in pages) == len(ids)
        assert all(len(page.records) <= size for page in pages)
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
        assert {page.total for page in pages} <= {None, len(ids)}

    def test_a_full_page_is_not_taken_for_more(self, subject: Subject, connector: Connector) -> None:
        size = subject.page or connector.traits.page_size
        if size > subject.many:
            not_for(f"traits.page_size {size} is more than one test makes")
        ids = create_some(subject, connector, size)
        records, pages = listing(connector)
        assert sorted(records) == sorted(ids)
        assert pages[-1].last

    def test_a_read_returns_the_wanted_fields_alone(self, subject: Subject, connector: Connector) -> None:
        create(subject, connector, [Draft(subject.full(1))])
        name = next(iter(subject.base(1)))
        (record,) = listing(subject.open((name,)))[0].values()
        assert set(record.values) <= {name}
        assert record.values[name] is not None

    def test_every_read_says_the_same(self, subject: Subject, connector: Connector) -> None:
        (created,) = create(subject, connector, [Draft(subject.full(1))])
        listed = listing(connector)[0][created.id]
        assert agrees(listed, read(connector, created.id))

    def test_values_are_of_their_types(self, subject: Subject, connector: Connector) -> None:
        create(subject, connector, [Draft(subject.full(0)), Draft(subject.full(1)), Draft(subject.base(2))])
        fields = {field.name: field for field in subject.fields}
        wrong = {
            name: value
            for record in listing(connector)[0].values()
            for name, value in record.values.items()
            if not well_formed(fields[name], value)
        }
        assert wrong == {}, "empty is None, lists are tuples, dates are text"

    def test_modified_is_a_moment_that_moves(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.modified, "modified")
        (record,) = create(subject, connector, [Draft(subject.full(1))])
        hands = hands_of(subject)
        before = read(connector, record.id).modified
        hands.edit(record.id, **another_text(subject, 9))
        settle(subject, connector)
        after = read(connector, record.id).modified
        assert before is not None
        assert after is not None
        assert before.tzinfo is not None
        assert before < after

    def test_a_foreign_change_is_seen(self, subject: Subject, connector: Connector) -> None:
        hands = hands_of(subject)
        ids = create_some(subject, connector, 2)
        edited = another_text(subject, 9)
        hands.edit(ids[0], **edited)
        hands.delete(ids[1])
        settle(subject, connector)
        records, _ = listing(connector)
        assert set(records) == {ids[0]}
        assert {name: records[ids[0]].values[name] for name in edited} == edited


class Getting(Fixtures):
    """``get``."""

    def test_nothing_is_asked_of_nobody(self, connector: Connector) -> None:
        assert list(connector.get([])) == []

    def test_the_gone_are_left_out(self, subject: Subject, connector: Connector) -> None:
        stays, goes, _other = create_some(subject, connector, 3)
        connector.delete([goes])
        settle(subject, connector)
        asked = chunks([goes, stays], connector.traits.get_batch)
        found = [record.id for chunk in asked for record in connector.get(chunk)]
        assert found == [stays]

    def test_a_whole_batch_is_read(self, subject: Subject, connector: Connector) -> None:
        size = min(connector.traits.get_batch, subject.many)
        ids = create_some(subject, connector, size)
        assert sorted(record.id for record in connector.get(ids)) == sorted(ids)


class Finding(Fixtures):
    """``find``."""

    def test_a_record_is_found_by_its_value(self, subject: Subject, connector: Connector) -> None:
        field = search_field(subject, connector)
        ids = create_some(subject, connector, 3)
        found = connector.find(field.name, [str(subject.base(1)[field.name])])
        assert [record.id for record in found] == [ids[1]]
        assert agrees(found[0], read(connector, ids[1]))

    def test_an_address_is_found_however_it_is_written(self, subject: Subject, connector: Connector) -> None:
        field = next((each for each in subject.writable if each.type is FieldType.EMAIL), None)
        if field is None or field.name not in connector.traits.searchable:
            not_for("no address can be searched for")
        record = create_one(subject, connector, Draft(subject.full(1)))
        value = str(record.values[field.name])
        for spelling in (value.upper(), value.lower()):
            assert [one.id for one in connector.find(field.name, [spelling])] == [record.id], spelling

    def test_nobody_is_found_for_what_nobody_has(self, subject: Subject, connector: Connector) -> None:
        field = search_field(subject, connector)
        create_some(subject, connector, 2)
        found = {value: connector.find(field.name, [value]) for value in NOBODY}
        assert {value for value, records in found.items() if records} == set()

    def test_several_values_find_several_records(self, subject: Subject, connector: Connector) -> None:
        field = search_field(subject, connector)
        size = min(connector.traits.find_batch, subject.many)
        ids = create_some(subject, connector, size + 1)
        values = [str(subject.base(number)[field.name]) for number in range(size - 1)]
        found = connector.find(field.name, [*values, "nobody@example.com"])
        assert sorted(record.id for record in found) == sorted(ids[: size - 1])

    def test_quotes_are_part_of_a_value(self, subject: Subject, connector: Connector) -> None:
        field = search_field(subject, connector)
        if field.type is not FieldType.EMAIL:
            not_for("traits.searchable has no email field")
        value = "o'neil+news@example.com"
        (record,) = create(subject, connector, [subject.with_value(1, field.name, value)])
        assert [each.id for each in connector.find(field.name, [value])] == [record.id]
        assert same(field, value, record.values[field.name])

    def test_nothing_is_searched_for_no_value(self, subject: Subject, connector: Connector) -> None:
        assert list(connector.find(search_field(subject, connector).name, [])) == []

    def test_twins_are_both_found(self, subject: Subject, connector: Connector) -> None:
        field = search_field(subject, connector)
        if field.name in connector.traits.unique:
            not_for("traits.unique allows no twins")
        value = subject.base(0)[field.name]
        twins = create(subject, connector, [subject.with_value(number, field.name, value) for number in range(2)])
        found = connector.find(field.name, [str(value)])
        assert sorted(record.id for record in found) == sorted(record.id for record in twins)

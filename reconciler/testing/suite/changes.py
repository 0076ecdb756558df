"""Contract: what a delta read shows, and what a version protects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CursorExpired
from reconciler.model.outcome import Draft, Refused, Written
from reconciler.testing.suite.subject import (
    Fixtures,
    agrees,
    another_text,
    change,
    create,
    create_one,
    cursor_now,
    hands_of,
    listing,
    only_where,
    patch_of,
    read,
    settle,
)

if TYPE_CHECKING:
    from reconciler.connectors.base import Connector
    from reconciler.model.record import Record, Value
    from reconciler.testing.suite.subject import Subject


class Deltas(Fixtures):
    """``list`` from a cursor. An overlap (what was seen before comes again) is allowed; a gap is not."""

    def test_a_change_shows_up(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        first, second = (create_one(subject, connector, Draft(subject.full(number))) for number in (1, 2))
        cursor = cursor_now(connector)
        changed = change(subject, connector, first, another_text(subject, 5))
        (new,) = create(subject, connector, [Draft(subject.base(3))])
        records, pages = listing(connector, cursor)
        assert {first.id, new.id} <= set(records) <= {first.id, second.id, new.id}
        assert agrees(records[first.id], changed)
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_a_quiet_account_has_nothing_new(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        create(subject, connector, [Draft(subject.base(1))])
        first = listing(connector, cursor_now(connector))[1]
        again, pages = listing(connector, first[-1].cursor)
        assert len(again) <= 1
        assert pages[-1].last
        assert pages[-1].cursor

    def test_cursors_follow_each_other(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        create(subject, connector, [Draft(subject.base(9))])
        cursor = cursor_now(connector)
        for number in range(3):
            (record,) = create(subject, connector, [Draft(subject.base(number))])
            records, pages = listing(connector, cursor)
            assert record.id in records
            assert pages[-1].cursor is not None
            cursor = pages[-1].cursor

    def test_a_cursor_outlives_its_connector(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        create(subject, connector, [Draft(subject.base(1))])
        cursor = cursor_now(connector)
        (record,) = create(subject, connector, [Draft(subject.base(2))])
        assert record.id in listing(subject.open(subject.readable), cursor)[0]

    def test_a_foreign_change_shows_up(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        hands = hands_of(subject)
        (record,) = create(subject, connector, [Draft(subject.full(1))])
        cursor = cursor_now(connector)
        hands.edit(record.id, **another_text(subject, 7))
        settle(subject, connector)
        assert record.id in listing(connector, cursor)[0]

    def test_a_delete_shows_up(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.tombstones, "tombstones")
        stays, goes = create(subject, connector, [Draft(subject.base(1)), Draft(subject.base(2))])
        cursor = cursor_now(connector) if connector.traits.delta else None
        connector.delete([goes.id])
        settle(subject, connector)
        records, pages = listing(connector, cursor)
        gone = {record_id for page in pages for record_id in page.gone}
        assert goes.id in gone
        assert goes.id not in records
        assert stays.id not in gone

    def test_a_bad_cursor_asks_for_a_full_read(self, connector: Connector) -> None:
        only_where(connector.traits.delta, "delta")
        with pytest.raises(CursorExpired):
            list(connector.list("this never was a cursor"))


class Versions(Fixtures):
    """The precondition token of an update."""

    def test_an_older_version_is_stale(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.versions, "versions")
        first = create_one(subject, connector, Draft(subject.full(1)))
        change(subject, connector, first, another_text(subject, 2))
        (outcome,) = connector.update([patch_of(first, another_text(subject, 3))])
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert _shown(connector, first, another_text(subject, 2)) == another_text(subject, 2)

    def test_a_guarded_update_writes_over_nothing_that_was_not_read(
        self, subject: Subject, connector: Connector
    ) -> None:
        only_where(connector.traits.guarded, "guarded")
        first = create_one(subject, connector, Draft(subject.full(1)))
        change(subject, connector, first, another_text(subject, 2))
        (outcome,) = connector.update([patch_of(first, another_text(subject, 3))])
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert _shown(connector, first, another_text(subject, 2)) == another_text(subject, 2)

    def test_the_version_read_last_is_good(self, subject: Subject, connector: Connector) -> None:
        only_where(connector.traits.versions, "versions")
        first = create_one(subject, connector, Draft(subject.full(1)))
        second = change(subject, connector, first, another_text(subject, 2))
        third = change(subject, connector, second, another_text(subject, 3))
        seen = [None, first.version, second.version, third.version]
        assert len(set(seen)) == len(seen)
        assert read(connector, first.id).version == third.version

    def test_without_a_version_an_update_goes_through(self, subject: Subject, connector: Connector) -> None:
        first = create_one(subject, connector, Draft(subject.full(1)))
        (outcome,) = connector.update([replace(patch_of(first, another_text(subject, 4)), version=None)])
        assert isinstance(outcome, Written)

    def test_only_a_promised_version_is_shown(self, subject: Subject, connector: Connector) -> None:
        (record,) = create(subject, connector, [Draft(subject.base(1))])
        assert (record.version is not None) is connector.traits.versions
        assert (read(connector, record.id).modified is not None) is connector.traits.modified


def _shown(connector: Connector, record: Record, values: dict[str, Value]) -> dict[str, Value]:
    now = read(connector, record.id)
    return {name: now.values[name] for name in values}

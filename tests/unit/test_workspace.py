from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reconciler.engine.decision import Decision, Standing
from reconciler.engine.match import Bond
from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Change, Operation, Verb
from reconciler.model.record import Record, Side
from reconciler.workspace import CHUNK, Sighting, Workspace, chunks
from tests.unit.engine.builders import LEFT, RIGHT, origin

KEYS = (b"aaaaaaaa", b"bbbbbbbb")
MANY = CHUNK + 20


def sighting(record_id: str = "1", side: Side = LEFT, **more: object) -> Sighting:
    plain = Sighting(side, record_id, b"print", KEYS, Bond.FREE, Record(record_id, {"Title": "a secret"}))
    return replace(plain, **more)


@pytest.fixture
def work():
    with Workspace() as made:
        yield made


VALUES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text()
RECORDS = st.dictionaries(st.text(max_size=5), VALUES | st.lists(st.text(), max_size=3).map(tuple), max_size=5)


@given(RECORDS, st.none() | st.text(), st.none() | st.datetimes(timezones=st.just(UTC)))
def test_what_is_put_is_got(values: dict, version: str | None, modified: datetime | None) -> None:
    with Workspace() as work:
        one = sighting(record=Record("1", values, version, modified), link_id=4, attempts=2, bond=Bond.LINKED)
        work.put([one])
        assert work.get(LEFT, ["1", "2"]) == {"1": one}
        assert work.get(RIGHT, ["1"]) == {}


def test_a_later_sighting_replaces_an_earlier_one(work: Workspace) -> None:
    assert work.put([sighting("1"), sighting("2")]) == 2
    assert work.put([sighting("1", record=None), sighting("3")]) == 1
    assert work.get(LEFT, ["1"])["1"].gone


def test_who_was_sighted_is_told_without_opening_anything(work: Workspace) -> None:
    ids = [str(number) for number in range(MANY)]
    work.put(sighting(one) for one in ids)
    assert work.sighted(LEFT, [*ids, "x"]) == set(ids)
    assert work.sighted(RIGHT, ids) == set()


def test_links_come_once_each_in_order_and_in_portions(work: Workspace) -> None:
    numbers = range(1, MANY + 1)
    work.put(sighting(str(one), side, link_id=one) for one in numbers for side in Side)
    portions = list(work.linked())
    assert [one for part in portions for one in part] == list(numbers)
    assert max(map(len, portions)) <= CHUNK


def test_keys_of_today_and_of_yesterday_are_touched(work: Workspace) -> None:
    work.put([sighting(keys=(b"new", b""))], [(b"old", b"")])
    assert [list(work.touched_keys(ordinal)) for ordinal in (0, 1)] == [[[b"new", b"old"]], []]
    assert [one.id for one in work.by_key(0, [b"new"])] == ["1"]
    assert work.by_key(0, [b"old"]) == [], "nobody has it any more"


def test_who_had_one_key_and_has_another_is_still_one(work: Workspace) -> None:
    work.put([sighting(keys=(b"new",))], [(b"old",)])
    assert [one.id for one in work.by_key(0, [b"new", b"old"])] == ["1"]


def test_keys_of_tomorrow_count(work: Workspace) -> None:
    work.put([sighting(keys=(b"now",))])
    work.rekey(LEFT, "1", (b"then",))
    assert work.by_key(0, [b"now"]) == []
    assert [one.keys for one in work.by_key(0, [b"then"])] == [(b"then",)]


def test_the_gone_have_no_key_and_look_for_nobody(work: Workspace) -> None:
    work.put([sighting(record=None)])
    assert work.by_key(0, [KEYS[0]]) == []
    assert list(work.unpaired()) == []


def test_who_is_left_over(work: Workspace) -> None:
    work.put(
        [sighting("free"), sighting("survivor", bond=Bond.TRASHED), sighting("linked", bond=Bond.LINKED), sighting("p")]
    )
    work.put(sighting(str(number), RIGHT) for number in range(MANY))
    work.settle_fates([(LEFT, "p", "paired"), (RIGHT, "0", "ambiguous")])
    left = [(one.side, one.id) for one in work.unpaired()]
    assert left[:2] == [(LEFT, "free"), (LEFT, "survivor")]
    assert len(left) == 2 + MANY - 1


def test_what_the_other_side_waits_for(work: Workspace) -> None:
    assert work.wanted(RIGHT, ["1"]) == set()
    work.want(RIGHT, ["1", "2", "1"])
    assert work.wanted(RIGHT, ["1", "3"]) == {"1"}
    assert work.wanted(LEFT, ["1"]) == set()


def test_what_is_forgotten(work: Workspace) -> None:
    work.forget(RIGHT, ["1", "2"])
    assert list(work.forgotten()) == [(RIGHT, "1"), (RIGHT, "2")]


def decision(name: str) -> Decision:
    change = Change("Title", "a secret", (name,), origin("a rule"))
    operations = (Operation(LEFT, Verb.UPDATE, name, "2", (change,), "v"),)
    link = Link(name, "2", {"Title": b"12345678"}, rules=frozenset({"r"}), effects={"r": {"lists": ("x",)}}, gone=RIGHT)
    standings = {LEFT: Standing(ContactState.HELD, "why")}
    return Decision(name, None, standings, operations, operations, link, link, {LEFT: {RIGHT: ("Title",)}})


def test_decisions_come_back_whole_in_order_and_by_phase(work: Workspace) -> None:
    kept = [decision(str(number)) for number in range(5)]
    for one in kept:
        work.keep("update-left", one)
    work.keep("quiet", decision("other"))
    portions = list(work.decisions("update-left", 2))
    assert [len(part) for part in portions] == [2, 2, 1]
    assert [one for part in portions for one in part] == kept


def test_a_decision_kept_while_they_are_read_is_read_too(work: Workspace) -> None:
    work.keep("follow", decision("1"))
    seen = []
    for part in work.decisions("follow", 1):
        seen += part
        if len(seen) == 1:
            work.keep("follow", decision("2"))
    assert [one.left_id for one in seen] == ["1", "2"]


def test_equal_decisions_look_equal_to_the_digest(work: Workspace) -> None:
    assert work.keep("a", decision("1")) == work.keep("b", decision("1")) != work.keep("a", decision("2"))


def test_nothing_that_a_contact_says_stands_in_the_open(work: Workspace) -> None:
    work.put([sighting()])
    work.keep("quiet", decision("1"))
    cells = [
        cell if isinstance(cell, bytes) else str(cell).encode()
        for query in ("SELECT * FROM seen", "SELECT * FROM touched", "SELECT * FROM decision")
        for row in work._db.execute(query)
        for cell in row
    ]
    assert cells
    assert not [cell for cell in cells if b"secret" in cell or b"Title" in cell]


@given(st.lists(st.integers()), st.integers(1, 7))
def test_chunks(items: list[int], size: int) -> None:
    parts = list(chunks(iter(items), size))
    assert [one for part in parts for one in part] == items
    assert all(len(part) == size for part in parts[:-1])
    assert all(parts)

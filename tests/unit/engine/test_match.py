from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement, product

import pytest

from reconciler.engine.match import MOST_NAMED, Ambiguous, Bond, Match, Member, judge
from reconciler.model.record import Side
from tests.unit.engine.builders import LEFT, RIGHT

KINDS = list(product(Side, Bond, (b"", b"ann@", b"bob@")))
"""What a member can be: its side, its bond, and what it says for an earlier key."""


def group_of(kinds: tuple) -> list[Member]:
    return [
        Member(side, f"{side.value[0]}{number}", bond, (earlier, b"shared"))
        for number, (side, bond, earlier) in enumerate(kinds)
    ]


def every_group() -> list[list[Member]]:
    return [group_of(kinds) for size in range(5) for kinds in combinations_with_replacement(KINDS, size)]


def sees(one: Member, other: Member, *, weak: bool) -> bool:
    """Whether two members of a group concern each other."""
    said = {one.keys[0], other.keys[0]} - {b""}
    return one is not other and not (weak and len(said) > 1)


def expected(group: list[Member], *, weak: bool) -> tuple[set[frozenset], set[str]]:
    """Who is matched, and who is ambiguous: a match is two who concern nobody but each other."""
    seen = {one.id: [other for other in group if sees(one, other, weak=weak)] for one in group}
    matched = {
        frozenset((one.id, other.id))
        for one in group
        for other in seen[one.id]
        if seen[one.id] == [other]
        and seen[other.id] == [one]
        and one.side is not other.side
        and one.bond is Bond.FREE
        and other.bond is not Bond.LINKED
        and (weak or "" in (one.keys[0].decode(), other.keys[0].decode()) or one.keys[0] == other.keys[0])
    }
    free = {one.id for one in group if one.bond is Bond.FREE and seen[one.id]}
    return matched, free - {record_id for pair in matched for record_id in pair}


@pytest.mark.parametrize("weak", [True, False])
def test_every_small_group(*, weak: bool) -> None:
    for group in every_group():
        judgements = judge(group, 1, weak=weak)
        matched = {frozenset((one.left_id, one.right_id)) for one in judgements if isinstance(one, Match)}
        ambiguous = {one.id for one in judgements if isinstance(one, Ambiguous)}
        assert (matched, ambiguous) == expected(group, weak=weak), group
        times = Counter(record_id for pair in matched for record_id in pair)
        assert set(times.values()) <= {1}, "somebody was matched twice"
        assert len(judgements) == len(matched) + len(ambiguous), "somebody was judged twice"


@pytest.mark.parametrize("weak", [True, False])
def test_the_order_of_a_group_does_not_count(*, weak: bool) -> None:
    for group in every_group()[::7]:
        forth, back = (judge(order, 1, weak=weak) for order in (group, group[::-1]))
        assert {type(one) for one in forth} == {type(one) for one in back}
        assert {one for one in forth if isinstance(one, Match)} == {one for one in back if isinstance(one, Match)}


def first(side: Side, record_id: str, bond: Bond = Bond.FREE) -> Member:
    return Member(side, record_id, bond, (b"ann@",))


def test_one_and_one_belong_together() -> None:
    assert judge([first(RIGHT, "r"), first(LEFT, "l")], 0, weak=False) == [Match("l", "r")]


def test_the_candidates_of_an_ambiguous_record_are_listed() -> None:
    group = [first(LEFT, "l"), first(RIGHT, "r1"), first(RIGHT, "r2")]
    assert judge(group, 0, weak=False)[0] == Ambiguous(LEFT, "l", ((RIGHT, "r1"), (RIGHT, "r2")))


def test_a_key_that_everybody_shares_names_only_a_few_to_each() -> None:
    group = [first(side, f"{side.value}{number}") for side in (LEFT, RIGHT) for number in range(500)]
    judged = judge(group, 0, weak=False)
    assert len(judged) == len(group)
    assert {len(one.candidates) for one in judged} == {MOST_NAMED}


def test_a_linked_record_still_occupies_its_key() -> None:
    group = [first(LEFT, "l", Bond.LINKED), first(RIGHT, "r")]
    assert judge(group, 0, weak=False) == [Ambiguous(RIGHT, "r", ((LEFT, "l"),))]


def test_a_survivor_may_be_adopted_but_looks_for_nobody() -> None:
    assert judge([first(LEFT, "l", Bond.TRASHED), first(RIGHT, "r")], 0, weak=False) == [Match("l", "r")]
    assert judge([first(LEFT, "l", Bond.TRASHED), first(RIGHT, "r", Bond.TRASHED)], 0, weak=False) == []


def test_a_household_shares_its_phone() -> None:
    ann, bob = (Member(RIGHT, name, Bond.FREE, (name.encode(), b"phone")) for name in ("ann", "bob"))
    nobody = Member(LEFT, "someone", Bond.FREE, (b"", b"phone"))
    judgements = judge([nobody, ann, bob], 1, weak=True)
    assert {type(one) for one in judgements} == {Ambiguous}
    assert {one.id for one in judgements} == {"someone", "ann", "bob"}

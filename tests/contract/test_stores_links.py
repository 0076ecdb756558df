"""What every store promises about its links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.record import Side
from tests.contract.stores import STORES, fingerprint, newsletter, only_link, opened, pair, seen

LEFT, RIGHT = Side

store = pytest.fixture(params=STORES)(opened)
state = pytest.fixture(newsletter)


class TestLinks:
    def test_a_link_comes_back_as_it_was(self, state):
        told = pair(
            "l1",
            "r1",
            left_base={
                "Email": fingerprint(1),
                "Lists": fingerprint(2) + fingerprint(3),
                "Phone": b"",
                "Big": bytes(800),
            },
            right_base={},
            rules=frozenset({"customers", "bounces"}),
            effects={"customers": {"lists": ("Customers", "Dutch")}},
            gone=LEFT,
        )
        state.record([], [told])
        found = only_link(state)
        assert replace(found, link_id=None) == told
        assert state.links([found.link_id, 12345]) == {found.link_id: found}
        assert state.link_of(LEFT, ["l1", "r1"]) == {"l1": found}
        assert state.link_of(RIGHT, ["r1"]) == {"r1": found}

    def test_bases_with_other_fields_live_side_by_side(self, state):
        bases = [{}, {"a": fingerprint(1)}, {"b": b"", "a": fingerprint(2)}, {"a": b"", "b": fingerprint(3)}]
        state.record([], [pair(f"l{n}", f"r{n}", left_base=base) for n, base in enumerate(bases)])
        assert [link.left_base for link in state.all_links()] == bases

    def test_a_trashed_link_does_not_count(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2", gone=RIGHT)])
        assert state.link_count() == 1

    def test_the_same_pair_again_is_the_same_link(self, state):
        state.record([], [pair("l1", "r1")])
        before = only_link(state)
        state.record([], [pair("l1", "r1", rules=frozenset({"customers"}))])
        assert only_link(state) == replace(before, rules=frozenset({"customers"}))
        assert state.link_count() == 1

    @pytest.mark.parametrize("ends", [("l1", "r9"), ("l9", "r1")])
    def test_a_new_link_replaces_a_trashed_one_of_either_id(self, state, ends):
        state.record([], [pair("l1", "r1", gone=RIGHT)])
        state.settle(5.0, [], [pair(*ends)])
        assert (only_link(state).left_id, only_link(state).right_id) == ends
        assert state.link_count() == 1

    def test_a_new_link_can_replace_two(self, state):
        state.record([], [pair("l1", "r1", gone=RIGHT), pair("l2", "r2"), pair("l3", "r3")])
        state.record([], [pair("l1", "r2")])
        assert {(link.left_id, link.right_id) for link in state.all_links()} == {("l1", "r2"), ("l3", "r3")}
        assert state.link_count() == 2

    def test_a_link_moves_and_keeps_its_id(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2")])
        moved = replace(state.link_of(LEFT, ["l1"])["l1"], right_id="r2")
        state.settle(5.0, [], [moved])
        assert state.all_links() == [moved]
        assert state.link_count() == 1

    def test_trashing_a_link_by_its_id(self, state):
        state.record([], [pair("l1", "r1")])
        trashed = replace(only_link(state), gone=LEFT)
        state.settle(5.0, [], [trashed])
        assert state.all_links() == [trashed]
        assert state.link_count() == 0

    def test_two_links_may_swap_ends(self, state):
        state.record([], [pair("l1", "r1"), pair("l2", "r2")])
        one, two = state.all_links()
        swapped = [replace(one, right_id="r2"), replace(two, right_id="r1")]
        state.record([], swapped)
        assert state.all_links() == swapped
        assert state.link_count() == 2

    def test_link_ids_are_never_used_again(self, state):
        state.record([], [pair("l1", "r1")])
        old = only_link(state).link_id
        state.record([], unlink=[old])
        state.record([], [pair("l2", "r2")])
        assert only_link(state).link_id > old

    def test_unlinking_drops_links_and_leaves_the_records(self, state):
        state.record([seen("l1")], [pair("l1", "r1"), pair("l2", "r2", gone=LEFT), pair("l3", "r3")])
        numbers = [link.link_id for link in state.all_links()]
        state.record([], unlink=[*numbers[:2], 12345])
        assert [link.link_id for link in state.all_links()] == numbers[2:]
        assert state.link_count() == 1
        assert state.known(LEFT, ["l1"])["l1"].link_id is None

    def test_links_come_in_pages(self, state):
        state.record([], [pair(f"l{number}", f"r{number}") for number in range(12)])
        first = state.all_links(limit=5)
        rest = state.all_links(after=first[-1].link_id)
        assert [link.left_id for link in first + rest] == [f"l{number}" for number in range(12)]

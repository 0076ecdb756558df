"""Any store against the simplest thing that could be right: dicts in memory, and a full count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Intent, Observation, Result
from reconciler.state.store import memory_store

SIDES = st.sampled_from(Side)
IDS = st.sampled_from("abcdefg")
PRINTS = st.integers(0, 3).map(lambda number: bytes([number]) * 8)
KEYS = st.lists(st.one_of(st.just(b""), PRINTS), max_size=4).map(tuple)
OBSERVATIONS = st.builds(
    Observation,
    side=SIDES,
    id=IDS,
    fingerprint=PRINTS,
    keys=KEYS,
    state=st.sampled_from(ContactState),
    cause=st.sampled_from(["", "customers", "refused"]),
    due_at=st.one_of(st.none(), st.integers(1, 9).map(float)),
    attempts=st.integers(0, 3),
)
FIELDS = st.sampled_from(["Email", "Phone", "Lists"])
BASES = st.dictionaries(FIELDS, st.one_of(st.just(b""), PRINTS, st.just(bytes(16))))
LINKS = st.builds(
    Link,
    left_id=IDS,
    right_id=IDS,
    left_base=BASES,
    right_base=BASES,
    rules=st.frozensets(st.sampled_from(["customers", "bounces"])),
    effects=st.sampled_from([{}, {"customers": {"lists": ("Customers",)}}]),
    gone=st.one_of(st.none(), SIDES),
)
STATUSES = st.sampled_from(["done", "refused", "lost", "unsent", "adopted", "abandoned"])


class StoreIsADict(RuleBasedStateMachine):
    """Every write is done to both; everything readable is compared after each."""

    def __init__(self):
        super().__init__()
        self.store = memory_store()
        self.state = self.store.connection("newsletter")
        self.neighbour = self.store.connection("prospects")
        self.neighbour.record([Observation(Side.LEFT, "a", b"", (b"\0" * 8,), ContactState.HELD)], [Link("a", "b")])
        self.contacts: dict[tuple[Side, str], Observation] = {}
        self.links: dict[int, Link] = {}
        self.intents: dict[int, Intent] = {}

    def teardown(self):
        self.store.close()

    @rule(observations=st.lists(OBSERVATIONS, max_size=8))
    def record_contacts(self, observations):
        self.state.record(observations)
        self.contacts |= {(told.side, told.id): told for told in observations}

    @rule(links=st.lists(LINKS, max_size=6))
    def record_links(self, links):
        self.state.record([], links)
        for link in links:
            self._expect(link)

    @precondition(lambda self: self.links)
    @rule(data=st.data(), links=st.lists(LINKS, max_size=3))
    def move_links(self, data, links):
        numbers = st.sampled_from(sorted(self.links))
        told = [replace(link, link_id=data.draw(st.one_of(st.none(), numbers))) for link in links]
        self.state.settle(1.0, [], told)
        for link in told:
            self._expect(link)

    @rule(gone=st.lists(st.tuples(SIDES, IDS), max_size=3))
    def forget_contacts(self, gone):
        self.state.record([], forget=gone)
        self.contacts = {place: told for place, told in self.contacts.items() if place not in gone}

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def drop_links(self, data):
        numbers = data.draw(st.lists(st.sampled_from([*sorted(self.links), 999]), max_size=3))
        self.state.record([], unlink=numbers)
        self.links = {number: link for number, link in self.links.items() if number not in numbers}

    @rule(sides=st.lists(SIDES, max_size=3))
    def intend(self, sides):
        told = [Intent(side, Verb.CREATE, None, "a", {"Email": "customers @n.yaml:3"}) for side in sides]
        ids = self.state.intend(1, 1.0, told)
        self.intents |= {number: replace(intent, intent_id=number) for number, intent in zip(ids, told, strict=True)}

    @precondition(lambda self: self.intents)
    @rule(data=st.data(), status=STATUSES)
    def settle(self, data, status):
        number = data.draw(st.sampled_from(sorted(self.intents)))
        self.state.settle(2.0, [Result(number, status)])
        if status != "lost":
            del self.intents[number]

    @invariant()
    def contacts_are_the_same(self):
        for side in Side:
            known = self.state.known(side, "abcdefg")
            told = {id_: contact for (its, id_), contact in self.contacts.items() if its is side}
            assert {id_: self._told(one) for id_, one in known.items()} == {i: _stored(one) for i, one in told.items()}
            linked = {link.id(side): number for number, link in self.links.items()}
            assert {one.id: one.link_id for one in known.values()} == {id_: linked.get(id_) for id_ in told}
            assert {id_: yes for _, id_, yes in self.state.rows(side)} == {id_: id_ in linked for id_ in told}
            seen = self.state.seen(side, "abcdefg", 5.0)
            assert {id_: (one.row, one.due) for id_, one in seen.items()} == {
                id_: (one.row, one.due_at is not None and one.due_at <= 5.0) for id_, one in known.items()
            }

    @invariant()
    def links_are_the_same(self):
        assert {link.link_id: link for link in self.state.all_links()} == self.links
        for side in Side:
            assert self.state.link_of(side, "abcdefg") == {link.id(side): link for link in self.links.values()}

    @invariant()
    def counts_are_what_a_full_count_says(self):
        assert self.state.tallies() == Counter((told.side, told.state) for told in self.contacts.values())
        assert self.state.link_count() == sum(link.gone is None for link in self.links.values())

    @invariant()
    def keys_find_their_holders(self):
        for ordinal in range(4):
            for key in (bytes(8), b"\1" * 8):
                found = {(known.side, known.id) for known in self.state.by_key(ordinal, [key])}
                assert found == {
                    place for place, told in self.contacts.items() if told.keys[ordinal : ordinal + 1] == (key,)
                }

    @invariant()
    def what_is_due_is_due(self):
        due = {(known.side, known.id) for known in self.state.due(5.0)}
        assert due == {
            place for place, told in self.contacts.items() if (at := _stored(told).due_at) is not None and at <= 5.0
        }

    @invariant()
    def open_intents_are_the_same(self):
        assert {intent.intent_id: intent for intent in self.state.open_intents()} == self.intents

    @invariant()
    def the_neighbour_is_left_alone(self):
        assert self.neighbour.tallies() == {(Side.LEFT, ContactState.HELD): 1}
        assert self.neighbour.link_count() == len(self.neighbour.all_links()) == 1

    def _expect(self, link: Link) -> None:
        """The contract's words, one link at a time; a new link's id is whatever the store gave it."""
        same = [n for n, old in self.links.items() if (old.left_id, old.right_id) == (link.left_id, link.right_id)]
        number = link.link_id or next(iter(same), None)
        self.links = {
            n: old
            for n, old in self.links.items()
            if n != number and old.left_id != link.left_id and old.right_id != link.right_id
        }
        if number is None:
            [number] = [found.link_id for found in self.state.link_of(Side.LEFT, [link.left_id]).values()] or [-1]
        self.links[number] = replace(link, link_id=number)

    @staticmethod
    def _told(known) -> Observation:
        names = ("side", "id", "fingerprint", "keys", "state", "cause", "due_at", "attempts")
        return Observation(**{name: getattr(known, name) for name in names})


def _stored(told: Observation) -> Observation:
    """What is pending without a time is due at once."""
    pending = told.due_at is None and told.state is ContactState.PENDING
    return replace(told, due_at=0.0) if pending else told


TestStoreIsADict = StoreIsADict.TestCase
TestStoreIsADict.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)

"""The ten promises in a hostile world: a state machine of people, apps that lie, answers that get lost, and crashes."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import note
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from reconciler.engine.canonical import canonical
from reconciler.model.record import Side
from reconciler.testing import faults, lies
from reconciler.testing.schema import Refusal
from tests.property.checks import Checks
from tests.property.desk import FIELDS, LEFT, NAMES, PAIRS, RIGHT, Desk, Setup
from tests.property.setups import FAULTS, Hands, setups

EMAILS = [f"p{number}@example.org" for number in range(5)]
PLAIN = [name for name, _ in PAIRS[1:4]]
COUNTERPART = {LEFT: dict(PAIRS), RIGHT: {right: left for left, right in PAIRS}}

sides = st.sampled_from(Side)


class HostileWorld(Checks, RuleBasedStateMachine):
    people = Bundle("people")

    @initialize(setup=setups())
    def begin(self, setup: Setup) -> None:
        self.open(setup)

    def open(self, setup: Setup) -> None:
        self.desk = Desk(setup)
        self.hands = Hands()
        self.words = 0
        self.agreed: dict[tuple[str, str], dict[Side, dict[str, object]]] = {}
        self.moments = {side: lies.moment(self.desk.faulty[side].inner) for side in Side}
        self.checked = dict.fromkeys(Side, 0)
        self.had: dict[Side, set[str]] = {side: set() for side in Side}

    # -- people ------------------------------------------------------------------------------------------------------

    def word(self, side: Side, name: str) -> str:
        self.words += 1
        return self.say(side, name, f"{'kKw'[self.words % 3]}{self.words} Word ")

    def say(self, side: Side, name: str, value: str) -> str:
        row = NAMES[side].index(name)
        for one in (side, side.other):
            bend = self.desk.setup.bends[one].get(NAMES[one][row])
            again = self.desk.setup.bends[one.other].get(NAMES[one.other][row])
            spellings = {value, bend(value) if bend else value}
            spellings |= {again(text) if again else text for text in spellings}
            self.hands.said[row] |= {text.strip() for text in spellings}
        return value

    def did(self, side: Side, record_id: str, **values: object) -> None:
        for name, value in values.items():
            self.hands.edits[side, record_id, name].append(value)
        self.hands.touched.add((side, record_id))

    @rule(target=people, side=sides, email=st.sampled_from([*EMAILS, None]), tags=st.booleans())
    def somebody_is_added(self, *, side: Side, email: str | None, tags: bool):
        names = NAMES[side]
        values = {names[1]: self.word(side, names[1]), names[2]: self.word(side, names[2])}
        if email:
            values[names[0]] = self.say(side, names[0], email)
        if tags:
            values[names[4]] = (self.say(side, names[4], f"t{self.words % 4}"),)
        try:
            record_id = self.desk.worlds[side].add(**values)
        except Refusal:
            return multiple()
        self.did(side, record_id, **values)
        return side, record_id

    @rule(side=sides, index=st.integers(0, 30), name=st.integers(1, 3))
    def somebody_edits(self, side: Side, index: int, name: int) -> None:
        record_id = self.pick(side, index)
        if record_id:
            values = {NAMES[side][name]: self.word(side, NAMES[side][name])}
            self.desk.worlds[side].edit(record_id, **values)
            self.did(side, record_id, **values)

    @rule(side=sides, index=st.integers(0, 30), name=st.integers(1, 3))
    def somebody_clears(self, side: Side, index: int, name: int) -> None:
        record_id = self.pick(side, index)
        if record_id:
            self.desk.worlds[side].clear(record_id, NAMES[side][name])
            self.did(side, record_id, **{NAMES[side][name]: None})

    @rule(side=sides, index=st.integers(0, 30), email=st.sampled_from(EMAILS))
    def somebody_moves_an_email(self, side: Side, index: int, email: str) -> None:
        record_id = self.pick(side, index)
        if record_id:
            try:
                self.desk.worlds[side].edit(record_id, **{NAMES[side][0]: self.say(side, NAMES[side][0], email)})
            except Refusal:
                return
            self.did(side, record_id, **{NAMES[side][0]: email})

    @rule(side=sides, index=st.integers(0, 30), tag=st.integers(0, 5), add=st.booleans())
    def somebody_tags(self, *, side: Side, index: int, tag: int, add: bool) -> None:
        record_id = self.pick(side, index)
        if record_id:
            name, item = NAMES[side][4], self.say(side, NAMES[side][4], f"t{tag}")
            now = self.desk.worlds[side].values(record_id).get(name) or ()
            then = (*now, item) if add and item not in now else tuple(one for one in now if add or one != item)
            self.desk.worlds[side].edit(record_id, **{name: then or None})
            self.did(side, record_id, **{name: then})

    @rule(side=sides, index=st.integers(0, 30))
    def somebody_deletes(self, side: Side, index: int) -> None:
        record_id = self.pick(side, index)
        if record_id:
            self.desk.worlds[side].delete(record_id)
            self.hands.touched.add((side, record_id))

    def pick(self, side: Side, index: int) -> str | None:
        rows = list(self.desk.worlds[side].rows)
        return rows[index % len(rows)] if rows else None

    # -- cycles, honest and not --------------------------------------------------------------------------------------

    @rule()
    def a_cycle(self) -> None:
        self.cycle()

    @rule(step=st.integers(1, 120))
    def a_cycle_dies(self, step: int) -> None:
        self.cycle(die_at=step)

    @rule(
        side=sides,
        what=st.sampled_from(FAULTS),
        skip=st.integers(0, 2),
        die_at=st.none() | st.integers(1, 120),
    )
    def a_cycle_meets_a_fault(self, side: Side, what: tuple[str, faults.Fault], skip: int, die_at: int | None) -> None:
        self.meet({side: what}, skip, die_at)

    @rule(
        email=st.sampled_from(EMAILS),
        what=st.dictionaries(sides, st.sampled_from(FAULTS), min_size=1),
        skip=st.integers(0, 1),
        die_at=st.none() | st.integers(1, 120),
    )
    def twins_meet_faults(self, email: str, what: dict, skip: int, die_at: int | None) -> None:
        """The same person turns up on both sides, at the worst moment."""
        for side in Side:
            self.somebody_is_added(side=side, email=email, tags=False)
        self.meet(what, skip, die_at)

    @rule(
        side=sides,
        email=st.sampled_from(EMAILS),
        lost=st.sampled_from([fault for fault in FAULTS if fault[0] == "create"]),
        what=st.dictionaries(sides, st.sampled_from(FAULTS), min_size=1),
    )
    def a_lost_create_meets_faults(self, side: Side, email: str, lost: tuple, what: dict) -> None:
        """A create whose answer is lost, and a next cycle that does not see it either."""
        self.somebody_is_added(side=side.other, email=email, tags=False)
        self.meet({side: lost}, 0, None)
        self.meet(what, 0, None)

    def meet(self, what: dict, skip: int, die_at: int | None) -> None:
        for side, (method, fault) in what.items():
            note(f"fault {method} on the {side}: {fault.__qualname__}")
            self.desk.faulty[side].arm(method, fault, skip=skip)
        self.cycle(die_at=die_at)
        self.desk.heal()

    @rule(side=sides)
    def a_moment_is_remembered(self, side: Side) -> None:
        self.moments[side] = lies.moment(self.desk.faulty[side].inner)

    @rule(side=sides)
    def a_full_listing_is_behind(self, side: Side) -> None:
        if not self.desk.setup.traits[side].delta:
            self.desk.faulty[side].arm("list", lies.stale_membership(self.moments[side]))
            self.cycle()
            self.desk.heal()

    @rule(side=sides)
    def a_listing_shows_old_values(self, side: Side) -> None:
        if self.desk.setup.traits[side].eventual_seconds:
            self.desk.faulty[side].arm("list", lies.stale_values(self.moments[side]))
            self.cycle()
            self.desk.heal()

    @rule(side=sides, index=st.integers(0, 30), name=st.integers(1, 3), skip=st.integers(0, 3))
    def somebody_edits_meanwhile(self, side: Side, index: int, name: int, skip: int) -> None:
        """Between two pages of a listing, on the side that is being read."""
        left = [skip]

        def hook(call: faults.Call) -> None:
            if call.method == "list":
                left[0] -= 1
                if left[0] == -1:
                    self.somebody_edits(side, index, name)

        self.desk.faulty[side].before = hook
        self.cycle()
        self.desk.heal()

    @rule()
    def the_state_is_lost(self) -> None:
        self.desk.lose_state()
        self.agreed.clear()
        self.hands.touched |= {(side, one) for side in Side for one in self.desk.worlds[side].rows}

    @rule()
    def time_passes(self) -> None:
        self.desk.clock.advance(90_000)

    def cycle(self, die_at: int | None = None) -> None:
        there = {side: self.emails(side) for side in Side}
        report = self.desk.run(die_at=die_at)
        note(f"cycle: {report and (report.result, report.message, dict(report.applied), dict(report.failures))}")
        self.check_writes(there)

    def emails(self, side: Side) -> list[object]:
        item = FIELDS[side][0]
        return [canonical(item, row.values.get(item.name)) for row in self.desk.worlds[side].rows.values()]

    # -- what must hold once the world is honest and quiet ----------------------------------------------------------

    @rule()
    def the_world_calms_down(self) -> None:
        self.desk.heal()
        self.desk.clock.advance(90_000)
        for _ in range(6):
            before = self.desk.writes()
            self.cycle()
            if self.desk.writes() == before and not self.desk.plan():
                break
        assert self.desk.plan() == [], "no fixpoint"
        quiet = self.desk.writes()
        self.cycle()
        self.cycle()
        refused = self.desk.store.connection("desk").tallies()
        assert self.desk.writes() == quiet, f"writes in a quiet world {refused}"
        self.check_agreement()

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.the_world_calms_down()
            self.desk.store.close()


class HostileWorldOfListings(HostileWorld):
    """The same world with apps that only know complete listings: everything hangs on what absence means."""

    @initialize(setup=setups(st.just(value=False)))
    def begin(self, setup: Setup) -> None:
        self.open(setup)


TestHostileWorld = HostileWorld.TestCase
TestHostileWorldOfListings = HostileWorldOfListings.TestCase

"""What must hold in a hostile world: at once after every cycle, and once the world is honest and quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.engine.canonical import canonical
from reconciler.model.connection import Direction
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from tests.property.desk import FIELDS, LEFT, NAMES, RIGHT

if TYPE_CHECKING:
    from tests.property.desk import Desk
    from tests.property.setups import Hands


class Checks:
    """The promises, as far as they can be seen from outside. A state machine adds what people and apps do."""

    desk: Desk
    hands: Hands
    checked: dict[Side, int]
    agreed: dict[tuple[str, str], dict[Side, dict[str, object]]]

    def emails(self, side: Side) -> list[object]:
        item = FIELDS[side][0]
        return [canonical(item, row.values.get(item.name)) for row in self.desk.worlds[side].rows.values()]

    def check_writes(self, there: dict[Side, list[object]]) -> None:
        for side in Side:
            world, item = self.desk.worlds[side], FIELDS[side][0]
            fresh = world.writes[self.checked[side] :]
            self.checked[side] = len(world.writes)
            taken = list(there[side])
            for write in fresh:
                assert write.verb is not Verb.DELETE, "a record was deleted"
                for name, value in write.values.items():
                    self.check_invented(side, name, value)
                if write.verb is Verb.UPDATE and item.name in write.values:
                    taken.append(canonical(item, write.values[item.name]))
            created = [canonical(item, one.values.get(item.name)) for one in fresh if one.verb is Verb.CREATE]
            moved = {
                canonical(item, one.values[item.name])
                for one in fresh
                if one.verb is Verb.UPDATE and item.name in one.values
            }
            for email in created:
                assert email is not None, "created without a key"
                assert created.count(email) == 1, f"{email} was created twice on the {side}"
                assert email not in there[side] or moved, f"{email} was created on the {side} beside its double"

    def check_invented(self, side: Side, name: str, value: object) -> None:
        row = NAMES[side].index(name)
        for one in value if isinstance(value, tuple) else [value]:
            if one is not None:
                assert str(one).strip() in self.hands.said[row], f"nobody ever said {one!r} for {name}"

    def check_agreement(self) -> None:
        """One-sided edits since the last agreement won on both sides; untouched pairs are as they were."""
        state = self.desk.store.connection("desk")
        now: dict[tuple[str, str], dict[Side, dict[str, object]]] = {}
        for link in state.all_links(limit=10_000):
            rows = {side: self.desk.worlds[side].rows.get(link.id(side)) for side in Side}
            if link.gone is None and all(rows.values()):
                key = (link.left_id, link.right_id)
                now[key] = {side: dict(rows[side].values) for side in Side}
                if key in self.agreed:
                    self.check_pair(key, now[key])
        self.agreed = now
        self.hands.edits.clear()
        self.hands.touched.clear()

    def check_pair(self, key: tuple[str, str], now: dict[Side, dict[str, object]]) -> None:
        ids = {LEFT: key[0], RIGHT: key[1]}
        failed = self.desk.store.connection("desk").known(LEFT, [key[0]])
        if any(one.state.value in {"failed", "held"} for one in failed.values()):
            return
        for row in (1, 2, 3):
            names = {side: NAMES[side][row] for side in Side}
            edits = {side: self.hands.edits.get((side, ids[side], names[side]), []) for side in Side}
            two_way = self.desk.setup.directions[row] is Direction.BOTH
            if not edits[LEFT] and not edits[RIGHT]:
                for side in Side:
                    was = self.agreed[key][side].get(names[side])
                    assert now[side].get(names[side]) == was, f"{names[side]} changed although nobody touched it"
            elif edits[LEFT] and not edits[RIGHT]:
                self.check_won(LEFT, names, edits[LEFT], now)
            elif edits[RIGHT] and not edits[LEFT] and two_way:
                self.check_won(RIGHT, names, edits[RIGHT], now)

    def check_won(self, side: Side, names: dict[Side, str], edits: list, now: dict[Side, dict[str, object]]) -> None:
        last = edits[-1]
        if None in edits:
            return  # clears follow a policy of their own
        shown = now[side].get(names[side])
        bend = self.desk.setup.bends[side].get(names[side]) or str
        assert shown == bend(last), f"the edit of {names[side]} was lost: {last!r} became {shown!r}"
        other = self.desk.setup.bends[side.other].get(names[side.other]) or str
        there = now[side.other].get(names[side.other])
        assert str(there).strip() in {other(bend(last)).strip(), other(last).strip()}, (
            f"the edit of {names[side]} did not arrive: {last!r}, there {there!r}"
        )

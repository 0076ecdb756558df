"""From sightings to pairs: links first, then keys in order, then those who found nobody.

Only what was sighted, and whoever shares a key with it, is looked at, so a quiet cycle costs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from reconciler.engine.decision import Decision, Pair, Standing
from reconciler.engine.match import Ambiguous, Bond, Match, Member, judge
from reconciler.model.field import FieldType
from reconciler.model.link import ContactState, Link
from reconciler.model.record import Side
from reconciler.reading import ask_again, bond_of, bury, fetch
from reconciler.workspace import CHUNK, chunks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from reconciler.live import Live
    from reconciler.state.base import Intent
    from reconciler.workspace import Sighting, Workspace

WEAK_KEYS = frozenset({FieldType.PHONE, FieldType.TEXT})
"""Keys that two people may share: a contradiction on an earlier key then means two people. Text keys named as external
ids are strong by being first."""


@dataclass(frozen=True, slots=True)
class Echoes:
    """Writes whose answers are missing: where our own hand may show."""

    links: Mapping[int, Side] = field(default_factory=dict)
    sources: Mapping[tuple[Side, str], Side] = field(default_factory=dict)

    @classmethod
    def of(cls, intents: Iterable[Intent]) -> Echoes:
        """The echoes to expect of these open intents."""
        known = list(intents)
        links = {one.link_id: one.side for one in known if one.link_id is not None}
        sources = {(one.side.other, one.source_id): one.side for one in known if one.source_id}
        return cls(links, sources)

    def of_link(self, link: Link) -> Side | None:
        """The side of a linked pair on which our write may show."""
        return None if link.link_id is None else self.links.get(link.link_id)

    def of_new(self, left_id: str, right_id: str) -> Side | None:
        """The side of a new pair on which our create may show."""
        return self.sources.get((Side.LEFT, left_id)) or self.sources.get((Side.RIGHT, right_id))


def linked_pairs(
    live: Live, work: Workspace, echoes: Echoes, listed: Collection[Side] = ()
) -> Iterator[Pair | Decision]:
    """Every linked pair of which at least one record was sighted, with fresh values of both. ``listed`` are sides of
    which a complete listing was read."""
    full_batch = max(connector.traits.get_batch for connector in live.connectors.values())
    for link_ids in work.linked(max(2 * full_batch, CHUNK)):  # of which one half may lack its left, the other its right
        links = live.state.links(link_ids)
        sightings = {side: _both(live, side, work, links.values(), complete=side in listed) for side in Side}
        for link in links.values():
            found = {side: sightings[side].get(link.id(side)) for side in Side}
            if not _survivor_only(link, found):
                yield from _linked_pair(live, work, link, found, echoes)


def _both(live: Live, side: Side, work: Workspace, links: Iterable[Link], *, complete: bool) -> dict[str, Sighting]:
    """The records of these links on ``side``. Where listings may be behind, what they showed is asked for again: an old
    value must not pass for a person's edit. What neither a complete listing nor a direct read shows is gone, also where
    a crash kept it from being remembered, so that nobody missed it in the listing."""
    ids = [link.id(side) for link in links]
    sighted = work.get(side, ids)
    dead = {link.id(side) for link in links if link.gone is side}
    if live.connectors[side].traits.eventual_seconds:
        ask_again(live, side, work, [one.id for one in sighted.values() if not one.gone])
    asked = [one for one in ids if one not in sighted and one not in dead]
    fetch(live, side, work, asked)
    found = work.get(side, ids)
    if complete and (lacking := [one for one in asked if one not in found]):
        remembered = live.state.known(side, lacking)
        bury(live, side, work, [one for one in lacking if one not in remembered])
        found = work.get(side, ids)
    return found


def _survivor_only(link: Link, found: Mapping[Side, Sighting | None]) -> bool:
    """A trashed pair whose survivor was sighted: a new twin may still adopt it, so it is judged by key first."""
    return link.gone is not None and found[link.gone] is None


def _linked_pair(
    live: Live, work: Workspace, link: Link, found: Mapping[Side, Sighting | None], echoes: Echoes
) -> Iterator[Pair | Decision]:
    """Nothing when a record is gone (its survivor is judged by key first: it may only have got another id); waiting
    when one is missing without proof that it is gone."""
    proved = frozenset(side for side, one in found.items() if (one.gone if one else link.gone is side))
    records = {side: one.record if one else None for side, one in found.items()}
    if len(proved) == len(Side):
        return
    missing = [side for side in Side if records[side] is None and side not in proved]
    if missing and proved:
        trashed = replace(link, gone=missing[0].other)
        yield Decision(link.left_id, link.right_id, {}, link=trashed, before=link)
    elif missing:
        cause = f"its counterpart on {live.program.connection.end(missing[0]).name} could not be read"
        standing = Standing(ContactState.PENDING, cause)
        yield Decision(link.left_id, link.right_id, {missing[0].other: standing}, link=link, before=link)
    elif proved:
        [side] = set(Side) - proved
        work.bereave(side, link.id(side))
    else:
        yield Pair(records[Side.LEFT], records[Side.RIGHT], link, echo=echoes.of_link(link))


def buried_links(live: Live, work: Workspace) -> Iterator[int]:
    """Links of which both records are gone: nothing is left to remember."""
    for link_ids in work.linked():
        links = live.state.links(link_ids)
        sighted = {side: work.get(side, [link.id(side) for link in links.values()]) for side in Side}
        for link_id, link in links.items():
            marks = {side: sighted[side].get(link.id(side)) for side in Side}
            if all(one.gone if one else link.gone is side for side, one in marks.items()):
                yield link_id


def matched_pairs(live: Live, work: Workspace, echoes: Echoes) -> Iterator[Pair | Decision]:
    """New pairs found by key, and decisions on those that are ambiguous."""
    for ordinal, key in enumerate(live.program.connection.keys):
        weak = ordinal > 0 and key.left.type in WEAK_KEYS
        for keys in work.touched_keys(ordinal):
            judgements: list[Match | Ambiguous] = []
            members = _members(live, work, ordinal, keys)
            for _, group in groupby(members, key=lambda one: one[0]):
                judgements += judge([member for _, member in group], ordinal, weak=weak)
            for part in chunks(judgements, CHUNK):  # a key may be everybody's
                yield from _conclude(live, work, part, echoes)
            _reconsider(live, work, [member for _, member in members])


def _members(live: Live, work: Workspace, ordinal: int, keys: Sequence[bytes]) -> list[tuple[bytes, Member]]:
    """Everybody, sighted or remembered, who has one of these keys; by key."""
    found = [(one.keys[ordinal], one) for one in work.by_key(ordinal, keys)]
    remembered = live.state.by_key(ordinal, keys)
    for side in Side:
        here = [one for one in remembered if one.side is side]
        sighted = work.sighted(side, [one.id for one in here])
        found += [
            (one.keys[ordinal], Member(one.side, one.id, bond_of(one), one.keys))
            for one in here
            if one.id not in sighted
        ]
    return sorted(found, key=lambda one: (one[0], one[1].side, one[1].id))


def _conclude(
    live: Live, work: Workspace, judgements: Sequence[Match | Ambiguous], echoes: Echoes
) -> Iterator[Pair | Decision]:
    """Fetch whoever is judged, in one go, and turn judgements into pairs and decisions."""
    judged: dict[Side, list[str]] = {side: [] for side in Side}
    fates: list[tuple[Side, str, str]] = []
    for judgement in judgements:
        for side, record_id in _judged(judgement):
            judged[side].append(record_id)
            fates.append((side, record_id, "paired" if isinstance(judgement, Match) else "ambiguous"))
    for side in Side:
        fetch(live, side, work, judged[side])
    work.settle_fates(fates)
    found = {side: work.get(side, judged[side]) for side in Side}
    for judgement in judgements:
        sightings = [found[side].get(record_id) for side, record_id in _judged(judgement)]
        if all(one and not one.gone for one in sightings):
            yield _matched(sightings, echoes) if isinstance(judgement, Match) else _ambiguous(live, judgement)


def _judged(judgement: Match | Ambiguous) -> tuple[tuple[Side, str], ...]:
    if isinstance(judgement, Match):
        return (Side.LEFT, judgement.left_id), (Side.RIGHT, judgement.right_id)
    return ((judgement.side, judgement.id),)


def _matched(sightings: Sequence[Sighting | None], echoes: Echoes) -> Pair:
    left, right = (one.record for one in sightings if one)
    return Pair(left, right, None, echo=echoes.of_new(left.id, right.id) if left and right else None)


def _ambiguous(live: Live, judgement: Ambiguous) -> Decision:
    names = {side: live.program.connection.end(side).name for side in Side}
    others = ", ".join(f"{names[side]} {record_id}" for side, record_id in judgement.candidates)
    standing = Standing(ContactState.AMBIGUOUS, f"shares its key with {others}")
    return _decision_on(judgement.side, judgement.id, standing)


def _decision_on(side: Side, record_id: str, standing: Standing) -> Decision:
    left = side is Side.LEFT
    return Decision(record_id if left else None, None if left else record_id, {side: standing})


def _reconsider(live: Live, work: Workspace, people: Iterable[Member]) -> None:
    """A remembered record that was ambiguous, and whose double went away, is looked at again."""
    for side in Side:
        free = [one.id for one in people if one.side is side and one.bond is Bond.FREE]
        known = live.state.known(side, free)
        fetch(live, side, work, [one.id for one in known.values() if one.state is ContactState.AMBIGUOUS])


NOBODY: Mapping[tuple[Side, str], Standing] = {}
WAITING = Standing(ContactState.PENDING, "waits for a complete listing of both sides")


def lone_pairs(
    live: Live, work: Workspace, trusted: Mapping[Side, bool], hidden: Mapping[tuple[Side, str], Standing] = NOBODY
) -> Iterator[Pair | Decision]:
    """Those who found nobody: the survivors of trashed pairs, and those who may get a counterpart. While a listing is
    not trusted, or a counterpart may be ``hidden``, the latter wait."""
    for one in work.unpaired():
        link = live.state.links([one.link_id]).get(one.link_id) if one.link_id is not None else None
        if link is None and not all(trusted.values()):
            yield _decision_on(one.side, one.id, WAITING)
        elif link is None and (one.side, one.id) in hidden:
            yield _decision_on(one.side, one.id, hidden[one.side, one.id])
        else:
            left = one.side is Side.LEFT
            yield Pair(one.record if left else None, None if left else one.record, link)


def if_trusted(pairs: Iterator[Pair | Decision], trusted: Mapping[Side, bool]) -> Iterator[Pair | Decision]:
    """New pairs wait for complete listings too: a second candidate may be what is missing."""
    for one in pairs:
        if isinstance(one, Pair) and one.left and one.right and not all(trusted.values()):
            yield Decision(one.left.id, one.right.id, dict.fromkeys(Side, WAITING))
        else:
            yield one

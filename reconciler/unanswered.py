"""Creates whose answer is missing: what they may have made is looked for before anything is made again.

Most are found by their key like anybody else. Three are not: one that an app is too slow to show, one whose person's
key was changed meanwhile, and one whose person is gone. The keys in the journal tell the last two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.engine.decision import Decision, Pair, Standing
from reconciler.engine.match import Bond
from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.reading import fetch
from reconciler.workspace import CHUNK, chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.live import Live
    from reconciler.state.base import Intent
    from reconciler.workspace import Sighting, Workspace

ORPHAN = Standing(ContactState.TRASHED, "made for a contact that is gone by now")


UNSEEN = Standing(ContactState.PENDING, "waits until a create without an answer must have shown")
UNSEARCHABLE = Standing(
    ContactState.HELD,
    "its counterpart may have been made, and there is no key to look for it by: look in the app, then give it a key",
)


def may_yet_show(live: Live, intent: Intent) -> bool:
    """Whether this create may have happened although no read shows it: not yet, or not to anybody without a key."""
    patience = live.connectors[intent.side].traits.eventual_seconds
    early = abs(live.clock() - intent.at) < patience
    return intent.verb is Verb.CREATE and (early or not any(intent.source_keys))


def hidden_sources(live: Live, intents: Iterable[Intent]) -> dict[tuple[Side, str], Standing]:
    """Contacts whose counterpart may exist and not show: nothing is created for them now."""
    return {
        (one.side.other, one.source_id): UNSEEN if any(one.source_keys) else UNSEARCHABLE
        for one in intents
        if one.source_id and may_yet_show(live, one)
    }


def awaited_pairs(live: Live, work: Workspace, intents: Iterable[Intent]) -> Iterator[Pair | Decision]:
    """Records that turned up with the key that a create was sent with, where its source has another key by now."""
    lost = (one for one in intents if one.verb is Verb.CREATE and one.source_id and any(one.source_keys))
    for part in chunks(lost, CHUNK):
        for side in Side:
            yield from _awaited(live, work, side, [one for one in part if one.side is side])


def _awaited(live: Live, work: Workspace, side: Side, intents: Sequence[Intent]) -> Iterator[Pair | Decision]:
    ids = [one.source_id for one in intents if one.source_id]
    fetch(live, side.other, work, ids)
    sources, linked = work.get(side.other, ids), live.state.link_of(side.other, ids)
    for one in intents:
        source_id = one.source_id or ""
        ordinal = next(number for number, key in enumerate(one.source_keys) if key)
        source = sources.get(source_id)
        moved = source is None or source.gone or source.keys[ordinal] != one.source_keys[ordinal]
        if moved and source_id not in linked and (found := _newcomer(live, work, side, ordinal, one)):
            work.settle_fates([(side, found.id, "paired"), (side.other, source_id, "paired")])
            yield _pair(side, source_id, source, found)


def _newcomer(live: Live, work: Workspace, side: Side, ordinal: int, intent: Intent) -> Sighting | None:
    """The one record with the key of the create that nobody knew before and nobody else claims."""
    holders = [one for one in work.by_key(ordinal, [intent.source_keys[ordinal]]) if one.side is side]
    alone = len(holders) == 1 and holders[0].bond is Bond.FREE and not live.state.known(side, [holders[0].id])
    return work.get(side, [holders[0].id])[holders[0].id] if alone else None


def _pair(side: Side, source_id: str, source: Sighting | None, found: Sighting) -> Pair | Decision:
    records = {side: found.record, side.other: source.record if source else None}
    if source and source.record:
        return Pair(records[Side.LEFT], records[Side.RIGHT], echo=side)
    left_id, right_id = (source_id, found.id) if side is Side.RIGHT else (found.id, source_id)
    return Decision(left_id, right_id, {side: ORPHAN}, link=Link(left_id, right_id, gone=side.other))

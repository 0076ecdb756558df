"""Killed at any moment and opened again, the state is whole: counts are exact and no transaction is half there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from reconciler.model.record import Side
from reconciler.state.store import open_store

BATCH = 7
WRITER = f"""
import itertools, sys
from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Intent, Observation, Result
from reconciler.state.store import open_store

state = open_store(sys.argv[1], bytes(32), environ={{}}).connection("newsletter")
states = itertools.cycle(ContactState)
for turn in itertools.count():
    cycle = state.begin(float(turn))
    ids = [f"{{turn % 40}}-{{number}}" for number in range({BATCH})]
    intents = [Intent(Side.RIGHT, Verb.CREATE, None, id_, {{"email": "why"}}) for id_ in ids]
    sent = state.intend(cycle, float(turn), intents)
    results = [Result(intent, "done", id_) for intent, id_ in zip(sent, ids)]
    state.settle(float(turn), results, [Link(id_, id_, {{"email": b"12345678"}}, {{}}) for id_ in ids])
    held = next(states)
    state.record([Observation(side, id_, b"f", (b"12345678",), held) for side in Side for id_ in ids])
    if turn % 3 == 0:
        state.record([], forget=[(Side.LEFT, id_) for id_ in ids])
    print(turn, flush=True)
"""


@pytest.mark.parametrize("turns", [1, 6, 25])
def test_a_killed_writer_leaves_a_whole_state(tmp_path, turns):
    path = str(tmp_path / "state.sqlite")
    child = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
    for _ in range(turns):
        child.stdout.readline()
    child.kill()
    printed = child.communicate()[0].split()
    store = open_store(path, bytes(32), environ={})
    state = store.connection("newsletter")
    links = state.all_links()
    assert state.link_count() == len(links) >= BATCH
    assert len(links) % BATCH == 0
    assert state.tallies() == full_count(state)
    assert len(state.open_intents()) in (0, BATCH)
    assert len(state.cycles(10_000)) >= turns + len(printed)
    assert journalled(state, links) == {"done": len(links)}
    store.close()


def full_count(state) -> Counter:
    """Every contact, looked at one by one."""
    return Counter(
        (side, known.state)
        for side in Side
        for known in state.known(side, [id_ for _, id_, _ in state.rows(side)]).values()
    )


def journalled(state, links) -> Counter:
    """A link and the result of its create are one transaction: what is linked was settled."""
    settled = (state.history(Side.LEFT, link.left_id) for link in links)
    return Counter("done" if any(line.status == "done" for line in lines) else "open" for lines in settled)

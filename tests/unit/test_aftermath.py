from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.aftermath import (
    Look,
    confirmed_or_lost,
    final_link,
    observation_after,
    patch_of,
    result_of,
    standing_after,
)
from reconciler.engine.decision import Decision, Pair
from reconciler.engine.match import Bond
from reconciler.engine.plan import plan_pair
from reconciler.errors import Denied
from reconciler.model.link import ContactState, Link
from reconciler.model.outcome import Lost, Outcome, Refused, Unsent, Written
from reconciler.model.record import Record, Side
from reconciler.state.base import Result
from reconciler.workspace import Sighting
from tests.unit.engine.builders import LEFT, RIGHT, program, record

PROGRAM = program()
OLD, OLD_TOO = {"Email": "a@x.org", "Title": "CEO"}, {"mail": "a@x.org", "job": "CEO"}
HELD = frozenset({"all on the left", "all on the right"})
LINK = Link("1", "11", PROGRAM.base(LEFT, OLD), PROGRAM.base(RIGHT, OLD_TOO), HELD, link_id=7)
REFUSED, STALE, LOST, UNSENT = (
    Refused("full", "no"),
    Refused("moved", "on", stale=True),
    Lost("?"),
    Unsent(Denied("a", "b")),
)
NOT_DONE = [REFUSED, STALE, LOST, UNSENT]


def update(title: str = "CTO") -> Decision:
    """A person changed the left title; the right is to follow."""
    return plan_pair(PROGRAM, Pair(record("1", **{**OLD, "Title": title}), record("11", **OLD_TOO), LINK))


def create() -> Decision:
    return plan_pair(PROGRAM, Pair(record("1", **OLD)))


def written(**values: object) -> Written:
    return Written("11", record("11", **{**OLD_TOO, **values}))


def test_the_base_is_what_the_app_says_it_holds() -> None:
    link = final_link(PROGRAM, update(), {RIGHT: written(job="cto")})
    assert link is not None
    assert link.right_base == PROGRAM.base(RIGHT, {**OLD_TOO, "job": "cto"})
    assert link.left_base == PROGRAM.base(LEFT, {**OLD, "Title": "CTO"})


def test_an_edit_that_came_in_between_is_not_swallowed() -> None:
    """The answer shows the whole record: a person's change of another field is still a change next time."""
    link = final_link(PROGRAM, update(), {RIGHT: written(job="CTO", mail="other@x.org")})
    assert link is not None
    assert link.right_base["mail"] == LINK.right_base["mail"]


@pytest.mark.parametrize("outcome", NOT_DONE)
def test_what_was_not_done_is_not_remembered(outcome: Outcome) -> None:
    assert final_link(PROGRAM, update(), {RIGHT: outcome}) == LINK
    assert final_link(PROGRAM, create(), {RIGHT: outcome}) is None


def test_a_create_makes_the_link() -> None:
    link = final_link(PROGRAM, create(), {RIGHT: Written("99", record("99", **{**OLD_TOO, "job": "ceo"}))})
    assert link is not None
    assert (link.left_id, link.right_id) == ("1", "99")
    assert link.right_base == PROGRAM.base(RIGHT, {**OLD_TOO, "job": "ceo"})


@pytest.mark.parametrize("answer", [Written("11"), Written("11", Record("11", {"mail": "a@x.org"}))])
def test_a_silent_answer_is_no_answer(answer: Written) -> None:
    (operation,) = update().operations
    assert isinstance(confirmed_or_lost(operation, answer), Lost)
    assert confirmed_or_lost(operation, written(job="x")) == written(job="x")
    (making,) = create().operations
    assert isinstance(confirmed_or_lost(making, answer), Written if answer.record else Lost)


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [(written(), "done", ""), (REFUSED, "refused", "full"), (LOST, "lost", ""), (UNSENT, "unsent", "denied")],
)
def test_the_journal(outcome: Outcome, status: str, code: str) -> None:
    assert result_of(5, outcome) == Result(5, status, "11" if status == "done" else None, code)


def test_a_patch_says_what_was_there() -> None:
    (operation,) = update().operations
    patch = patch_of(replace(operation, version="v"))
    assert (patch.id, patch.values, patch.old, patch.version) == ("11", {"job": "CTO"}, {"job": "CEO"}, "v")


def look(attempts: int = 0, side: Side = RIGHT, **values: object) -> Look:
    one = record("11" if side is RIGHT else "1", **{**(OLD_TOO if side is RIGHT else OLD), **values})
    sighting = Sighting(side, one.id, b"as sighted", PROGRAM.keys(side, one), Bond.LINKED, one, 7, attempts)
    return Look(sighting, 1000.0)


@pytest.mark.parametrize(
    ("attempts", "pause"), [(0, 60), (1, 120), (5, 1920), (10, 61440), (11, 86400), (10**6, 86400)]
)
def test_pauses_grow_up_to_a_day(attempts: int, pause: float) -> None:
    standing, due = standing_after(update(), RIGHT, {RIGHT: REFUSED}, look(attempts))
    assert (standing.state, due) == (ContactState.FAILED, 1000 + pause)
    assert standing.cause == "full: no"


@pytest.mark.parametrize("outcome", [STALE, LOST, UNSENT])
def test_what_was_not_refused_is_planned_anew_at_once(outcome: Outcome) -> None:
    standing, due = standing_after(update(), LEFT, {RIGHT: outcome}, look())
    assert (standing.state, due) == (ContactState.PENDING, None)


def test_a_refusal_is_seen_on_both_contacts_and_counted() -> None:
    for side in Side:
        seen = observation_after(PROGRAM, side, update(), {RIGHT: REFUSED}, look(2, side))
        assert seen is not None
        assert (seen.state, seen.attempts, seen.fingerprint) == (ContactState.FAILED, 3, b"as sighted")


def test_success_forgets_the_attempts() -> None:
    seen = observation_after(PROGRAM, RIGHT, update(), {RIGHT: written(job="CTO")}, look(4))
    assert seen is not None
    assert (seen.state, seen.attempts, seen.due_at) == (ContactState.IN_SYNC, 0, None)


def test_our_own_hand_is_known_again_next_time() -> None:
    now = written(job="CTO")
    seen = observation_after(PROGRAM, RIGHT, update(), {RIGHT: now}, look())
    assert seen is not None
    assert seen.fingerprint == PROGRAM.fingerprint(RIGHT, now.record)


def test_unless_somebody_else_was_there_too() -> None:
    seen = observation_after(PROGRAM, RIGHT, update(), {RIGHT: written(job="CTO", mail="b@x.org")}, look())
    assert seen is not None
    assert seen.fingerprint == b""


def test_a_new_record_is_remembered_by_its_new_id() -> None:
    seen = observation_after(PROGRAM, RIGHT, create(), {RIGHT: written()}, Look(None, 0.0))
    assert seen is not None
    assert (seen.id, seen.keys) == ("11", PROGRAM.keys(RIGHT, record("11", **OLD_TOO)))
    assert observation_after(PROGRAM, RIGHT, create(), {RIGHT: REFUSED}, Look(None, 0.0)) is None

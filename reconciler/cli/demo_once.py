"""The demo with an end: plan, apply, people who edit meanwhile, and cycles until nothing is left to do."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.cli import plan_text, report_text
from reconciler.cli.people import Desk, Edit, edits
from reconciler.cli.plan import previewed
from reconciler.cli.words import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.cli.emulated import Emulated
    from reconciler.cli.specs import Chosen
    from reconciler.cli.story import Teller
    from reconciler.model.plan import Operation, Verb
    from reconciler.model.record import Side
    from reconciler.model.report import Report
    from reconciler.wiring import Session

MOST_CYCLES = 8


@dataclass(slots=True)
class Meanwhile:
    """People who edit while the first cycle writes: all of them once, after its first batch."""

    edits: list[Edit]
    seen: bool = field(default=False)

    def __call__(self, stage: str, _side: Side | None, _done: int, _total: int | None) -> None:
        """See :class:`~reconciler.live.Live`."""
        if stage == "apply" and not self.seen:
            self.seen = True
            for edit in self.edits:
                edit.act()


def tell_once(teller: Teller, apps: Emulated, chosen: Chosen, session: Session, *, ours: bool) -> bool:
    """One connection from the first day to peace; whether it came to that.

    ``ours`` says that the spec means what the starter's means, so that every edit must arrive on the other side.
    """
    desk = Desk(apps.pair)
    deeds = edits(desk)
    started = time.monotonic()
    first = _plan(teller, chosen, session)
    _show(teller, desk, deeds, "Before, as the apps have them")
    _apply(teller, session, deeds)
    peace = _cycles(teller, session)
    _show(teller, desk, deeds, "After")
    late = [edit for edit in deeds if not edit.arrived()]
    quiet = _last_plan(teller, chosen, session)
    _verdict(teller, first, duration(time.monotonic() - started))
    _missed(teller, late, ours=ours)
    return peace and quiet and not (ours and late)


def _plan(teller: Teller, chosen: Chosen, session: Session) -> int:
    teller.step("The plan: everything that would be written, before anything is (reconciler plan)")
    with previewed(session) as planned:
        operations = list(_one_of_each(planned.operations()))
        for operation in operations:
            teller.lines(plan_text.operation_lines(operation, chosen.connection))
        teller.say(f"… and {count(planned.summary.pending - len(operations), 'more operation')} like these.")
        teller.lines(plan_text.closing(planned, chosen.connection))
        return planned.summary.pending


def _one_of_each(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The first operation of each kind."""
    seen: set[tuple[Side, Verb]] = set()
    for operation in operations:
        if (operation.side, operation.verb) not in seen:
            seen.add((operation.side, operation.verb))
            yield operation


def _show(teller: Teller, desk: Desk, deeds: list[Edit], title: str) -> None:
    teller.step(f"{title}: three of the people whom this is about")
    for edit in (deeds[0], deeds[2], deeds[3]):
        teller.contact(edit.email, desk.crm(edit.email), desk.news(edit.email))


def _apply(teller: Teller, session: Session, deeds: list[Edit]) -> None:
    teller.step("The first cycle (reconciler apply), and people who work in both apps while it runs")
    for edit in deeds:
        teller.say(f"- {edit.words.format(edit.email)}")
    report = session.run(progress=Meanwhile(deeds))
    teller.lines(report_text.render(report, session.live))
    teller.say(f"It took {_calls(report)}.")


def _calls(report: Report) -> str:
    return f"{count(sum(report.calls.values()), 'request')} to the two apps"


def _cycles(teller: Teller, session: Session) -> bool:
    """Cycles, as the daemon would run them, until one finds nothing to do."""
    teller.step("More cycles, as the daemon runs them (reconciler run): what was edited meanwhile is brought across")
    for _ in range(MOST_CYCLES):
        report = session.run()
        teller.lines(report_text.render(report, session.live))
        if report.converged:
            return True
        if report.result != "ok":
            return False
    return False


def _last_plan(teller: Teller, chosen: Chosen, session: Session) -> bool:
    teller.step("The plan again: a quiet world gets no writes")
    with previewed(session) as planned:
        teller.lines(plan_text.verdict(planned.summary, chosen.connection))
        return not planned.summary.pending


def _verdict(teller: Teller, first: int, took: str) -> None:
    teller.say(f"{count(first, 'planned operation')} and the edits of people came to rest in {took}.")


def _missed(teller: Teller, late: list[Edit], *, ours: bool) -> None:
    for edit in late:
        teller.say(f"NOT ARRIVED: {edit.words.format(edit.email)}")
    if late and not ours:
        teller.say("This folder's spec says something else than the starter's, so this may be just what it says.")

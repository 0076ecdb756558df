"""Both records are there: merge every mapping, lay the rules' actions over it, say what both sides will have said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.engine.actions import Effects, Target, apply_rule, take_back
from reconciler.engine.canonical import canonical
from reconciler.engine.decision import Decision, Pair, Standing
from reconciler.engine.merge import Verdict, View, carried, merge
from reconciler.engine.transforms import KEEP
from reconciler.model.connection import Policy
from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Change, Operation, Verb
from reconciler.model.record import SIDES, Record, Side, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.engine.program import Arrow, Program
    from reconciler.model.connection import Rule

NO_RULE = Standing(ContactState.EXCLUDED, "no rule matches")


def update_pair(program: Program, pair: Pair, left: Record, right: Record) -> Decision:
    """The conclusion on a pair of which both records are there."""
    records = {Side.LEFT: left, Side.RIGHT: right}
    holding = program.rules_of_pair(records, pair.link.rules if pair.link else ())
    if not holding:
        return _excluded(program, pair, records)
    link = pair.link or Link(left.id, right.id)
    draft = _Draft(program, records, link)
    for arrow in program.arrows:
        draft.merge(arrow, pair.echo)
    return draft.decision(pair, _act(draft, holding))


def _act(draft: _Draft, holding: list[Rule]) -> list[Rule]:
    """Act by the rules that hold, and by those that hold once that is written, so that the next plan is empty. Rules
    that undo each other are left alone after as many rounds as there are rules."""
    held = draft.link.rules
    draft.act(holding)
    for _ in draft.program.rules:
        later = draft.program.rules_of_pair(draft.after(), held)
        if later == holding:
            break
        holding = later
        draft.act(holding)
    return holding


def _excluded(program: Program, pair: Pair, records: Mapping[Side, Record]) -> Decision:
    """Both stay as they are; only what a rule added, and promised to take back, is taken back."""
    questions = [question for side in Side if (question := program.unanswered(side, records[side]))]
    standings = dict.fromkeys(Side, Standing(ContactState.HELD, "; ".join(questions)) if questions else NO_RULE)
    left_id, right_id = records[Side.LEFT].id, records[Side.RIGHT].id
    if pair.link is None:
        return Decision(left_id, right_id, standings)
    draft = _Draft(program, records, pair.link)
    draft.act([])
    quiet = replace(pair.link, rules=frozenset(), effects={}, gone=None)
    return Decision(left_id, right_id, standings, tuple(draft.operations()), link=quiet, before=pair.link)


class _Draft:
    """The growing decision on a pair of which both records are there."""

    def __init__(self, program: Program, records: Mapping[Side, Record], link: Link) -> None:
        self.program, self.records, self.link = program, records, link
        prints = program.fingerprinter
        self.targets = {side: Target(records[side].values, link.base(side), prints) for side in Side}
        self.bases = {side: dict(link.base(side)) for side in Side}
        self.undo: dict[Side, dict[Side, tuple[str, ...]]] = {side: dict.fromkeys(Side, ()) for side in Side}
        self.verdicts: list[Verdict] = []
        self.waiting: set[int] = set()

    def merge(self, arrow: Arrow, echo: Side | None) -> None:
        """Merge one mapping, unless a side did not return its fields."""
        views = {side: self._view(arrow, side) for side in SIDES}
        if None in views.values():
            return
        verdict = merge(arrow, {side: view for side, view in views.items() if view}, self.program.fingerprinter, echo)
        self.verdicts.append(verdict)
        if verdict.settled:
            self._settle(arrow)
        else:
            self.waiting.add(id(arrow))
        self._write(arrow, verdict)

    def carry_on(self) -> None:
        """What one arrow or rule writes, a one-way arrow may carry on: to that one it is news, whoever wrote it. Lists
        are left out: items that a rule adds are the rule's own."""
        for _ in self.program.arrows:
            if not sum(self._carry_on(arrow, side) for arrow in self.program.arrows for side in SIDES):
                break

    def _carry_on(self, arrow: Arrow, target: Side) -> bool:
        wanted, origin = self.targets[target.other].wanted, arrow.mapping.origin
        news = [item.name for item in arrow.fields(target.other) if wanted.get(item.name, (None, origin))[1] != origin]
        excused = arrow.two_way or arrow.mapping.policy is Policy.UNION or id(arrow) in self.waiting
        if not news or excused or not arrow.flows_to(target):
            return False
        later = self.after()
        if any(item.name not in later[side].values for side in SIDES for item in arrow.fields(side)):
            return False
        values = {side: tuple(later[side].values[item.name] for item in arrow.fields(side)) for side in SIDES}
        verdict = carried(arrow, target, values, self.program.connection.region)
        self._write(arrow, verdict)
        return bool(verdict.writes)

    def _write(self, arrow: Arrow, verdict: Verdict) -> None:
        for side, mapped in verdict.writes.items():
            for item, value in zip(arrow.fields(side), mapped, strict=True):
                if value is not KEEP:
                    self.targets[side].want(item, value, arrow.mapping.origin)
            self._remember_undo(side, arrow)

    def act(self, holding: list[Rule]) -> None:
        """Lay the rules' actions over what the mappings want, and take back those of rules that stopped holding."""
        names = {rule.name for rule in holding}
        effects: dict[str, Effects] = {}
        left = [rule.rule for rule in self.program.rules if rule.rule.revert and rule.rule.name not in names]
        for side in Side:
            mine = [rule for rule in holding if rule.source is side.other]
            take_back(self.link, (rule for rule in left if rule.source is side.other), mine, self.targets[side])
            for rule in mine:
                before = self.link.effects.get(rule.name, {}) if rule.name in self.link.rules else None
                effects[rule.name] = apply_rule(rule, self.targets[side], before)
                self._base_actions(side, rule)
        self.link = replace(self.link, rules=frozenset(names), effects=effects)
        if holding and any(target.wanted for target in self.targets.values()):
            self.carry_on()

    def after(self) -> dict[Side, Record]:
        """Both records as they will be once what was decided so far is written."""
        later = {side: {name: value for name, (value, _) in self.targets[side].wanted.items()} for side in Side}
        return {side: replace(one, values={**one.values, **later[side]}) for side, one in self.records.items()}

    def operations(self) -> list[Operation]:
        """At most one update a side."""
        return [operation for side in Side if (operation := self._operation(side))]

    def decision(self, pair: Pair, holding: list[Rule]) -> Decision:
        """What all of it comes to."""
        effects = {name: done for name, done in self.link.effects.items() if done}
        link = replace(
            self.link,
            left_base=self._bounded(Side.LEFT),
            right_base=self._bounded(Side.RIGHT),
            rules=frozenset(rule.name for rule in holding),
            effects=effects,
            gone=None,
        )
        standing = self._standing(holding)
        ids = (self.link.left_id, self.link.right_id)
        operations = tuple(self.operations())
        return Decision(*ids, dict.fromkeys(Side, standing), operations, link=link, before=pair.link, undo=self.undo)

    def _view(self, arrow: Arrow, side: Side) -> View | None:
        record, base = self.records[side], self.link.base(side)
        names = [item.name for item in arrow.fields(side)]
        if any(name not in record.values for name in names):
            return None
        values = tuple([record.values[name] for name in names])
        return View(values, tuple([base.get(name) for name in names]), record.modified)

    def _settle(self, arrow: Arrow) -> None:
        for side in SIDES:
            for item in arrow.fields(side):
                value = self.records[side].values[item.name]
                self.bases[side][item.name] = self.program.fingerprinter.value(item, value)

    def _remember_undo(self, written: Side, arrow: Arrow) -> None:
        for side in Side:
            names = tuple(item.name for item in arrow.fields(side))
            self.undo[written][side] = (*self.undo[written][side], *names)

    def _base_actions(self, side: Side, rule: Rule) -> None:
        for action in rule.actions:
            name = action.field.name
            if name in self.records[side].values:
                print_ = self.program.fingerprinter.value(action.field, self.records[side].values[name])
                self.bases[side].setdefault(name, print_)
                if name in self.targets[side].wanted:
                    self.undo[side][side] = (*self.undo[side][side], name)
                else:
                    self.bases[side][name] = print_

    def _bounded(self, side: Side) -> dict[str, bytes]:
        """Only fields that still matter, so that a memory does not grow with the history of a spec."""
        known = self.program.base_fields[side]
        return {name: mark for name, mark in self.bases[side].items() if name in known}

    def _operation(self, side: Side) -> Operation | None:
        record, wanted = self.records[side], self.targets[side].wanted
        changes = tuple(
            Change(name, record.values.get(name), value, origin)
            for name, (value, origin) in wanted.items()
            if not _same(self.program, side, name, value, record.values.get(name))
        )
        if not changes:
            return None
        return Operation(side, Verb.UPDATE, record.id, self.records[side.other].id, changes, record.version)

    def _standing(self, holding: list[Rule]) -> Standing:
        failed = [verdict.failed for verdict in self.verdicts if verdict.failed]
        held = [verdict.held for verdict in self.verdicts if verdict.held]
        if failed:
            return Standing(ContactState.FAILED, "; ".join(failed))
        if held:
            return Standing(ContactState.HELD, "; ".join(held))
        if not holding:
            return NO_RULE
        return Standing(ContactState.IN_SYNC, f"rule {holding[0].name!r}")


def _same(program: Program, side: Side, name: str, new: Value, old: Value) -> bool:
    """An action may have taken back what a mapping wanted: then nothing is left to write."""
    item = program.base_fields[side][name]
    return canonical(item, new, program.connection.region) == canonical(item, old, program.connection.region)

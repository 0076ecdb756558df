"""One record, no counterpart: create it, or say why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.engine.actions import Target, apply_rule
from reconciler.engine.canonical import empty
from reconciler.engine.decision import AFTER_CREATE, Decision, Standing
from reconciler.engine.merge import mapped_to
from reconciler.engine.transforms import KEEP, Unmappable
from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Change, Operation, Verb
from reconciler.model.record import Record, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.engine.program import Arrow, Program
    from reconciler.model.connection import Rule


def create_pair(program: Program, side: Side, record: Record) -> Decision:
    """The conclusion on a record that has no counterpart."""
    left_id, right_id = _ids(side, record)
    holding = program.rules_holding(side, record, linked=False)
    creating = next((rule for rule in holding if rule.create), None)
    standing = _why_not(program, side, record, holding, creating)
    if standing or creating is None:
        return Decision(left_id, right_id, {side: standing or Standing(ContactState.EXCLUDED, "no rule matches")})
    return _create(program, side, record, holding, creating)


def _ids(side: Side, record: Record) -> tuple[str | None, str | None]:
    return (record.id, None) if side is Side.LEFT else (None, record.id)


def _why_not(
    program: Program, side: Side, record: Record, holding: list[Rule], creating: Rule | None
) -> Standing | None:
    if creating is None and (open_question := program.unanswered(side, record)):
        return Standing(ContactState.HELD, open_question)
    if not holding:
        return Standing(ContactState.EXCLUDED, "no rule matches")
    if creating is None:
        return Standing(ContactState.EXCLUDED, f"rule {holding[0].name!r} creates nothing")
    if not any(program.keys(side, record)) and not program.connection.create_without_key:
        names = " or ".join(item.name for item in program.key_fields(side))
        return Standing(ContactState.UNMATCHED_KEY, f"no {names} to match by")
    return None


def _create(program: Program, side: Side, record: Record, holding: list[Rule], creating: Rule) -> Decision:
    left_id, right_id = _ids(side, record)
    target, base, failed = _mapped_record(program, side, record)
    effects = {rule.name: apply_rule(rule, target, None) for rule in holding}
    lacking = _lacking(program, side.other, target.wanted)
    if lacking:
        cause = f"{program.connection.end(side.other).name} needs {', '.join(lacking)}, which nothing fills"
        return Decision(left_id, right_id, {side: Standing(ContactState.HELD, cause)})
    changes = tuple(Change(name, None, value, origin) for name, (value, origin) in target.wanted.items())
    operation = Operation(side.other, Verb.CREATE, None, record.id, changes)
    done = {name: fields for name, fields in effects.items() if fields}
    link = Link(left_id or "", right_id or "", rules=frozenset(rule.name for rule in holding), effects=done)
    link = replace(link, left_base=base) if side is Side.LEFT else replace(link, right_base=base)
    standing = Standing(ContactState.FAILED, "; ".join(failed)) if failed else _synced(creating)
    follow = _follow(program, side, record, target)
    return Decision(left_id, right_id, {side: standing}, (operation,), follow, link)


def _synced(rule: Rule) -> Standing:
    return Standing(ContactState.IN_SYNC, f"rule {rule.name!r}")


def _mapped_record(program: Program, side: Side, record: Record) -> tuple[Target, dict[str, bytes], list[str]]:
    """The counterpart as mappings would have it, the source's base, and the mappings that could not be followed.

    Mappings that only flow back are left out of the base: their first contact comes after the create.
    """
    target = Target({}, {}, program.fingerprinter, new=True)
    base: dict[str, bytes] = {}
    failed: list[str] = []
    for arrow in program.arrows:
        if not arrow.flows_to(side.other) or any(item.name not in record.values for item in arrow.fields(side)):
            continue
        try:
            _lay(arrow, side, record, target)
        except Unmappable as problem:
            failed.append(f"{arrow.mapping.origin.text}: {problem.reason}")
            continue
        for item in arrow.fields(side):
            base[item.name] = program.fingerprinter.value(item, record.values[item.name])
    return target, base, failed


def _lay(arrow: Arrow, side: Side, record: Record, target: Target) -> None:
    source = tuple(record.values[item.name] for item in arrow.fields(side))
    nothing = tuple(None for _ in arrow.fields(side.other))
    mapped = mapped_to(arrow, side.other, {side: source, side.other: nothing})
    for item, value in zip(arrow.fields(side.other), mapped, strict=True):
        if value is KEEP or empty(value):
            continue
        if item.max_length and isinstance(value, str) and len(value) > item.max_length:
            raise Unmappable(f"{len(value)} characters, {item.name} takes {item.max_length}")
        target.want(item, value, arrow.mapping.origin)


def _lacking(program: Program, side: Side, wanted: Mapping[str, object]) -> list[str]:
    return [name for name in program.required(side) if name not in wanted]


def _follow(program: Program, side: Side, record: Record, target: Target) -> tuple[Operation, ...]:
    """The update of the source that the new counterpart will lead to: mappings that only flow back, and the rules of
    the other side that will hold for it."""
    created = program.draft(side.other, {name: value for name, (value, _) in target.wanted.items()})
    back = Target(record.values, {}, program.fingerprinter)
    for rule in program.rules_holding(side.other, created, linked=True):
        apply_rule(rule, back, None)
    changes = [Change(name, record.values.get(name), value, why) for name, (value, why) in back.wanted.items()]
    changes += [
        Change(item.name, record.values.get(item.name), AFTER_CREATE, arrow.mapping.origin)
        for arrow in program.arrows
        if arrow.flows_to(side) and not arrow.two_way
        for item in arrow.fields(side)
        if item.name not in back.wanted
    ]
    return (Operation(side, Verb.UPDATE, record.id, None, tuple(changes), record.version),) if changes else ()

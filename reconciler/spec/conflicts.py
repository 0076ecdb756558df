"""What no single line can be blamed for: two writers of one field, and creates that lack what the app requires."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import Problem
from reconciler.model.connection import Membership, Origin, Policy, SetField
from reconciler.model.record import Side
from reconciler.spec.flows import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.connection import FieldMapping, Rule
    from reconciler.spec.scope import Context

_COVERED_BY = {"email": "emails", "phone": "phones", "mobile": "phones", "home_phone": "phones"}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Something that writes a field. Writers of one ``group`` do not stand in each other's way."""

    what: str
    group: str
    origin: Origin
    is_rule: bool = False


def check_writers(context: Context, mappings: Sequence[FieldMapping], rules: Sequence[Rule]) -> None:
    """Every field of every side has one writer. Rules may share one, because they may look at different contacts."""
    writers: dict[tuple[Side, str], list[_Writer]] = defaultdict(list)
    for side, name, writer in (*_mapping_writers(mappings), *_rule_writers(rules)):
        writers[side, name].append(writer)
    for (side, name), found in writers.items():
        first, others = found[0], [writer for writer in found if writer.group != found[0].group]
        if others:
            field = f"{context.scope(side).name}.{name}"
            _report(context, field, *sorted((first, others[0]), key=lambda writer: writer.origin.line))


def _report(context: Context, field: str, one: _Writer, other: _Writer) -> None:
    message = (
        f"two things write {field}: {one.what} (line {one.origin.line}) and {other.what} (line {other.origin.line})"
    )
    hint = "keep one of them; a default mapping goes away with fields: {off: [" + field + "]}"
    if one.is_rule and other.is_rule:
        hint = "where both match a contact, the later rule has the last word; keep their filters apart"
        context.findings.warnings.append(Problem(other.origin.file, other.origin.line, 1, message, hint, warning=True))
        return
    context.findings.problems.append(Problem(other.origin.file, max(other.origin.line, 1), 1, message, hint))


def _mapping_writers(mappings: Sequence[FieldMapping]) -> Iterator[tuple[Side, str, _Writer]]:
    for index, mapping in enumerate(mappings):
        unites = mapping.policy is Policy.UNION  # item by item, so that items of a rule stay
        for side in TARGETS[mapping.direction]:
            for field in mapping.left if side is Side.LEFT else mapping.right:
                group = "members" if unites else f"mapping {index}"
                yield side, field.name, _Writer(f"the mapping '{mapping.origin.text}'", group, mapping.origin)


def _rule_writers(rules: Sequence[Rule]) -> Iterator[tuple[Side, str, _Writer]]:
    for rule in rules:
        for action in rule.actions:
            group = "members" if isinstance(action, Membership) else f"set {action.value!r}"
            yield (
                rule.source.other,
                action.field.name,
                _Writer(f"the rule '{rule.name}'", group, rule.origin, is_rule=True),
            )


def check_creates(context: Context, mappings: Sequence[FieldMapping], rules: Sequence[Rule]) -> None:
    """A rule that creates must bring every field that the target app requires."""
    for rule in rules:
        if not rule.create:
            continue
        target = rule.source.other
        scope = context.scope(target)
        given = set(_given(mappings, target)) | {one.field.name for one in rule.actions if isinstance(one, SetField)}
        covered = {field.role for field in scope.entity.fields if field.name in given}
        missing = [
            field.name
            for field in scope.entity.fields
            if field.required and field.name not in given and _COVERED_BY.get(field.role or "") not in covered
        ]
        if missing:
            named = ", ".join(f"{scope.name}.{name}" for name in missing)
            message = f"'{rule.name}' creates in {scope.app} {scope.entity_name}, which require {named}"
            hint = f"map or set {named}, or write then: {{create: false}}"
            context.findings.problems.append(Problem(rule.origin.file, max(rule.origin.line, 1), 1, message, hint))


def _given(mappings: Sequence[FieldMapping], target: Side) -> Iterator[str]:
    for mapping in mappings:
        if target in TARGETS[mapping.direction]:
            yield from (field.name for field in (mapping.left if target is Side.LEFT else mapping.right))

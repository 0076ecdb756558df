"""Custom fields against the account's own: what the catalogue only guessed by name is settled before the first read.

What a person wrote must be there; a default mapping gives way to what the account has: it flows only to where it can be
written, and goes where a field is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import Problem, SpecError
from reconciler.model.connection import All, AnyOf, Not, Test
from reconciler.model.record import Side
from reconciler.spec.defaults import ORIGIN, WAYS
from reconciler.spec.findings import suggest
from reconciler.spec.flows import TARGETS
from reconciler.spec.policies import field_policy
from reconciler.spec.transforms import converts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.model.connection import Condition, Connection, FieldMapping, Origin, Rule
    from reconciler.model.field import Field

    Settle = Callable[[Side, Field, Origin], Field]


def custom_sides(connection: Connection) -> set[Side]:
    """The sides of which the connection uses custom fields, so that the account must be asked for them."""
    return {side for side, field, _ in _used(connection) if field.custom}


def settle_fields(connection: Connection, described: Mapping[Side, tuple[Field, ...]]) -> Connection:
    """The connection with every custom field as its account describes it.

    Raises ``SpecError`` with all findings: fields that the account does not have, mappings into fields that cannot be
    written there.
    """
    known = {side: {field.name: field for field in fields} for side, fields in described.items()}
    problems: list[Problem] = []

    def settle(side: Side, field: Field, origin: Origin) -> Field:
        if not field.custom or side not in known:
            return field
        found = known[side].get(field.name)
        if found is None:
            message = f"the account '{connection.end(side).account}' has no field '{field.name}'"
            problems.append(Problem(origin.file, origin.line, 1, message, suggest(field.name, known[side])))
            return field
        return replace(found, custom=True, role=found.role or field.role)

    settled = replace(
        connection,
        keys=tuple(
            replace(
                key,
                left=settle(Side.LEFT, key.left, connection.origin),
                right=settle(Side.RIGHT, key.right, connection.origin),
            )
            for key in connection.keys
        ),
        mappings=tuple(
            settled
            for mapping in connection.mappings
            if (fitting := _fitting(mapping, known)) is not None
            for settled in [_mapping(fitting, settle)]
        ),
        rules=tuple(_rule(rule, settle) for rule in connection.rules),
    )
    if problems:
        raise SpecError(problems)
    return settled


def _mapping(mapping: FieldMapping, settle: Settle) -> FieldMapping:
    return replace(
        mapping,
        left=tuple(settle(Side.LEFT, field, mapping.origin) for field in mapping.left),
        right=tuple(settle(Side.RIGHT, field, mapping.origin) for field in mapping.right),
    )


def _fitting(mapping: FieldMapping, known: Mapping[Side, Mapping[str, Field]]) -> FieldMapping | None:
    """What remains of a mapping in these accounts: a written one as it is, a default one as far as it goes."""
    if not mapping.origin.text.startswith(ORIGIN):
        return mapping
    left, right = _parts(mapping.left, known, Side.LEFT), _parts(mapping.right, known, Side.RIGHT)
    mapping = replace(mapping, left=left, right=right)
    ends = {
        side: [known[side].get(one.name) if one.custom and side in known else one for one in fields]
        for side, fields in ((Side.LEFT, mapping.left), (Side.RIGHT, mapping.right))
    }
    there = {side: [one for one in fields if one is not None] for side, fields in ends.items()}
    if there != ends or not (mapping.via or converts(there[Side.LEFT][0].type, there[Side.RIGHT][0].type)):
        return None
    open_to = [side for side in TARGETS[mapping.direction] if all(one.writable for one in there[side])]
    if not open_to:
        return None
    way = WAYS[Side.RIGHT in open_to, Side.LEFT in open_to]
    policy = field_policy(tuple(there[Side.LEFT]), tuple(there[Side.RIGHT]), way, mapping.policy)
    return replace(mapping, direction=way, policy=policy)


def _parts(
    fields: tuple[Field, ...], known: Mapping[Side, Mapping[str, Field]], side: Side
) -> tuple[Field, ...]:  # fmt: skip
    """The parts of a name without a middle name that the account does not have."""
    absent = {one.name for one in fields if one.custom and side in known and one.name not in known[side]}
    return tuple(one for one in fields if one.role != "middle_name" or one.name not in absent or len(fields) == 1)


def _rule(rule: Rule, settle: Settle) -> Rule:
    target = rule.source.other
    actions = tuple(replace(action, field=settle(target, action.field, rule.origin)) for action in rule.actions)
    return replace(rule, when=_condition(rule.when, rule, settle), actions=actions)


def _condition(condition: Condition, rule: Rule, settle: Settle) -> Condition:
    match condition:
        case Test(field):
            return replace(condition, field=settle(rule.source, field, rule.origin))
        case All(parts) | AnyOf(parts):
            return replace(condition, parts=tuple(_condition(part, rule, settle) for part in parts))
        case Not(part):
            return Not(_condition(part, rule, settle))
        case _:
            return condition


def _used(connection: Connection) -> Iterator[tuple[Side, Field, Origin]]:
    """Every field that the connection names, by walking it with a settler that only looks."""
    seen: list[tuple[Side, Field, Origin]] = []

    def look(side: Side, field: Field, origin: Origin) -> Field:
        seen.append((side, field, origin))
        return field

    for mapping in connection.mappings:
        _mapping(mapping, look)
    for rule in connection.rules:
        _rule(rule, look)
    for key in connection.keys:
        look(Side.LEFT, key.left, connection.origin)
        look(Side.RIGHT, key.right, connection.origin)
    yield from seen

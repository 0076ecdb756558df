"""Field mappings as written, against the fields that they join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.connection import Direction, Drift, FieldMapping, OnClear
from reconciler.model.record import Side
from reconciler.spec.constants import settable, typed
from reconciler.spec.findings import Unfit, suggest
from reconciler.spec.policies import check_policy, field_policy, policy_named
from reconciler.spec.regions import check_region
from reconciler.spec.transforms import NAME_PARTS, TRANSFORMS, Transform, converts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.connection import Policy
    from reconciler.model.field import Field
    from reconciler.spec.arrows import Arrow, Fields
    from reconciler.spec.document import Loc
    from reconciler.spec.mappings import MappingSpec
    from reconciler.spec.scope import Context

TARGETS = {
    Direction.BOTH: (Side.RIGHT, Side.LEFT),
    Direction.TO_RIGHT: (Side.RIGHT,),
    Direction.TO_LEFT: (Side.LEFT,),
}
"""The sides that a direction writes to."""


def written_mappings(context: Context, fallback: Policy) -> list[FieldMapping]:
    """The mappings of ``fields: {map: …}`` that can be understood; findings for the others."""
    found = [
        _mapping(context, spec, ("fields", "map", index), fallback)
        for index, spec in enumerate(context.spec.fields.map)
    ]
    return [mapping for mapping in found if mapping is not None]


def _mapping(context: Context, spec: MappingSpec, loc: Loc, fallback: Policy) -> FieldMapping | None:
    sides = context.side(spec.fields.first.side, loc), context.side(spec.fields.second.side, loc)
    if None in sides:
        return None
    mirrored = sides[0] is Side.RIGHT
    arrow = spec.fields.mirrored() if mirrored else spec.fields
    left, right = _fields(context, arrow.first, Side.LEFT, loc), _fields(context, arrow.second, Side.RIGHT, loc)
    direction = _allowed(context, arrow, loc)
    if left is None or right is None or direction is None:
        return None
    left, right = (_in_order(left), _in_order(right)) if spec.transform == "full_name" else (left, right)
    if not _accessible(context, left, right, direction, loc):
        return None
    via = _check_transform(context, spec, (right, left) if mirrored else (left, right), direction, loc)
    policy = policy_named(context, spec.policy, (*loc, "policy")) if spec.policy else None
    if policy is not None:
        check_policy(context, policy, (*left, *right), (*loc, "policy"))
    return FieldMapping(
        left,
        right,
        direction,
        policy or field_policy(left, right, direction, fallback),
        context.findings.origin(loc, str(spec.fields)),
        TRANSFORMS[via].mirror or via if via and mirrored else via,
        _options(context, spec, mirrored=mirrored),
        OnClear(spec.on_clear or context.spec.on_clear),
        Drift(spec.drift or context.spec.drift),
    )


def _fields(context: Context, end: Fields, side: Side, loc: Loc) -> tuple[Field, ...] | None:
    found = [context.scope(side).lookup(name, context.findings, (*loc, "fields")) for name in end.names]
    fields = tuple(field for field in found if field is not None)
    return fields if len(fields) == len(found) else None


def _in_order(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Parts of a name in the order in which they are spoken."""
    if any(field.role not in NAME_PARTS for field in fields):
        return fields
    return tuple(sorted(fields, key=lambda field: NAME_PARTS.index(field.role or "")))


def _allowed(context: Context, arrow: Arrow, loc: Loc) -> Direction | None:
    """The arrow's direction within that of the connection."""
    sync = context.spec.sync.direction
    if sync in {Direction.BOTH, arrow.direction}:
        return arrow.direction
    written = f"{context.spec.sync.left} {sync.value} {context.spec.sync.right}"
    if arrow.direction is Direction.BOTH:
        message = f"this arrow goes both ways, but the connection is {written}"
        context.findings.warn(loc, message, "only that direction is used")
        return sync
    context.findings.error(loc, f"this arrow goes against the connection, which is {written}")
    return None


def _accessible(
    context: Context, left: tuple[Field, ...], right: tuple[Field, ...], direction: Direction, loc: Loc
) -> bool:
    before = len(context.findings.problems)
    fields = {Side.LEFT: left, Side.RIGHT: right}
    for target in TARGETS[direction]:
        scope = context.scope(target)
        for field in fields[target]:
            if not field.writable:
                hint = f"turn the arrow round, so that it only reads {scope.name}.{field.name}"
                context.findings.error(loc, f"{scope.app} does not let anybody write '{field.name}'", hint)
        for field in fields[target.other]:
            if not field.readable:
                other = context.scope(target.other)
                context.findings.error(
                    loc, f"{other.app} does not let anybody read '{field.name}'", "map another field"
                )
    return len(context.findings.problems) == before


def _check_transform(
    context: Context,
    spec: MappingSpec,
    ends: tuple[tuple[Field, ...], tuple[Field, ...]],
    direction: Direction,
    loc: Loc,
) -> str | None:
    """The transform's name, if it is one and fits the ends (in the order of writing)."""
    name, findings = spec.transform, context.findings
    if name is None:
        _check_plain(context, ends, loc)
        return None
    if name not in TRANSFORMS:
        findings.error((*loc, "via"), f"no transform is called '{name}'", suggest(name, TRANSFORMS))
        return None
    _check_shape(context, name, ends, loc)
    if name == "map":
        _check_table(context, spec, ends, direction, loc)
    return name


def _check_plain(context: Context, ends: tuple[tuple[Field, ...], tuple[Field, ...]], loc: Loc) -> None:
    first, second = ends
    if len(first) != 1 or len(second) != 1:
        message = "several fields on one end need a transform"
        context.findings.error(loc, message, "write {fields: …, via: full_name} for the parts of a name")
        return
    one, other = first[0], second[0]
    if not converts(one.type, other.type) and not (one.custom or other.custom):
        message = f"'{one.name}' ({one.type}) and '{other.name}' ({other.type}) do not convert by themselves"
        context.findings.error(loc, message, "write {fields: …, via: map, map: {value: value}}, or map another field")


def _check_shape(context: Context, name: str, ends: tuple[tuple[Field, ...], tuple[Field, ...]], loc: Loc) -> None:
    facts, findings = TRANSFORMS[name], context.findings
    first, second = ends if name != "full_name" or len(ends[0]) > 1 else (ends[1], ends[0])
    if len(first) not in facts.first or len(second) not in facts.second:
        message = f"'{name}' joins {facts.form}, not {len(ends[0])} to {len(ends[1])} fields"
        findings.error((*loc, "via"), message, "change the arrow, or take the transform away")
        return
    for field in _misfits(facts, first, second):
        message = f"'{name}' does not work on '{field.name}', which is of type {field.type}"
        findings.error((*loc, "via"), message, "change the field, or take the transform away")
    if name == "full_name" and any(field.role not in NAME_PARTS for field in first):
        findings.error(
            (*loc, "via"), "'full_name' joins name fields only", f"roles of such fields: {', '.join(NAME_PARTS)}"
        )


def _misfits(facts: Transform, first: tuple[Field, ...], second: tuple[Field, ...]) -> Iterator[Field]:
    yield from (field for field in first if field.type not in facts.first_types and not field.custom)
    yield from (field for field in second if field.type not in facts.second_types and not field.custom)


def _check_table(
    context: Context,
    spec: MappingSpec,
    ends: tuple[tuple[Field, ...], tuple[Field, ...]],
    direction: Direction,
    loc: Loc,
) -> None:
    """Every value of the map must be one that its field can hold, and be set to where the arrow points there."""
    backwards = spec.fields.direction is Direction.TO_LEFT
    columns = (list(spec.table or {}), list((spec.table or {}).values()))
    for position, (field, column) in enumerate(zip((ends[0][0], ends[1][0]), columns, strict=True)):
        receives = direction is not Direction.BOTH and (position == 0) is backwards
        for value in column if not field.custom else []:
            try:
                settable(field, value) if receives else typed(field, value)
            except Unfit as error:
                context.findings.error((*loc, "map"), str(error), error.hint)


def _options(context: Context, spec: MappingSpec, *, mirrored: bool) -> dict[str, object]:
    """Settings of the transform. A map is kept as written; ``mirrored`` says that it reads from right to left."""
    if spec.transform == "map":
        options: dict[str, object] = {"map": dict(spec.table or {}), "else": spec.otherwise or "keep"}
        return {**options, "mirrored": True} if mirrored else options
    region = spec.region or context.spec.region
    return {"region": region.upper()} if spec.transform == "phone" and region else {}


def check_regions(context: Context) -> None:
    """The countries named for phone numbers."""
    check_region(context, context.spec.region, ("region",))
    for index, mapping in enumerate(context.spec.fields.map):
        check_region(context, mapping.region, ("fields", "map", index, "region"))

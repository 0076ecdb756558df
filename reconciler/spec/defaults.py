"""``defaults: true``: one mapping for every role that both catalogues know.

Lists of addresses and numbers replace the single fields where both sides have them. Consent, lists, owners and sources
are never mapped by default: what they mean differs from app to app, so a person must say it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.model.connection import Direction, Drift, FieldMapping, OnClear
from reconciler.model.field import Field
from reconciler.model.record import Side
from reconciler.spec.catalogue import ROLES
from reconciler.spec.findings import suggest
from reconciler.spec.flows import TARGETS
from reconciler.spec.policies import field_policy
from reconciler.spec.transforms import NAME_PARTS, converts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.connection import Origin, Policy
    from reconciler.spec.scope import Context

ORIGIN = "default: "
"""How the origin of a mapping begins that no person wrote; its role follows."""

_NEVER = frozenset({"status", "opt_out", "lists", "owner", "source"})
_SINGLES = {"emails": {"email"}, "phones": {"phone", "mobile", "home_phone"}}
WAYS = {(True, True): Direction.BOTH, (True, False): Direction.TO_RIGHT, (False, True): Direction.TO_LEFT}
"""The direction of what flows (to the right, to the left)."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Fields that belong together by their roles."""

    role: str
    left: tuple[Field, ...]
    right: tuple[Field, ...]
    only_to: frozenset[Side] = field(default=frozenset(Side))

    @property
    def via(self) -> str | None:
        return None if len(self.left) == len(self.right) else "full_name"

    def on(self, side: Side) -> tuple[Field, ...]:
        return self.left if side is Side.LEFT else self.right


def default_mappings(context: Context, written: Sequence[FieldMapping], policy: Policy) -> list[FieldMapping]:
    """The default mappings that neither ``off`` nor a written mapping of the same fields takes away."""
    off = _switched_off(context)
    if not context.spec.fields.defaults:
        return []
    loc = ("fields",) if "fields" in context.spec.model_fields_set else ()
    taken = {
        (side, one.name) for mapping in written for side in TARGETS[mapping.direction] for one in _on(mapping, side)
    }
    joined = {frozenset(_names(mapping)) for mapping in written}
    pairs = [pair for pair in _pairs(context) if pair.role not in off and not _named(context, pair) & off]
    found = [_mapping(context, pair, policy, context.findings.origin(loc, f"{ORIGIN}{pair.role}")) for pair in pairs]
    return [
        mapping
        for mapping in found
        if mapping is not None and not taken & _names(mapping) and frozenset(_names(mapping)) not in joined
    ]


def _on(mapping: FieldMapping, side: Side) -> tuple[Field, ...]:
    return mapping.left if side is Side.LEFT else mapping.right


def _names(mapping: FieldMapping) -> set[tuple[Side, str]]:
    return {(side, one.name) for side in Side for one in _on(mapping, side)}


def _named(context: Context, pair: _Pair) -> set[str]:
    return {f"{context.scope(side).name}.{one.name}" for side in Side for one in pair.on(side)}


def _switched_off(context: Context) -> set[str]:
    """What ``off`` names, with a finding for what is neither a role nor a field."""
    sides = {scope.name: scope for scope in (context.left, context.right)}
    for index, name in enumerate(context.spec.fields.off):
        side, dot, field_name = name.partition(".")
        loc = ("fields", "off", index)
        if dot and side in sides:
            sides[side].lookup(field_name, context.findings, loc)
        elif dot or name not in ROLES:
            known = [f"{side}." for side in sides] if dot else ROLES
            context.findings.error(loc, f"'{name}' is neither a role nor a field of a side", suggest(name, known))
    return set(context.spec.fields.off)


def _pairs(context: Context) -> Iterator[_Pair]:
    left, right = context.left.entity, context.right.entity
    shared = {role for role in ROLES - _NEVER if left.with_role(role) and right.with_role(role)}
    replaced = {single for many, singles in _SINGLES.items() if many in shared for single in singles}
    names_split = {"first_name", "last_name"} <= shared
    if not names_split and any(_written_in_parts(context, side) for side in Side):
        shared -= {"full_name"}  # one app only shows the whole name, and takes its parts
    for one in left.fields:
        if one.role in shared - replaced and one == left.with_role(one.role) and (other := right.with_role(one.role)):
            whole = one.role == "full_name" and names_split
            yield _Pair(one.role, (one,), (other,), _needing_it(one, other) if whole else frozenset(Side))
    yield from _whole_names(context)


def _needing_it(left: Field, right: Field) -> frozenset[Side]:
    """Beside the parts of a name, the whole name flows only to where a record cannot be without it."""
    return frozenset(side for side, one in ((Side.LEFT, left), (Side.RIGHT, right)) if one.required)


def _written_in_parts(context: Context, side: Side) -> bool:
    """Whether names flow to this side, where a whole name can be read and only its parts be written."""
    if side not in TARGETS[context.spec.sync.direction]:
        return False
    entity = context.scope(side).entity
    whole = entity.with_role("full_name")
    parts = [entity.with_role(role) for role in ("first_name", "last_name")]
    return whole is not None and not whole.writable and all(one is not None and one.writable for one in parts)


def _whole_names(context: Context) -> Iterator[_Pair]:
    """Parts of a name against the whole name of an app that has nothing else (or cannot be without it)."""
    for side in Side:
        parts = [context.scope(side).entity.with_role(role) for role in NAME_PARTS]
        entity, other = context.scope(side).entity, context.scope(side.other).entity
        whole = other.with_role("full_name")
        own = {one.role for one in parts if one is not None}
        split = {"first_name", "last_name"} <= {one.role for one in other.fields}
        beside = entity.with_role("full_name") is not None and (split or not _written_in_parts(context, side))
        if whole is None or beside or not {"first_name", "last_name"} <= own or (split and not whole.required):
            continue
        used = tuple(one for one in parts if one is not None and one.role in {"first_name", "middle_name", "last_name"})
        left, right = (used, (whole,)) if side is Side.LEFT else ((whole,), used)
        yield _Pair("full_name", left, right, frozenset({side.other}) if split else frozenset(Side))


def _mapping(context: Context, pair: _Pair, policy: Policy, origin: Origin) -> FieldMapping | None:
    ways = tuple(_flows(context, pair, target) for target in (Side.RIGHT, Side.LEFT))
    if not any(ways) or (pair.via is None and not converts(pair.left[0].type, pair.right[0].type)):
        return None
    direction = WAYS[ways[0], ways[1]]
    return FieldMapping(
        pair.left,
        pair.right,
        direction,
        field_policy(pair.left, pair.right, direction, policy),
        origin,
        pair.via,
        on_clear=OnClear(context.spec.on_clear),
        drift=Drift(context.spec.drift),
    )


def _flows(context: Context, pair: _Pair, target: Side) -> bool:
    return (
        target in TARGETS[context.spec.sync.direction]
        and target in pair.only_to
        and all(one.readable for one in pair.on(target.other))
        and all(one.writable for one in pair.on(target))
    )

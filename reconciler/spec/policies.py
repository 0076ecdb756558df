"""Who wins a field: the word in the spec, or the default that fits the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.connection import Direction, Policy
from reconciler.model.field import Field, FieldType
from reconciler.spec.findings import suggest

if TYPE_CHECKING:
    from reconciler.spec.document import Loc
    from reconciler.spec.scope import Context

_WORDS = {
    "newest": Policy.NEWEST,
    "non_empty": Policy.NON_EMPTY,
    "union": Policy.UNION,
    "strictest": Policy.STRICTEST,
    "hold": Policy.HOLD,
}
_UNION_HINT = "list fields unite by default"
_SIDE_HINT = "name a side, or take the policy away"
RESERVED = frozenset(_WORDS)
"""Words that no side can be called by."""


def connection_policy(context: Context) -> Policy:
    """The connection's ``winner``; the left side, with a warning in a two-way sync, when nothing is said."""
    spec = context.spec
    if spec.winner is None:
        if spec.sync.direction is Direction.BOTH:
            message = f"no winner is said: where both sides differ, '{context.left.name}' wins"
            context.findings.warn(("name",), message, f"write winner: {context.left.name} if that is what you want")
        return Policy.RIGHT if spec.sync.direction is Direction.TO_LEFT else Policy.LEFT
    if spec.winner == "union":
        context.findings.error(("winner",), "'union' is for list fields, not for a whole connection", _UNION_HINT)
    return policy_named(context, spec.winner, ("winner",)) or Policy.LEFT


def policy_named(context: Context, word: str, loc: Loc) -> Policy | None:
    """The policy that a side's name or a policy word stands for; None, and a finding, where it stands for none."""
    if word in _WORDS:
        policy = _WORDS[word]
        _check_newest(context, policy, loc)
        return policy
    sides = {context.left.name: Policy.LEFT, context.right.name: Policy.RIGHT}
    if word not in sides:
        context.findings.error(loc, f"'{word}' is neither a side nor a policy", suggest(word, [*sides, *_WORDS]))
    return sides.get(word)


def _check_newest(context: Context, policy: Policy, loc: Loc) -> None:
    silent = [side for side in (context.left, context.right) if side.traits is not None and not side.traits.modified]
    if policy is Policy.NEWEST and silent:
        named = " and ".join(f"{side.app} {side.entity_name}" for side in silent)
        context.findings.error(loc, f"'newest' needs modified times, which {named} do not have", "name a side")


def field_policy(left: tuple[Field, ...], right: tuple[Field, ...], direction: Direction, fallback: Policy) -> Policy:
    """The policy of a mapping that says none: lists unite, consent is strict, a one-way field is its sender's."""
    both = (*left, *right)
    if all(field.type is FieldType.LIST for field in both):
        return Policy.UNION
    ordered = all(field.strictness for field in both)
    if ordered and all(field.role in {"status", "opt_out"} for field in both):
        return Policy.STRICTEST
    if direction is not Direction.BOTH:
        return Policy.LEFT if direction is Direction.TO_RIGHT else Policy.RIGHT
    return Policy.LEFT if fallback is Policy.STRICTEST and not ordered else fallback


def check_policy(context: Context, policy: Policy, fields: tuple[Field, ...], loc: Loc) -> None:
    """A policy said for one mapping must have a meaning for its fields."""
    names = " and ".join(f"'{field.name}'" for field in fields)
    if policy is Policy.UNION and not all(field.type is FieldType.LIST for field in fields):
        context.findings.error(loc, f"'union' is for list fields, which {names} are not both", _SIDE_HINT)
    if policy is Policy.STRICTEST and not any(field.strictness for field in fields):
        context.findings.error(
            loc, f"'strictest' is for consent fields; no order of strictness is known for {names}", _SIDE_HINT
        )

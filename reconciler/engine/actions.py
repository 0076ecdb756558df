"""What rules do to a counterpart beyond mapping: constants and list memberships, and taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.engine.canonical import canonical, conform
from reconciler.engine.fingerprint import Fingerprinter
from reconciler.model.connection import Membership, Origin, Rule, SetField
from reconciler.model.link import Base
from reconciler.model.record import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.field import Field
    from reconciler.model.link import Link

Effects = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Target:
    """A counterpart while actions are laid over it: what it holds, what its base says, what it should hold. A ``new``
    one is still to be made, and holds nothing."""

    values: Mapping[str, Value]
    base: Base
    prints: Fingerprinter
    wanted: dict[str, tuple[Value, Origin]] = field(default_factory=dict)
    new: bool = False

    def shows(self, item: Field) -> bool:
        """The app returned the field: only then is it known what a write would replace."""
        return self.new or item.name in self.values

    def now(self, name: str) -> Value:
        """The value of ``name`` as it stands after what was decided so far."""
        return self.wanted[name][0] if name in self.wanted else self.values.get(name)

    def quiet(self, item: Field) -> bool:
        """The field shows what it showed after our last write: nobody touched it."""
        return self.base.get(item.name) == self.prints.value(item, self.values.get(item.name))

    def want(self, item: Field, value: Value, origin: Origin) -> None:
        """Decide on ``value``, unless the field already shows it."""
        region = self.prints.region
        if canonical(item, conform(item, value), region) != canonical(item, self.now(item.name), region):
            self.wanted[item.name] = (value, origin)


def apply_rule(rule: Rule, target: Target, before: Mapping[str, tuple[str, ...]] | None) -> Effects:
    """Lay the actions of a rule that holds over ``target``.

    ``before`` is what this rule did earlier (None: it did not hold then). What an app made of an earlier write is left
    alone as long as nobody touched it. Returns what the rule has done in all, by field.
    """
    effects: Effects = {}
    for action in rule.actions:
        done = None if before is None else before.get(action.field.name)
        if not target.shows(action.field):
            effects.update({action.field.name: done} if done else {})
        elif isinstance(action, SetField):
            effects[action.field.name] = _set(action, rule, target, done)
        elif action.present:
            effects[action.field.name] = _add(action, rule, target, done)
        else:
            _take_away(target, action.field, action.items, rule.origin)
    return effects


def _set(action: SetField, rule: Rule, target: Target, done: tuple[str, ...] | None) -> tuple[str, ...]:
    mark = (str(action.value),)
    if done != mark or not target.quiet(action.field):
        target.want(action.field, action.value, rule.origin)
    return mark


def _add(action: Membership, rule: Rule, target: Target, done: tuple[str, ...] | None) -> tuple[str, ...]:
    """Add the missing items; remembers only those that were not there before us."""
    now = _items(target.now(action.field.name))
    missing = tuple(item for item in action.items if not _holds(action.field, now, item))
    earlier = tuple(item for item in done or () if item in action.items)
    if done is not None and target.quiet(action.field) and set(missing) <= set(earlier):
        return earlier
    if missing:
        target.want(action.field, (*now, *missing), rule.origin)
    return tuple(dict.fromkeys((*earlier, *missing)))


def take_back(link: Link, left_rules: Iterable[Rule], holding: Iterable[Rule], target: Target) -> None:
    """Undo what rules that stopped holding had added, except what a rule that still holds wants too."""
    wanted = {
        (action.field.name, item)
        for rule in holding
        for action in rule.actions
        if isinstance(action, Membership) and action.present
        for item in action.items
    }
    for rule in left_rules:
        done = link.effects.get(rule.name, {})
        for action in rule.actions:
            known = action.field.name in done and target.shows(action.field)
            if isinstance(action, Membership) and action.present and known:
                gone = [item for item in done[action.field.name] if (action.field.name, item) not in wanted]
                _take_away(target, action.field, gone, rule.origin)


def _take_away(target: Target, item: Field, unwanted: Iterable[str], origin: Origin) -> None:
    drop = {canonical(item, (one,)) for one in unwanted}
    kept = tuple(one for one in _items(target.now(item.name)) if canonical(item, (one,)) not in drop)
    target.want(item, kept or None, origin)


def _holds(item: Field, now: tuple[str, ...], one: str) -> bool:
    return canonical(item, (one,)) in {canonical(item, (held,)) for held in now}


def _items(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (str(value),)

"""Rules and match keys as written, against the fields that they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.connection import All, Key, Membership, Rule, SetField
from reconciler.model.field import Field, FieldType
from reconciler.spec.catalogue import ROLES
from reconciler.spec.constants import settable
from reconciler.spec.filters import FilterReader
from reconciler.spec.findings import Unfit, nearest, suggest
from reconciler.spec.flows import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.spec.document import Loc
    from reconciler.spec.rules import RuleSpec
    from reconciler.spec.scope import Context, SideScope

_KEY_TYPES = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.INTEGER})


MOST_KEYS = 4
"""As many fingerprints of keys as the state has room for."""


def match_keys(context: Context) -> list[Key]:
    """The match keys in order; findings for those that are not."""
    loc: Loc = ("match",) if "match" in context.spec.model_fields_set else ()
    if len(context.spec.match) > MOST_KEYS:
        message = f"{len(context.spec.match)} match keys are too many"
        context.findings.error((*loc, MOST_KEYS), message, f"keep the {MOST_KEYS} that tell people apart best")
    found = [_key(context, raw, (*loc, index)) for index, raw in enumerate(context.spec.match)]
    return [key for key in found if key is not None]


def _key(context: Context, raw: str | dict[str, str], loc: Loc) -> Key | None:
    scopes = (context.left, context.right)
    if isinstance(raw, dict):
        if not _names_both(context, raw, loc):
            return None
        left, right = [scope.lookup(raw[scope.name], context.findings, loc) for scope in scopes]
    else:
        left, right = [_by_role_or_name(scope, raw) for scope in scopes]
        _check_found(context, raw, (left, right), loc)
    if left is None or right is None or not _comparable(context, (left, right), loc):
        return None
    return Key(left, right)


def _names_both(context: Context, raw: dict[str, str], loc: Loc) -> bool:
    names = [context.left.name, context.right.name]
    for stranger in set(raw) - set(names):
        context.findings.error((*loc, stranger), f"no side is called '{stranger}'", suggest(stranger, names), key=True)
    missing = [name for name in names if name not in raw]
    if missing and set(raw) <= set(names):
        hint = f"write {{{names[0]}: field, {names[1]}: field}}"
        context.findings.error(loc, f"this key names no field for side '{missing[0]}'", hint)
    return set(raw) == set(names)


def _by_role_or_name(scope: SideScope, name: str) -> Field | None:
    found = scope.entity.with_role(name) or scope.find(name)
    return None if found is not None and name in ROLES and scope.guessed(found) else found


def _check_found(context: Context, name: str, found: tuple[Field | None, Field | None], loc: Loc) -> None:
    lacking = [scope for scope, one in zip((context.left, context.right), found, strict=True) if one is None]
    if not lacking:
        return
    who = " and ".join(f"{scope.app} {scope.entity_name}" for scope in lacking)
    shared = {one.role for one in context.left.entity.fields} & {one.role for one in context.right.entity.fields}
    known = {*(role for role in shared if role), *(lacking[0].names() if name not in ROLES else ())}
    hint = (
        suggest(name, known) if nearest(name, known) else f"write {{{context.left.name}: …, {context.right.name}: …}}"
    )
    context.findings.error(loc, f"{who} have no field or role '{name}'", hint)


def _comparable(context: Context, fields: tuple[Field, Field], loc: Loc) -> bool:
    for field in fields:
        if field.type not in _KEY_TYPES:
            message = f"'{field.name}' is of type {field.type}, by which contacts cannot be matched"
            context.findings.error(loc, message, "match by text, an address or a number")
            return False
        if not field.readable:
            context.findings.error(loc, f"'{field.name}' cannot be read", "match by another field")
            return False
    return True


def rules(context: Context) -> list[Rule]:
    """The rules of the sending sides: those written, or one for each that matches everything and creates."""
    sources = [target.other for target in TARGETS[context.spec.sync.direction]]
    if context.spec.rules is None:
        origin = context.findings.origin((), "default: every contact")
        return [
            Rule(f"every contact of {context.scope(side).name}", side, All(()), create=True, origin=origin)
            for side in sources
        ]
    found = []
    seen: set[str] = set()
    for index, spec in enumerate(context.spec.rules):
        loc = ("rules", index)
        if spec.name in seen:
            context.findings.error((*loc, "name"), f"a second rule is called '{spec.name}'", "rename one of them")
        seen.add(spec.name)
        rule = _rule(context, spec, loc)
        if rule is not None and rule.source not in sources:
            hint = f"{spec.source} only receives in this one-way sync; sync: <-> would send from it, too"
            context.findings.warn((*loc, "from"), f"the rule '{spec.name}' does nothing", hint)
        elif rule is not None:
            found.append(rule)
    return found


def _rule(context: Context, spec: RuleSpec, loc: Loc) -> Rule | None:
    source = context.side(spec.source, (*loc, "from"))
    if source is None:
        return None
    when = FilterReader(context.scope(source), context.findings).condition(spec.when, (*loc, "when"))
    actions = tuple(_actions(context, spec, context.scope(source.other), (*loc, "then")))
    origin = context.findings.origin((*loc, "name"), spec.name)
    return Rule(spec.name, source, when, spec.then.create, origin, actions, spec.on_leave == "revert")


def _actions(context: Context, spec: RuleSpec, target: SideScope, loc: Loc) -> Iterator[SetField | Membership]:
    for name, value in spec.then.assign.items():
        field = _target(context, target, name, (*loc, "set", name))
        if field is not None and field.type is FieldType.LIST:
            context.findings.error((*loc, "set", name), f"'{name}' is a list", f"write add: {{{name}: […]}}", key=True)
        elif field is not None and _fits(context, target, field, value, (*loc, "set", name)):
            yield SetField(field, value)
    for key, lists, present in (("add", spec.then.add, True), ("remove", spec.then.remove, False)):
        for name, items in lists.items():
            field = _target(context, target, name, (*loc, key, name))
            if field is not None and _is_list(context, target, field, (*loc, key, name)):
                _check_items(context, field, items, (*loc, key, name))
                yield Membership(field, tuple(items), present)


def _target(context: Context, target: SideScope, name: str, loc: Loc) -> Field | None:
    field = target.lookup(name, context.findings, loc, key=True)
    if field is not None and not field.writable:
        context.findings.error(loc, f"{target.app} does not let anybody write '{name}'", "set another field", key=True)
        return None
    return field


def _fits(context: Context, target: SideScope, field: Field, value: object, loc: Loc) -> bool:
    if target.guessed(field):
        return True
    try:
        settable(field, value)
    except Unfit as error:
        context.findings.error(loc, str(error), error.hint)
        return False
    return True


def _is_list(context: Context, target: SideScope, field: Field, loc: Loc) -> bool:
    if field.type is FieldType.LIST or target.guessed(field):
        return True
    message = f"'{field.name}' is of type {field.type}; only lists can be added to"
    context.findings.error(loc, message, f"write set: {{{field.name}: …}}", key=True)
    return False


def _check_items(context: Context, field: Field, items: list[str], loc: Loc) -> None:
    for index, item in enumerate(items):
        try:
            settable(field, item)
        except Unfit as error:
            context.findings.error((*loc, index), str(error), error.hint)

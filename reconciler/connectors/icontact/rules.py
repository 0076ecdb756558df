"""What iContact is known to refuse, so that it is not even sent, and how values become a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.icontact.values import write_value
from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reconciler.connectors.icontact.folder import Lists, Row
    from reconciler.model.record import Value

_LOCKED = frozenset({"donotcontact", "pending", "invitable"})
_WRITABLE = ("normal", "donotcontact")
_STATE_LENGTH = 10


def refusal(values: Mapping[str, Value], old: Mapping[str, Value], lists: Lists) -> Refused | None:
    """Why these values cannot be written over ``old``, if they cannot."""
    return _status(values, old) or _state(values.get("state")) or _lists(items(values.get("lists")), lists)


def unkeyed(email: str, taken: Collection[str]) -> Refused | None:
    """Why a contact with this (folded) email cannot be created together with those that are ``taken``."""
    if not email:
        return Refused("no_email", "a contact without an email cannot exist here", "email")
    if email in taken:
        return Refused("duplicate_email", "two new contacts have the same email", "email")
    return None


def body(values: Mapping[str, Value]) -> Row:
    """Values as a contact's JSON; memberships travel on their own."""
    return {name: write_value(value) for name, value in values.items() if name != "lists"}


def items(value: Value) -> frozenset[str]:
    """The items of a list value."""
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def fold(value: object) -> str:
    """A text as emails are compared: trimmed, without regard to case."""
    return str(value or "").strip().casefold()


def _status(values: Mapping[str, Value], old: Mapping[str, Value]) -> Refused | None:
    before, status = old.get("status"), values.get("status")
    if "status" not in values:
        return None
    if before in _LOCKED:
        return Refused("status_locked", f"a contact that is {before} stays so: the API cannot change it", "status")
    if status not in _WRITABLE:
        return Refused("status_invalid", f"status can be set to {' or '.join(_WRITABLE)} only", "status")
    return None


def _state(state: Value) -> Refused | None:
    if not isinstance(state, str) or len(state) <= _STATE_LENGTH:
        return None
    return Refused("too_long", f"state holds {_STATE_LENGTH} characters; map it to a code with a transform", "state")


def _lists(names: frozenset[str], lists: Lists) -> Refused | None:
    if not (unknown := lists.unknown(sorted(names))):
        return None
    there = ", ".join(sorted(lists.ids)) or "none"
    return Refused("no_such_list", f"there is no list {', '.join(unknown)}; the lists are {there}", "lists")

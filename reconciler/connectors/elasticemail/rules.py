"""What Elastic Email cannot do, or must not be asked to do, so that it is not even sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.connectors.elasticemail.values import CONSENT, EMAIL, LISTS, STATUS, canonical
from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reconciler.connectors.elasticemail.lists import Lists
    from reconciler.model.outcome import Patch
    from reconciler.model.record import Value

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_ACTIVE, OPTED_OUT = "Active", "Unsubscribed"
_SETTABLE = (_ACTIVE, OPTED_OUT)
_STRICTER = frozenset({"Abuse"})


def is_address(text: str) -> bool:
    """Whether a text can be a contact's address at all."""
    return _ADDRESS.fullmatch(text) is not None


def unfit(values: Mapping[str, Value], taken: Collection[str], lists: Lists) -> Refused | None:
    """Why no contact can be made of these values beside those (ids) that are ``taken``, if none can."""
    email = canonical(values.get(EMAIL))
    if not email:
        return Refused("no_email", "a contact without an email cannot exist here", EMAIL)
    if not is_address(email):
        return Refused("email_invalid", "this is not an email address", EMAIL)
    if email in taken:
        return Refused("duplicate_email", "two new contacts have the same email", EMAIL)
    if values.get(STATUS, _ACTIVE) not in _SETTABLE:
        return _no_such_status()
    return _unlisted(values.get(LISTS), lists)


def unchangeable(patch: Patch, lists: Lists) -> Refused | None:
    """Why this change cannot be made whatever the contact holds now, if it cannot."""
    if EMAIL in patch.values and canonical(patch.values[EMAIL]) != patch.id:
        return Refused(
            "email_fixed",
            "the address is the contact here and cannot be changed: add the new address in Elastic Email and delete "
            "the old one, where its history stays behind",
            EMAIL,
        )
    for name in CONSENT:
        if name in patch.values and patch.values[name] != patch.old.get(name):
            return Refused("consent_fixed", f"{name} can be said only when a contact is made", name)
    return _unlisted(patch.values.get(LISTS), lists)


def opts_out(before: str | None, wanted: Value) -> Refused | bool:
    """Whether a contact that is ``before`` must be unsubscribed to be what is ``wanted``; or why it cannot be that.

    The service moves people between ``Active`` and ``Engaged`` by itself, so either will do for the other's wish.
    """
    if wanted == before or (wanted, before) == (_ACTIVE, "Engaged"):
        return False
    if wanted not in _SETTABLE:
        return _no_such_status()
    if wanted == _ACTIVE or before in _STRICTER:
        words = f"a contact that is {before} stays so: nobody but the person can take that back"
        return Refused("status_locked", words, STATUS)
    return True


def items(value: Value) -> frozenset[str]:
    """The items of a list value."""
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _no_such_status() -> Refused:
    return Refused("status_invalid", f"Status can be set to {' or '.join(_SETTABLE)} only", STATUS)


def _unlisted(value: Value, lists: Lists) -> Refused | None:
    if not (unknown := lists.unknown(sorted(items(value)))):
        return None
    there = ", ".join(lists.names) or "none"
    return Refused("no_such_list", f"there is no list {', '.join(unknown)}; the lists are {there}", LISTS)

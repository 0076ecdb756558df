"""What HubSpot is known to refuse, or to ignore without a word, so that it is not even sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.connectors.hubspot.lists import Lists
    from reconciler.model.field import Field
    from reconciler.model.record import Value

STAGE, LISTS = "lifecyclestage", "lists"
_NAMED = ("email", "firstname", "lastname")


def items(value: Value) -> frozenset[str]:
    """The items of a list value."""
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def fold(value: object) -> str:
    """A text as emails are compared: trimmed, without regard to case."""
    return str(value or "").strip().lower()


def unfit(values: Mapping[str, Value], taken: Collection[str]) -> Refused | None:
    """Why a contact with these values cannot be created together with those whose (folded) emails are ``taken``."""
    if not any(values.get(name) for name in _NAMED):
        return Refused("no_name", "a contact needs an email, a first name or a last name", "email")
    if fold(values.get("email")) in taken:
        return Refused("duplicate_email", "two new contacts have the same email", "email")
    return None


def locked(values: Mapping[str, Value], fields: Mapping[str, Field]) -> Refused | None:
    """Why these fields cannot be written at all."""
    for name in values:
        if name in fields and not fields[name].writable:
            hint = "; subscriptions are not part of a contact in HubSpot" if fields[name].role == "opt_out" else ""
            return Refused("read_only", f"{name} cannot be written by the API{hint}", name)
    return None


def backwards(values: Mapping[str, Value], old: Mapping[str, Value], order: Sequence[str]) -> Refused | None:
    """The life cycle goes forward only, in the order of the account's stages: HubSpot ignores a step back silently."""
    before, after = old.get(STAGE), values.get(STAGE)
    if before not in order or after not in order or order.index(str(after)) >= order.index(str(before)):
        return None
    steps = f"from {before} to {after}"
    return Refused(
        "stage_backwards", f"{STAGE} moves forward only, not {steps}: a person must clear it first", field=STAGE
    )


def unlisted(values: Mapping[str, Value], old: Mapping[str, Value], lists: Lists) -> Refused | None:
    """Lists that are not there, or that fill themselves: nobody can be put on those, or taken off."""
    if LISTS not in values:
        return None
    after, before = items(values[LISTS]), items(old.get(LISTS))
    unknown = lists.unfit(sorted(after - before))
    touched = (*unknown, *sorted(before - after))
    if itself := [name for name in touched if name in lists.by_name and name not in lists.writable]:
        why = f"{', '.join(itself)} fills itself: nobody can be put on it, or taken off"
        return Refused("dynamic_list", why, LISTS)
    if unknown:
        there = ", ".join(lists.writable) or "none"
        return Refused("no_such_list", f"there is no list {', '.join(unknown)}; the lists are {there}", LISTS)
    return None

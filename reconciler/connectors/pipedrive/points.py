"""Addresses and numbers of a person: arrays that are replaced whole, so one entry is changed and the others are kept.

Kinds of telephone are disjoint (``mobile``, ``home``, and all the rest is ``phone``), so that writing one never touches
another; an email is of one kind only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.connectors.pipedrive.api import Row
    from reconciler.model.record import Value

_KINDS = {"mobile": "mobile", "home": "home"}
_LABELS = {"mobile": "mobile", "home": "home"}
ANY, PHONE, MOBILE, HOME = "", "phone", "mobile", "home"


def entries(raw: object) -> list[Row]:
    """The entries of an array, without the empty ones that older records hold."""
    return [dict(one) for one in raw if isinstance(one, dict) and one.get("value")] if isinstance(raw, list) else []


def every(items: Sequence[Row]) -> Value:
    """All values, sorted."""
    return tuple(sorted({str(one["value"]) for one in items})) or None


def shown(items: Sequence[Row], kind: str) -> Value:
    """The primary value of a kind, else its first."""
    place = _place(items, kind)
    return None if place is None else str(items[place]["value"])


def with_shown(items: Sequence[Row], kind: str, value: Value) -> list[Row]:
    """The entries with ``value`` in the place of the one that is shown; ``None`` takes that one away."""
    kept, place = [dict(one) for one in items], _place(items, kind)
    if value is None:
        return _with_primary(kept if place is None else kept[:place] + kept[place + 1 :])
    if place is None:
        return _with_primary([*kept, _entry(str(value), kind)])
    kept[place]["value"] = str(value)
    twins = [at for at, one in enumerate(kept) if one["value"] == value and at != place and _fits(one, kind)]
    return _with_primary([one for at, one in enumerate(kept) if at not in twins])


def with_every(items: Sequence[Row], new: Value, old: Value) -> list[Row]:
    """The entries with the difference between ``old`` and ``new`` applied."""
    wanted = new if isinstance(new, tuple) else ()
    before = old if isinstance(old, tuple) else ()
    kept = [dict(one) for one in items if one["value"] in wanted or one["value"] not in before]
    there = {one["value"] for one in kept}
    return _with_primary([*kept, *(_entry(value, ANY) for value in wanted if value not in there)])


def _place(items: Sequence[Row], kind: str) -> int | None:
    fit = [at for at, one in enumerate(items) if _fits(one, kind)]
    return next((at for at in fit if items[at].get("primary")), fit[0] if fit else None)


def _fits(entry: Row, kind: str) -> bool:
    return kind in (ANY, _KINDS.get(str(entry.get("label")).lower(), PHONE))


def _entry(value: str, kind: str) -> Row:
    return {"value": value, "primary": False, "label": _LABELS.get(kind, "work")}


def _with_primary(items: list[Row]) -> list[Row]:
    """One is the primary one: the app would take the first, which is said here so that it is no surprise."""
    if items and not any(one.get("primary") for one in items):
        items[0]["primary"] = True
    return items

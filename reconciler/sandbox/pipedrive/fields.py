"""The fields of persons and deals: standard ones by name, custom ones under keys of 40 hex digits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")
_LENGTHS = {"varchar": 255, "varchar_auto": 255, "text": 65_000, "phone": 255}
PARTS = {
    "monetary": ("currency",),
    "daterange": ("until",),
    "time": ("timezone_id",),
    "timerange": ("until", "timezone_id"),
}
ADDRESS = (
    *("street_number", "route", "subpremise", "sublocality", "locality"),
    *("admin_area_level_1", "admin_area_level_2", "country", "postal_code"),
)
SYNCED = {"postal_address": "address", "notes": "text", "im": "varchar", "birthday": "date", "job_title": "varchar"}
"""There only where contact sync was set up."""
_STANDARD = {
    "persons": {
        "name": "varchar",
        "first_name": "varchar",
        "last_name": "varchar",
        "email": "varchar",
        "phone": "phone",
        "label_ids": "set",
        "org_id": "org",
        "owner_id": "user",
        "visible_to": "visible_to",
        "add_time": "date",
        "update_time": "date",
        "picture_id": "picture",
    },
    "deals": {"title": "varchar", "value": "monetary", "person_id": "people", "org_id": "org"},
}


@dataclass(slots=True)
class Custom:
    """One field. ``options`` are labels by id."""

    code: str
    name: str
    kind: str
    options: dict[int, str] = field(default_factory=dict)
    custom: bool = True

    def shown(self) -> dict[str, object]:
        """As the API tells it."""
        parts = [{"field_code": one, "field_name": one, "field_type": "varchar"} for one in PARTS.get(self.kind, ())]
        options = [{"id": each, "label": label} for each, label in self.options.items()]
        return {
            "field_name": self.name,
            "field_code": self.code,
            "field_type": self.kind,
            "options": options or None,
            "subfields": parts or None,
            "is_custom_field": self.custom,
            "is_optional_response_field": False,
        }


def standard(entity: str, labels: dict[int, str]) -> list[Custom]:
    """The fields that every account has; ``labels`` are the options of ``label_ids``."""
    return [
        Custom(code, code.replace("_", " ").capitalize(), kind, labels if code == "label_ids" else {}, custom=False)
        for code, kind in _STANDARD[entity].items()
    ]


def synced() -> list[Custom]:
    """The fields that contact sync brings."""
    return [Custom(code, code.replace("_", " ").capitalize(), kind, custom=False) for code, kind in SYNCED.items()]


def key_of(entity: str, number: int) -> str:
    """The key of a new custom field."""
    return blake2s(f"{entity}/{number}".encode(), digest_size=20).hexdigest()


def accepted(one: Custom, raw: object) -> object:
    """A value as it is stored. Raises ``Refusal``: types are strict, and a list is cleared by null only."""
    if raw is None:
        return None
    return _CHECKS.get(one.kind, _text)(one, raw)


def flat(one: Custom, raw: object) -> object:
    """The same, as version 1 takes it: sets as a list or joined by commas, objects by their value."""
    if one.kind == "set" and isinstance(raw, str):
        raw = [int(each) for each in raw.split(",") if each.isdecimal()] or None
    return accepted(one, raw)


def _text(one: Custom, raw: object) -> object:
    if not isinstance(raw, str) or len(raw) > _LENGTHS.get(one.kind, 255):
        raise invalid(f"{one.code} must be a string of at most {_LENGTHS.get(one.kind, 255)} characters")
    return raw


def _number(one: Custom, raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise invalid(f"{one.code} must be a number")
    return raw


def _whole(one: Custom, raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise invalid(f"{one.code} must be an integer")
    return raw


def as_date(name: str, raw: object) -> str:
    """A date; of a moment the time is dropped. Raises ``Refusal``."""
    found = _DATE.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise invalid(f"{name} must be a date")
    return found.group(1)


def _option(one: Custom, raw: object) -> object:
    if raw not in one.options or isinstance(raw, bool):
        raise invalid(f"{one.code} must be the id of an option")
    return raw


def _options(one: Custom, raw: object) -> object:
    if not isinstance(raw, list) or not raw:
        raise invalid(f"{one.code} must be a list of option ids, or null")
    return [_option(one, each) for each in raw]


def _object(one: Custom, raw: object) -> object:
    if not isinstance(raw, dict) or set(raw) - {"value", *PARTS[one.kind]}:
        raise invalid(f"{one.code} must be an object")
    if raw.get("value") is None:
        return None
    return {"value": _INNER[one.kind](one, raw["value"]), **{part: raw.get(part) for part in PARTS[one.kind]}}


def _money(one: Custom, raw: object) -> object:
    if isinstance(raw, dict) and not isinstance(raw.get("currency"), str):
        raise invalid(f"{one.code} must have a currency")
    return _object(one, raw)


def _clock(one: Custom, raw: object) -> object:
    if not isinstance(raw, str):
        raise invalid(f"{one.code} must be a time")
    return f"{raw}:00" if _TIME.fullmatch(raw) and raw.count(":") == 1 else raw


def address(one: Custom, raw: object) -> object:
    """An address; the app works out its parts later. Raises ``Refusal``."""
    if not isinstance(raw, dict) or not isinstance(raw.get("value"), str):
        raise invalid(f"{one.code} must be an object with a value")
    return {"value": raw["value"], **dict.fromkeys((*ADDRESS, "formatted_address"))}


_INNER: Mapping[str, Callable[[Custom, object], object]] = {
    "monetary": _number,
    "daterange": lambda one, raw: as_date(one.code, raw),
    "time": _clock,
    "timerange": _clock,
}
_CHECKS: Mapping[str, Callable[[Custom, object], object]] = {
    "double": _number,
    "int": _whole,
    "date": lambda one, raw: as_date(one.code, raw),
    "enum": _option,
    "set": _options,
    "monetary": _money,
    "daterange": _object,
    "time": _object,
    "timerange": _object,
    "address": address,
    "user": _whole,
    "org": _whole,
    "people": _whole,
}

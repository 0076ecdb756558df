"""A person's view of a record: the catalogue's names and plain values, against what is stored."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from reconciler.sandbox.copper.shapes import PACIFIC, SINGULAR
from reconciler.sandbox.copper.tables import CHOSEN, Entry, Tables, option_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class _Kind(NamedTuple):
    array: str
    key: str
    category: str


_SINGLE = {
    "email": _Kind("emails", "email", "work"),
    "phone": _Kind("phone_numbers", "number", "work"),
    "mobile": _Kind("phone_numbers", "number", "mobile"),
    "home_phone": _Kind("phone_numbers", "number", "home"),
    "website": _Kind("websites", "url", "work"),
    "linkedin": _Kind("socials", "url", "linkedin"),
    "twitter": _Kind("socials", "url", "twitter"),
    "facebook": _Kind("socials", "url", "facebook"),
}
_MANY = {
    "emails": _Kind("emails", "email", "work"),
    "phones": _Kind("phone_numbers", "number", "work"),
    "websites": _Kind("websites", "url", "work"),
    "socials": _Kind("socials", "url", "other"),
}
_NAMED = {"contact_type": "contact_type_id", "status": "status_id", "customer_source": "customer_source_id"}
_ADDRESS = ("street", "city", "state", "postal_code", "country")
_IDS = frozenset({"company_id", "assignee_id"})
_DEFAULTS = {"people": "contact_type_id", "leads": "status_id"}


def put(tables: Tables, entity: str, old: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """What is stored after a person has written ``values`` over ``old``. Raises ``ValueError`` for an unknown field."""
    stored = dict(old)
    for name, value in values.items():
        _put(tables, entity, stored, name, value)
    key = _DEFAULTS[entity]
    stored[key] = stored.get(key) or tables.default(key)
    return stored


def _put(tables: Tables, entity: str, stored: dict[str, object], name: str, value: object) -> None:
    if name == "email" and entity == "leads":
        stored["email"] = {"email": value, "category": "work"} if value else None
    elif name in _SINGLE:
        kind = _SINGLE[name]
        others = [one for one in _entries(stored, kind.array) if not _mine(one, name, kind)]
        stored[kind.array] = [*_made([value], kind), *others]
    elif name in _MANY:
        stored[_MANY[name].array] = _made(_items(value), _MANY[name])
    elif name in _ADDRESS:
        held = stored.get("address")
        stored["address"] = {**dict.fromkeys(_ADDRESS, ""), **(held if isinstance(held, dict) else {}), name: value}
    elif name in _NAMED:
        stored[_NAMED[name]] = next((one["id"] for one in tables.choices(_NAMED[name]) if one["name"] == value), None)
    elif definition := _definition(tables, entity, name):
        held = stored.get("custom")
        number = int(str(definition["id"]))
        stored["custom"] = {**(held if isinstance(held, dict) else {}), number: _custom_in(definition, value)}
    else:
        stored[name] = _items(value) if name == "tags" else int(str(value)) if name in _IDS and value else value


def get(tables: Tables, entity: str, stored: Mapping[str, object]) -> dict[str, object]:
    """What a person sees of a record, without what is empty."""
    seen: dict[str, object] = {name: stored.get(name) for name in ("name", "title", "details", "company_name")}
    seen |= {name: stored.get(name) for name in ("monetary_value", "company_id", "assignee_id")}
    for name, kind in _SINGLE.items():
        mine = (one[kind.key] for one in _entries(stored, kind.array) if _mine(one, name, kind))
        seen[name] = next(mine, None)
    for name, kind in _MANY.items():
        seen[name] = tuple(sorted(str(one[kind.key]) for one in _entries(stored, kind.array)))
    if isinstance(email := stored.get("email"), dict):
        seen["email"] = email["email"]
    address = stored.get("address")
    seen |= {name: address.get(name) for name in _ADDRESS} if isinstance(address, dict) else {}
    for name, key in _NAMED.items():
        seen[name] = next((one["name"] for one in tables.choices(key) if one["id"] == stored.get(key)), None)
    seen["tags"] = tuple(sorted(map(str, _items(stored.get("tags")))))
    held = stored.get("custom")
    for definition in tables.defined_on(SINGULAR[entity]):
        raw = held.get(definition["id"]) if isinstance(held, dict) else None
        seen[str(definition["name"])] = _custom_out(definition, raw)
    return {name: value for name, value in seen.items() if value not in (None, "", (), [])}


def midnight(text: str) -> int:
    """An ISO date as it is stored: midnight on the Pacific coast, in POSIX seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PACIFIC).timestamp())


def _custom_in(definition: Entry, value: object) -> object:
    if value is None:
        return None
    match definition["data_type"]:
        case "Dropdown":
            return option_ids(definition)[str(value)]
        case "MultiSelect":
            return [option_ids(definition)[str(one)] for one in _items(value)]
        case "Date":
            return midnight(str(value))
        case _:
            return value


def _custom_out(definition: Entry, raw: object) -> object:
    names = {number: name for name, number in option_ids(definition).items()}
    if definition["data_type"] in CHOSEN:
        return tuple(sorted(names[one] for one in raw)) if isinstance(raw, list) else names.get(raw)
    if definition["data_type"] == "Date" and isinstance(raw, int):
        return datetime.fromtimestamp(raw, PACIFIC).date().isoformat()
    return raw


def _definition(tables: Tables, entity: str, name: str) -> Entry | None:
    return next((one for one in tables.defined_on(SINGULAR[entity]) if one["name"] == name), None)


def _entries(stored: Mapping[str, object], array: str) -> list[Entry]:
    return [dict(one) for one in _items(stored.get(array)) if isinstance(one, dict)]


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _made(values: Iterable[object], kind: _Kind) -> list[Entry]:
    return [{kind.key: value, "category": kind.category} for value in values if value]


def _mine(entry: Entry, name: str, kind: _Kind) -> bool:
    """Whether an entry is the one that a person means by this field: any but a mobile or home number is a phone."""
    if name in {"email", "website"}:
        return True
    return entry["category"] not in {"mobile", "home"} if name == "phone" else entry["category"] == kind.category

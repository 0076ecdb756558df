"""What Copper makes of a body that it is sent: stored values, or what is wrong with it, by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from reconciler.sandbox.copper.shapes import PACIFIC, SINGULAR
from reconciler.sandbox.copper.tables import option_ids
from reconciler.sandbox.copper.world import addresses, fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.copper.tables import Entry
    from reconciler.sandbox.copper.world import CopperWorld
    from reconciler.sandbox.shelf import Row

_SHARED = ("name", "phone_numbers", "socials", "websites", "address", "title", "details", "assignee_id", "tags")
_WRITABLE = {
    "people": frozenset({*_SHARED, "custom_fields", "emails", "company_id", "contact_type_id"}),
    "leads": frozenset(
        {
            *_SHARED,
            "custom_fields",
            "email",
            "company_name",
            "customer_source_id",
            "monetary_value",
            "status_id",
            "status",
        }
    ),
}
_NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")
_STAMPS = ("date_created", "date_modified", "date_last_contacted", "date_lead_created")
_IGNORED = frozenset(
    {"id", "company_name", "monetary_unit", "interaction_count", "leads_converted_from", *_NAME_PARTS, *_STAMPS}
)
_NETWORKS = ("linkedin", "twitter", "googleplus", "facebook", "youtube", "quora", "foursquare", "klout", "gravatar")
_CATEGORIES = {
    "emails": frozenset({"work", "personal", "other"}),
    "phone_numbers": frozenset({"mobile", "work", "home", "other"}),
    "websites": frozenset({"work", "personal", "other"}),
    "socials": frozenset({*_NETWORKS, "other"}),
}
_KEYS = {"emails": "email", "phone_numbers": "number", "websites": "url", "socials": "url"}
_ADDRESS = ("street", "city", "state", "postal_code", "country")
_TEXT_LENGTH = 255
_COUNTRY = re.compile(r"[A-Za-z]{2}")


class Invalid(Exception):
    """``key`` and what is wrong with it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem

    @property
    def prose(self) -> str:
        """As a single write is answered."""
        return f"Invalid input: Validation errors: {self.key.replace('_', ' ').title()}: {self.problem}"

    @property
    def by_field(self) -> dict[str, object]:
        """As an item of a bulk write is answered."""
        return {self.key: [{"error": self.problem}]}


def accepted(world: CopperWorld, entity: str, body: object, old: Row | None) -> dict[str, object]:
    """The whole record as it is stored after this body. Raises ``Invalid``."""
    if not isinstance(body, Mapping):
        _refuse("base", "not an object")
    known = _WRITABLE[entity]
    if unknown := [key for key in body if key not in known | _IGNORED]:
        _refuse("base", f"Unrecognized attributes specified: {', '.join(unknown)}")
    stored = dict(old.values) if old else {}
    for key in body:
        if key in known:
            _CHECKS.get(key, _plain)(world, entity, stored, key, body[key])
    if not stored.get("name"):
        _refuse("name", "can't be blank")
    default = "contact_type_id" if entity == "people" else "status_id"
    stored[default] = stored.get(default) or world.tables.default(default)
    _refuse_twins(world, entity, stored, old)
    return stored


def _refuse(key: str, problem: str) -> NoReturn:
    raise Invalid(key, problem)


def _plain(_world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    stored[key] = value


def _name(_world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    stored[key] = " ".join(str(value or "").split())


def _array(_world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    entries = [] if value is None else value
    if not isinstance(entries, list):
        _refuse(key, "invalid")
    stored[key] = [_entry(key, one) for one in entries]


def _entry(key: str, entry: object) -> dict[str, object]:
    text, category = (entry.get(_KEYS[key]), entry.get("category")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(text, str) or not text or category not in _CATEGORIES[key]:
        _refuse(key, "invalid")
    if key == "emails" and "@" not in text:
        _refuse(key, "invalid")
    return {_KEYS[key]: text, "category": category}


def _email(_world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    stored[key] = None if value is None else _entry("emails", value)


def _address(world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    """Lines that are left out are blank, and a country that is no code makes the whole address disappear."""
    if value is None:
        stored[key] = None
        return
    if not isinstance(value, Mapping) or set(value) - set(_ADDRESS):
        _refuse(key, "invalid")
    held = stored.get(key) if world.quirks.address_put == "merge" else None
    lines = {**(held if isinstance(held, dict) else {}), **value}
    lines = {line: str(lines.get(line) or "") for line in _ADDRESS}
    strange = lines["country"] and not _COUNTRY.fullmatch(lines["country"])
    stored[key] = None if strange and world.quirks.long_country == "drop" else lines


def _reference(world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    problem = f"Invalid value for {key.replace('_', ' ').title()}"
    if value is not None and not isinstance(value, int):
        _refuse(key, f"{problem}: IDs must be positive integers: {value}")
    known = world.tables.companies if key == "company_id" else {one["id"] for one in world.tables.choices(key)}
    if value is not None and value not in known:
        _refuse(key, problem)
    stored[key] = value


def _status(world: CopperWorld, _entity: str, stored: dict[str, object], _key: str, value: object) -> None:
    found = [one["id"] for one in world.tables.lead_statuses if one["name"] == value]
    stored["status_id"] = found[0] if found else _refuse("status", "invalid")


def _tags(_world: CopperWorld, _entity: str, stored: dict[str, object], key: str, value: object) -> None:
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        _refuse(key, "invalid")
    stored[key] = value


def _custom(world: CopperWorld, entity: str, stored: dict[str, object], key: str, value: object) -> None:
    definitions = {one["id"]: one for one in world.tables.defined_on(SINGULAR[entity])}
    held = stored.get("custom") if world.quirks.custom_fields_put == "merge" else None
    custom = dict(held) if isinstance(held, dict) else {}
    for one in value if isinstance(value, list) else _refuse(key, "invalid"):
        number = one.get("custom_field_definition_id") if isinstance(one, Mapping) else None
        if number not in definitions:
            _refuse(key, "custom field definition not found")
        custom[number] = _custom_value(definitions[number], one.get("value"))
    stored["custom"] = {number: held for number, held in custom.items() if held not in (None, "", [])}


def _custom_value(definition: Entry, value: object) -> object:
    kind, options = str(definition["data_type"]), option_ids(definition).values()
    if value is None or value == "":
        return None
    chosen = value if isinstance(value, list) else [value]
    fits = {
        "Dropdown": value in options,
        "MultiSelect": isinstance(value, list) and all(one in options for one in chosen),
        "Checkbox": isinstance(value, bool),
        "String": isinstance(value, str) and len(value) <= _TEXT_LENGTH,
    }
    numeric = kind in {"Float", "Percentage", "Currency"}
    if not fits.get(kind, isinstance(value, int | float) if numeric else True):
        _refuse("custom_fields", "invalid")
    return _date(value) if kind == "Date" else value


def _date(value: object) -> int:
    if isinstance(value, int):
        return value
    try:
        return int(datetime.strptime(str(value), "%m/%d/%Y").replace(tzinfo=PACIFIC).timestamp())
    except ValueError:
        _refuse("custom_fields", "invalid date")


_CHECKS: Mapping[str, Callable[[CopperWorld, str, dict[str, object], str, object], None]] = {
    "name": _name,
    **dict.fromkeys(_KEYS, _array),
    "email": _email,
    "address": _address,
    **dict.fromkeys(("company_id", "contact_type_id", "assignee_id", "customer_source_id", "status_id"), _reference),
    "status": _status,
    "tags": _tags,
    "custom_fields": _custom,
}


def _refuse_twins(world: CopperWorld, entity: str, stored: dict[str, object], old: Row | None) -> None:
    """A person's addresses are nobody else's; a lead's may be."""
    if entity != "people":
        return
    mine = {old.id} if old else set()
    before = {fold(one) for one in addresses(old)}
    held = stored.get("emails")
    new = {fold(str(one["email"])) for one in held} if isinstance(held, list) else set()
    if any(world.holders(entity, one) - mine for one in new - before):
        _refuse("emails", "has already been taken")

"""What people see and type, in the catalogue's field names, against what the company stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.sandbox.pipedrive.fields import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.pipedrive.fields import Custom
    from reconciler.sandbox.pipedrive.world import PipedriveWorld

NEW_PERSON: Mapping[str, object] = {"owner_id": 5, "visible_to": 3, "marketing_status": "no_consent"}
NEW_LEAD: Mapping[str, object] = {
    "owner_id": 5,
    "creator_id": 5,
    "visible_to": "3",
    "is_archived": False,
    "was_seen": True,
    "source_name": "API",
    "origin": "API",
}
_CONTACT = frozenset({"name", "email", "emails", "phone", "mobile", "home_phone", "phones"})
_SHOWN_KIND = {"email": ("emails", ""), "phone": ("phones", "work"), "mobile": ("phones", "mobile")}
_SHOWN_KIND["home_phone"] = ("phones", "home")
_MANY = {"emails": "work", "phones": "work", "im": "im"}


def split(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """What is a lead's own, and what is its person's."""
    own = {name: value for name, value in values.items() if name not in _CONTACT}
    return own, {name: value for name, value in values.items() if name in _CONTACT}


def stored(world: PipedriveWorld, values: Mapping[str, object], old: Mapping[str, object]) -> dict[str, object]:
    """A person's values as they are stored. Raises ``ValueError`` for a name that is not known."""
    changed: dict[str, object] = {}
    for name, value in values.items():
        if name in _MANY:
            changed[name] = _many(value, _MANY[name])
        elif name in _SHOWN_KIND:
            key, kind = _SHOWN_KIND[name]
            changed[key] = _one(changed.get(key, old.get(key)), kind, value)
        elif name == "organization":
            changed["org_id"] = world.organisation(str(value)) if value else None
        elif name == "labels":
            changed["label_ids"] = _ids(world.labels, value)
        elif name == "postal_address":
            changed[name] = _address(value)
        elif name in ("owner_id", "visible_to"):
            changed[name] = int(str(value))
        elif (one := _custom(world, "persons", name)) is not None:
            held = changed.get("custom_fields", old.get("custom_fields"))
            changed["custom_fields"] = {**(held if isinstance(held, dict) else {}), one.code: _kept(one, value)}
        else:
            changed[name] = value
    return changed


def stored_lead(world: PipedriveWorld, values: Mapping[str, object], old: Mapping[str, object]) -> dict[str, object]:
    """A lead's own values as they are stored."""
    changed: dict[str, object] = {}
    money = old.get("value")
    amount = dict(money) if isinstance(money, dict) else {"currency": "EUR"}
    for name, value in values.items():
        if name == "organization":
            changed["organization_id"] = world.organisation(str(value)) if value else None
        elif name == "labels":
            changed["label_ids"] = _ids(world.lead_labels, value)
        elif name in ("value", "currency"):
            amount["amount" if name == "value" else name] = value
            changed["value"] = amount if amount.get("amount") is not None else None
        elif name == "owner_id":
            changed[name] = int(str(value))
        elif (one := _custom(world, "deals", name)) is not None:
            changed[one.code] = _kept(one, value)
        else:
            changed[name] = value
    return changed


def told(world: PipedriveWorld, values: Mapping[str, object]) -> dict[str, object]:
    """A stored person as people see it, without what is empty."""
    shown = {name: value for name, value in values.items() if not isinstance(value, list | dict)}
    for name in _MANY:
        items = _items(values.get(name))
        shown[name] = tuple(str(one["value"]) for one in items)
    for name, (key, kind) in _SHOWN_KIND.items():
        items = [one for one in _items(values.get(key)) if not kind or _kind(one) == kind]
        first = next((one for one in items if one.get("primary")), items[0] if items else {})
        shown[name] = first.get("value")
    shown["organization"] = _organisation(world, shown.pop("org_id", None))
    shown["labels"] = _labels(world.labels, values.get("label_ids"))
    place = values.get("postal_address")
    shown["postal_address"] = place.get("value") if isinstance(place, dict) else None
    custom = values.get("custom_fields")
    for code, value in custom.items() if isinstance(custom, dict) else ():
        if code in world.custom["persons"]:
            shown[world.custom["persons"][code].name] = _seen(world.custom["persons"][code], value)
    for name in ("owner_id", "visible_to"):
        shown[name] = str(values[name])
    return {name: value for name, value in shown.items() if value not in (None, (), "")}


def told_lead(world: PipedriveWorld, values: Mapping[str, object]) -> dict[str, object]:
    """A stored lead as people see it, without what is empty."""
    shown: dict[str, object] = {}
    for name, value in values.items():
        if name in world.custom["deals"]:
            one = world.custom["deals"][name]
            shown[one.name] = _seen(one, value)
        elif name == "value" and isinstance(value, dict):
            shown |= {"value": value.get("amount"), "currency": value.get("currency")}
        elif name not in ("organization_id", "label_ids"):
            shown[name] = str(value) if name in ("owner_id", "creator_id", "person_id") else value
    shown["organization"] = _organisation(world, values.get("organization_id"))
    shown["labels"] = _labels(world.lead_labels, values.get("label_ids"))
    return {name: value for name, value in shown.items() if value not in (None, (), "")}


def _organisation(world: PipedriveWorld, number: object) -> object:
    row = world.organisations.rows.get(str(number))
    return row.get("name") if row else None


def _ids(known: Mapping[object, str] | Mapping[int, str] | Mapping[str, str], names: object) -> list[object]:
    wanted = list(names) if isinstance(names, list | tuple | set | frozenset) else []
    by_name = {label: each for each, label in known.items()}
    if unknown := [name for name in wanted if name not in by_name]:
        raise ValueError(f"there is no label {unknown[0]}")
    return [by_name[name] for name in wanted]


def _labels(known: Mapping[int, str] | Mapping[str, str], ids: object) -> tuple[str, ...]:
    names = {str(each): label for each, label in known.items()}
    return tuple(sorted(names[str(each)] for each in ids)) if isinstance(ids, list) else ()


def _custom(world: PipedriveWorld, entity: str, name: str) -> Custom | None:
    return next((one for one in world.custom[entity].values() if name in (one.name, one.code)), None)


def _kept(one: Custom, value: object) -> object:
    """What a person typed, as it is stored."""
    ids = {label: each for each, label in one.options.items()}
    if value is None:
        return None
    if one.kind == "enum":
        return ids[str(value)]
    if one.kind == "set":
        return [ids[str(each)] for each in value] if isinstance(value, list | tuple) else None
    if one.kind == "address":
        return _address(value)
    if one.kind == "monetary":
        return {"value": value, "currency": "EUR"}
    return {"value": value} if one.kind in ("daterange", "time", "timerange") else value


def _seen(one: Custom, value: object) -> object:
    """The same, the other way."""
    if one.kind == "enum":
        return one.options.get(value) if isinstance(value, int) else None
    if one.kind == "set":
        return tuple(sorted(one.options[each] for each in value)) if isinstance(value, list) else None
    return value.get("value") if isinstance(value, dict) else value


def _address(value: object) -> dict[str, object] | None:
    return {"value": value, **dict.fromkeys((*ADDRESS, "formatted_address"))} if value else None


def _items(raw: object) -> list[dict[str, object]]:
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def _kind(entry: Mapping[str, object]) -> str:
    label = str(entry.get("label"))
    return label if label in ("mobile", "home") else "work"


def _many(values: object, label: str) -> list[dict[str, object]]:
    told_values: Sequence[object] = values if isinstance(values, list | tuple) else ()
    return [{"value": each, "primary": at == 0, "label": label} for at, each in enumerate(told_values)]


def _one(raw: object, kind: str, value: object) -> list[dict[str, object]]:
    """The entries with another value in the place of the one that people see first."""
    items = [dict(one) for one in _items(raw)]
    fit = [one for one in items if not kind or _kind(one) == kind]
    shown = next((one for one in fit if one.get("primary")), fit[0] if fit else None)
    if value is None:
        kept = [one for one in items if one is not shown]
    elif shown is not None:
        shown["value"], kept = value, items
    else:
        kept = [*items, {"value": value, "primary": not items, "label": kind or "work"}]
    if kept and not any(one["primary"] for one in kept):
        kept[0]["primary"] = True
    return kept


# -- addresses: the app works out their parts a moment later


def ungeocoded(values: Mapping[str, object]) -> bool:
    """Whether an address waits for its parts."""
    return any(one.get("formatted_address", "") is None for one in _addresses(values))


def geocoded(values: Mapping[str, object], _fields: Mapping[str, Custom]) -> dict[str, object]:
    """The same person, the parts of its addresses filled in."""
    new = dict(values)
    custom = values.get("custom_fields")
    if isinstance(custom, dict):
        new["custom_fields"] = {code: _located(value) for code, value in custom.items()}
    return {**new, "postal_address": _located(values.get("postal_address"))}


def _addresses(values: Mapping[str, object]) -> list[Mapping[str, object]]:
    custom = values.get("custom_fields")
    held = [values.get("postal_address"), *(custom.values() if isinstance(custom, dict) else ())]
    return [one for one in held if isinstance(one, Mapping)]


def _located(value: object) -> object:
    if not isinstance(value, dict) or "formatted_address" not in value:
        return value
    parts = [one.strip() for one in str(value["value"]).split(",")]
    found = {"route": parts[0], "locality": parts[1] if len(parts) > 1 else None, "country": parts[-1]}
    return {**value, **found, "formatted_address": value["value"]}

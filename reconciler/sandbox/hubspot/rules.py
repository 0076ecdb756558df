"""What a write may say: which values are accepted, whose address it is, and which way the life cycle goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.hubspot.errors import Problem, conflict, invalid
from reconciler.sandbox.hubspot.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.hubspot.world import HubSpotWorld

_NAMED = ("email", "firstname", "lastname")
_STAGE = "lifecyclestage"
_ORDER = tuple(value for value, _ in STAGES)


def accepted(world: HubSpotWorld, properties: object, record_id: str | None, *, dated: bool = False) -> dict[str, str]:
    """The values that a write stores. Raises ``Problem``."""
    values = _texts(properties)
    findings = [found for name, value in values.items() if (found := _finding(world, name, value))]
    if findings:
        raise invalid(findings)
    if record_id is None:
        _check_new(world, values, dated=dated)
    _check_unique(world, values, record_id)
    return _forward(world, values, record_id)


def _texts(properties: object) -> dict[str, str]:
    if not isinstance(properties, dict):
        raise Problem(400, "VALIDATION_ERROR", "Invalid input JSON: properties is missing")
    return {str(name): str(value) if value is not None else "" for name, value in properties.items()}


def _finding(world: HubSpotWorld, name: str, value: str) -> tuple[str, str, str] | None:
    if name not in world.properties:
        return name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
    if name == "hubspot_owner_id" and value and value not in world.owners:
        return name, "INVALID_OWNER_ID", f"{value} is not a valid owner id"
    fault = world.properties[name].fault(value)
    return (name, *fault) if fault else None


def _check_new(world: HubSpotWorld, values: Mapping[str, str], *, dated: bool) -> None:
    if not any(values.get(name) for name in _NAMED):
        raise invalid([("email", "MISSING_REQUIRED_PROPERTY", "an email, a first name or a last name is required")])
    missing = [name for name in world.quirks.required.split() if dated and not values.get(name)]
    if missing:
        raise invalid([(name, "MISSING_REQUIRED_PROPERTY", f"{name} is required") for name in missing])


def _check_unique(world: HubSpotWorld, values: Mapping[str, str], record_id: str | None) -> None:
    owner = world.by_email.get(values.get("email", "").strip().lower())
    if owner and owner != record_id:
        raise conflict(owner)
    for name, value in values.items():
        if world.properties[name].unique and value:
            others = [row.id for row in world.shelf.where(name, value) if row.id != record_id]
            if others:
                raise conflict(others[0])


def _forward(world: HubSpotWorld, values: dict[str, str], record_id: str | None) -> dict[str, str]:
    """Without a step back of the life cycle: it is ignored, and nothing says so."""
    before = world.shelf[record_id].get(_STAGE) if record_id else None
    after = values.get(_STAGE)
    known = world.quirks.forward_stages and before in _ORDER and after in _ORDER
    if known and _ORDER.index(str(after)) < _ORDER.index(str(before)):
        return {name: value for name, value in values.items() if name != _STAGE}
    return values

"""The account's own tables: custom fields, contact types, lead statuses, sources, users, companies, subscriptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Entry: TypeAlias = dict[str, object]

CHOSEN = frozenset({"Dropdown", "MultiSelect"})
_FIRST_DEFINITION, _FIRST_OPTION, _FIRST_COMPANY = 705_303, 2_082_340, 7_500


def _contact_types() -> list[Entry]:
    names = ("Potential Customer", "Current Customer", "Uncategorized", "Other")
    return [{"id": 451_490 + place, "name": name} for place, name in enumerate(names)]


def _lead_statuses() -> list[Entry]:
    names = ("New", "Unqualified", "Contacted", "Qualified")
    return [
        {"id": 208_231 + place, "name": name, "order": place + 1, "is_default": not place}
        for place, name in enumerate(names)
    ]


def _customer_sources() -> list[Entry]:
    return [{"id": 331_240 + place, "name": name} for place, name in enumerate(("Email", "Cold Call", "Advertising"))]


def _users() -> list[Entry]:
    names = ("Sandbox Owner", "Sandbox Colleague")
    return [
        {"id": 137_658 + place, "name": name, "email": f"{name.split()[1].lower()}@example.com"}
        for place, name in enumerate(names)
    ]


@dataclass(slots=True)
class Tables:
    """Ids are numbers, as in the API."""

    contact_types: list[Entry] = field(default_factory=_contact_types)
    lead_statuses: list[Entry] = field(default_factory=_lead_statuses)
    customer_sources: list[Entry] = field(default_factory=_customer_sources)
    users: list[Entry] = field(default_factory=_users)
    companies: dict[int, str] = field(default_factory=dict)
    definitions: dict[int, Entry] = field(default_factory=dict)
    webhooks: dict[int, Entry] = field(default_factory=dict)

    def define(
        self, name: str, data_type: str, options: Sequence[str] = (), on: Sequence[str] = ("person", "lead")
    ) -> int:
        """Make a custom field; its id."""
        number = _FIRST_DEFINITION + len(self.definitions)
        made: Entry = {"id": number, "name": name, "data_type": data_type, "available_on": list(on)}
        made["is_filterable"] = True
        if data_type in CHOSEN:
            first = _FIRST_OPTION + 100 * len(self.definitions)
            made["options"] = [{"id": first + place, "name": one, "rank": place} for place, one in enumerate(options)]
        self.definitions[number] = made
        return number

    def add_company(self, name: str) -> int:
        """Make a company; its id."""
        number = _FIRST_COMPANY + len(self.companies)
        self.companies[number] = name
        return number

    def defined_on(self, singular: str) -> list[Entry]:
        """The custom fields of an entity."""
        return [one for one in self.definitions.values() if singular in str(one["available_on"])]

    def choices(self, key: str) -> list[Entry]:
        """The table that an id of a record points at, by the record's key."""
        tables = {
            "contact_type_id": self.contact_types,
            "status_id": self.lead_statuses,
            "customer_source_id": self.customer_sources,
            "assignee_id": self.users,
        }
        return tables[key]

    def default(self, key: str) -> object:
        """What the server fills in where such an id is left empty."""
        names = {"contact_type_id": "Uncategorized", "status_id": "New"}
        return next((one["id"] for one in self.choices(key) if one["name"] == names.get(key)), None)


def option_ids(definition: Entry) -> dict[str, object]:
    """Ids of a definition's options by name."""
    options = definition.get("options")
    return {str(one["name"]): one["id"] for one in options} if isinstance(options, list) else {}

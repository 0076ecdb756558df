"""What a lead itself holds: its standard fields, its labels, and the custom fields that it has from deals."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.connectors.pipedrive.api import V1, V2
from reconciler.connectors.pipedrive.choices import Choices
from reconciler.connectors.pipedrive.columns import (
    Column,
    as_is,
    as_whole,
    flag,
    moment,
    part,
    plain,
    text,
)
from reconciler.connectors.pipedrive.fields import Definitions
from reconciler.connectors.pipedrive.people import CONTACT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.connectors.pipedrive.api import Api, Row
    from reconciler.connectors.pipedrive.columns import Read, Write, Writing
    from reconciler.connectors.pipedrive.organisations import Organisations
    from reconciler.model.field import Field
    from reconciler.model.record import Value

_PLAIN: Mapping[str, tuple[Read, Write | None]] = {
    "title": (text("title"), as_is("title")),
    "expected_close_date": (text("expected_close_date"), as_is("expected_close_date")),
    "is_archived": (plain("is_archived"), flag("is_archived")),
    "was_seen": (plain("was_seen"), flag("was_seen")),
    "owner_id": (text("owner_id"), as_whole("owner_id", "owner_id")),
    "visible_to": (text("visible_to"), as_is("visible_to")),
    "add_time": (moment("add_time"), None),
    "update_time": (moment("update_time"), None),
}
_TOLD = (
    *("id", "person_id", "organization_id", "creator_id", "source_name", "origin", "origin_id"),
    *("channel", "channel_id", "next_activity_id", "cc_email"),
)
"""Texts and ids that the app tells and does not take."""


class LeadFields:
    """``known`` are the catalogue's fields."""

    def __init__(self, api: Api, known: Mapping[str, Field], organisations: Organisations) -> None:
        self._api = api
        self._known = known
        self._definitions = Definitions(api, f"{V2}/dealFields")
        self._organisations = organisations

    @cached_property
    def person(self) -> dict[str, Column]:
        """The catalogue's fields that are the person's."""
        return {name: Column(field, *CONTACT[name]) for name, field in self._known.items() if name in CONTACT}

    @cached_property
    def own(self) -> dict[str, Column]:
        """The catalogue's fields that are the lead's."""
        known = self._known
        organisation = self._organisations.reads("organization_id"), self._organisations.writes("organization_id")
        return {
            **{name: Column(known[name], *how) for name, how in _PLAIN.items()},
            **{name: Column(known[name], text(name)) for name in _TOLD},
            "organization": Column(known["organization"], *organisation),
            "labels": Column(known["labels"], self._read_labels, self._write_labels, merges=True),
            "value": Column(known["value"], part("value", "amount"), self._write_amount, merges=True),
            "currency": Column(known["currency"], part("value", "currency"), _write_currency, merges=True, inner=True),
        }

    @cached_property
    def custom(self) -> dict[str, Column]:
        """The account's custom fields of deals, which are those of leads, too."""
        return self._definitions.columns(self._known, flat=True)

    @cached_property
    def labels(self) -> Choices:
        """The labels that a lead may have."""

        def told() -> dict[str, int | str]:
            return {str(row["name"]): str(row["id"]) for row in self._api.rows(f"{V1}/leadLabels")}

        return Choices("labels", told(), told)

    def _read_labels(self, row: Row) -> Value:
        raw = row["label_ids"]
        return self.labels.reads(raw) if raw else None

    def _write_labels(self, writing: Writing, value: Value) -> None:
        writing.body["label_ids"] = self.labels.moved(writing.latest("label_ids"), value, writing.before)

    def _write_amount(self, writing: Writing, value: Value) -> None:
        """An amount keeps its currency; a first one gets the company's."""
        stored = writing.latest("value")
        if value is None:
            writing.body["value"] = None
        elif isinstance(stored, dict):
            writing.body["value"] = {**stored, "amount": value}
        else:
            writing.body["value"] = {"amount": value, "currency": self._definitions.currency()}


def _write_currency(writing: Writing, value: Value) -> None:
    """The currency of an amount; without one there is nothing to write."""
    stored = writing.latest("value")
    if isinstance(stored, dict) and value is not None:
        writing.body["value"] = {**stored, "currency": value}

"""An account's own fields, as ``/CustomFields`` describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.insightly.dialect import DIALECT
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from reconciler.connectors.http import Http
    from reconciler.connectors.insightly.kinds import Kind

_TYPES = {
    "DROPDOWN": FieldType.ENUM,
    "MULTISELECT": FieldType.LIST,
    "BIT": FieldType.BOOLEAN,
    "DATE": FieldType.DATE,
    "DATETIME": FieldType.DATETIME,
    "NUMERIC": FieldType.NUMBER,
    "PERCENT": FieldType.NUMBER,
    "CURRENCY": FieldType.NUMBER,
    "EMAIL": FieldType.EMAIL,
    "PHONE": FieldType.PHONE,
    "URL": FieldType.URL,
}
"""``TEXT``, ``MULTILINETEXT``, ``AUTONUMBER``, and whatever comes one day, are texts."""

_CHOICES = frozenset({FieldType.ENUM, FieldType.LIST})


class _Choice(msgspec.Struct, rename="upper"):
    option_value: str


class _Custom(msgspec.Struct, rename="upper"):
    field_name: str
    field_for: str = ""
    field_label: str | None = None
    field_type: str = ""
    editable: bool = True
    visible: bool = True
    custom_field_options: list[_Choice] | None = None

    def field(self) -> Field:
        kind = _TYPES.get(self.field_type.upper(), FieldType.TEXT)
        offered = tuple(choice.option_value for choice in self.custom_field_options or ())
        return Field(
            name=self.field_name,
            type=kind,
            label=self.field_label or self.field_name,
            writable=self.editable,
            custom=True,
            values=offered if kind in _CHOICES else (),
        )


def custom_fields(http: Http, kind: Kind) -> dict[str, Field]:
    """Fields by name. An object that the app does not know brings every object's: those of others are left out, and
    so are those that are hidden from this user."""
    response = http.speaking(DIALECT).request("GET", f"/CustomFields/{kind.collection}")
    found = (row for row in response.json(list[_Custom]) if row.field_for.upper() == kind.singular and row.visible)
    return {row.field_name: row.field() for row in found}

"""What the layouts of a module require of a record beyond what the app itself does: an administrator decides that."""

from __future__ import annotations

import msgspec


class _Placed(msgspec.Struct):
    api_name: str
    required: bool = False


class _Section(msgspec.Struct):
    fields: list[_Placed] = []


class _Layout(msgspec.Struct):
    status: str = "active"
    sections: list[_Section] = []

    def required(self) -> frozenset[str]:
        placed = (field for section in self.sections for field in section.fields)
        return frozenset(field.api_name for field in placed if field.required)


class Layouts(msgspec.Struct):
    """The answer of ``/settings/layouts``."""

    layouts: list[_Layout]

    def required(self) -> frozenset[str]:
        """Fields that every active layout requires: a record may have any of these layouts."""
        active = [layout.required() for layout in self.layouts if layout.status == "active"]
        return frozenset.intersection(*active) if active else frozenset()

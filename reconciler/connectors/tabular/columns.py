"""Columns as fields: the usual names with their roles, and what an account's options say of its own."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from reconciler.errors import Rejected
from reconciler.model.field import FieldType
from reconciler.spec.catalogue import Entity, FieldEntry, load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.field import Field
    from reconciler.spec.catalogue import Catalogue

_TYPES = {
    **dict.fromkeys(("email",), FieldType.EMAIL),
    **dict.fromkeys(("phone", "mobile", "home_phone", "fax"), FieldType.PHONE),
    **dict.fromkeys(("tags", "lists", "emails", "phones"), FieldType.LIST),
    "website": FieldType.URL,
    "birthday": FieldType.DATE,
    "opt_out": FieldType.BOOLEAN,
}
_CONSENT = ("false", "true")


@cache
def usual_columns() -> tuple[FieldEntry, ...]:
    """The columns that a table of people usually has, in the order of ``columns.yaml``."""
    return load_catalogue(files(__package__) / "columns.yaml").entities["rows"].entries


def with_columns(catalogue: Catalogue, roles: Mapping[str, str]) -> Catalogue:
    """The catalogue with the usual columns in every entity, and these roles (by column) where they are said. A role
    that is given to a column is taken from the usual one."""
    entities = {
        name: Entity(label=entity.label, fields=_entries(roles), custom=entity.custom)
        for name, entity in catalogue.entities.items()
    }
    return catalogue.model_copy(update={"entities": entities})


def known_columns(roles: Mapping[str, str]) -> dict[str, Field]:
    """What is known of columns by their names alone."""
    return {entry.name: entry.field() for entry in _entries(roles)}


def _entries(roles: Mapping[str, str]) -> tuple[FieldEntry, ...]:
    taken = set(roles.values())
    usual = (
        entry.model_copy(update={"role": None}) if entry.role in taken else entry
        for entry in usual_columns()
        if entry.name not in roles
    )
    return (*(_entry(name, role) for name, role in roles.items()), *usual)


def _entry(name: str, role: str) -> FieldEntry:
    strictness = _CONSENT if role == "opt_out" else ()
    return FieldEntry(name=name, role=role, type=_TYPES.get(role, FieldType.TEXT), custom=True, strictness=strictness)


def must_have(app: str, where: str, names: Iterable[str], there: Iterable[str]) -> None:
    """Raises ``Rejected`` for the first of ``names`` that is not there, with the nearest right spelling."""
    columns = list(there)
    for name in names:
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; it has {', '.join(columns)}"
            raise Rejected(app, f"{where} has no column '{name}'{hint}", code="no_column")


def searchable(names: Sequence[str], roles: Mapping[str, str], lists: Iterable[str]) -> tuple[str, ...]:
    """The columns by which one can search: all that hold one thing; of a connector without fields, the usual keys."""
    known = known_columns(roles)
    several = {name for name, field in known.items() if field.type is FieldType.LIST} | set(lists)
    keys = [name for name, field in known.items() if field.role in {"email", "phone"}]
    return tuple(name for name in names or keys if name not in several)

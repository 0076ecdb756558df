"""What is known of one field of one entity of an app."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """The types that catalogues speak of."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    ENUM = "enum"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the catalogue, or the account itself, describes it.

    ``role`` is the shared meaning by which default mappings pair fields (``email``, ``first_name``, ``tags``…).
    ``strictness`` orders the values of a consent field from lenient to strict. ``writable_values`` is the part of
    ``values`` that the API lets one set (all of them when empty). ``normalise`` names what the app is known to do
    to a text it stores: ``lower``, ``trim``. ``max_length`` counts characters.
    """

    name: str
    type: FieldType = FieldType.TEXT
    role: str | None = None
    label: str = ""
    readable: bool = True
    writable: bool = True
    required: bool = False
    custom: bool = False
    max_length: int | None = None
    values: tuple[str, ...] = ()
    writable_values: tuple[str, ...] = ()
    strictness: tuple[str, ...] = ()
    normalise: tuple[str, ...] = ()

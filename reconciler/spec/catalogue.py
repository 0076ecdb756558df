"""What an app's entities and fields are, as data: the YAML file beside each app module.

The format, one file an app (``reconciler/connectors/apps/<app>.yaml``)::

    app: icontact                    # the name by which accounts and sides refer to the app
    label: iContact                  # as people write it
    entities:
      contacts:
        label: Contacts
        custom: ".*__c"              # optional: how the names of custom fields look (a full-match regex)
        custom_open: false           # true: any name that is not listed may be a custom field of the account
        extensions: "X-.+"           # optional: names of texts that any record may hold, though no account lists them
        fields:
          - {name: email, type: email, role: email, required: true, normalise: [lower, trim]}
          - {name: Title, role: title, label: Job title, max_length: 128}
          - name: status
            type: enum
            role: status
            values: [normal, donotcontact, bounced]
            writable_values: [donotcontact]          # all values when left out
            strictness: [normal, bounced, donotcontact]  # from lenient to strict
          - {name: createDate, type: datetime, writable: false}
          - {name: photo, readable: false}
          - {name: nickname, role: nickname, custom: true}   # not every account has it, so the account is asked

Only ``name`` must be said of a field. ``type`` is one of ``model.field.FieldType`` (``text`` when left out), ``role``
one of ``ROLES``; ``max_length`` counts characters; ``readable`` and ``writable`` are true and ``required`` is false
when left out; ``normalise`` names what the app does to a text that it stores (``lower``, ``trim``). ``values`` belong
to ``enum`` (and may belong to ``list``); a boolean consent field orders ``"true"`` and ``"false"`` in ``strictness``.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict

from reconciler.model.field import Field, FieldType
from reconciler.spec.document import read_document
from reconciler.spec.findings import validate

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ROLES = frozenset(
    {
        "email",
        "emails",
        "first_name",
        "last_name",
        "middle_name",
        "full_name",
        "prefix",
        "suffix",
        "nickname",
        "phone",
        "mobile",
        "phones",
        "home_phone",
        "fax",
        "company",
        "department",
        "title",
        "street",
        "street2",
        "city",
        "region",
        "postal_code",
        "country",
        "website",
        "birthday",
        "note",
        "tags",
        "lists",
        "status",
        "opt_out",
        "source",
        "owner",
    }
)


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"no role is called '{role}'; the roles are {', '.join(sorted(ROLES))}")
    return role


Role: TypeAlias = Annotated[str, AfterValidator(_known_role)]
"""One of ``ROLES``."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"this is not a regular expression: {error}") from error
    return pattern


class FieldEntry(BaseModel):
    """One line of ``fields:``; see the module's docstring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: FieldType = FieldType.TEXT
    role: Role | None = None
    label: str = ""
    readable: bool = True
    writable: bool = True
    required: bool = False
    custom: bool = False
    max_length: int | None = None
    values: tuple[str, ...] = ()
    writable_values: tuple[str, ...] = ()
    strictness: tuple[str, ...] = ()
    normalise: tuple[Literal["lower", "trim"], ...] = ()

    def field(self) -> Field:
        """The same, as the engine knows it."""
        return Field(**self.model_dump())


class Entity(BaseModel):
    """One contact type of an app. ``fields`` are those that every account has; custom ones are the account's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    entries: tuple[FieldEntry, ...] = pydantic.Field(alias="fields")
    custom: Annotated[str, AfterValidator(_compiles)] | None = None
    custom_open: bool = False
    extensions: Annotated[str, AfterValidator(_compiles)] | None = None

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The listed fields, in the order of the file."""
        return tuple(entry.field() for entry in self.entries)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The listed fields by name."""
        return {field.name: field for field in self.fields}

    def is_custom(self, name: str) -> bool:
        """Whether ``name`` looks like a custom field by the app's naming pattern."""
        return self.custom is not None and re.fullmatch(self.custom, name) is not None

    def is_extension(self, name: str) -> bool:
        """Whether any record may hold a text under ``name`` though neither catalogue nor account lists it."""
        return self.extensions is not None and re.fullmatch(self.extensions, name) is not None

    def with_role(self, role: str) -> Field | None:
        """The field that carries a role; the first where several do."""
        return next((field for field in self.fields if field.role == role), None)


class Catalogue(BaseModel):
    """An app's entities, by the name that a side's ``entity`` uses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app: str
    label: str
    entities: dict[str, Entity]


def load_catalogue(source: str | Traversable) -> Catalogue:
    """The catalogue written in a YAML text, or in the file behind a ``Traversable`` (or ``Path``).

    Raises:
        SpecError: the file is not a catalogue; every finding with its line.
    """
    name, text = ("catalogue", source) if isinstance(source, str) else (source.name, source.read_bytes())
    return validate(Catalogue, read_document(name, text))

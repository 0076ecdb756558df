"""What a check has at hand: the facts of the apps, the two sides with their fields, and a place for findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel

from reconciler.errors import Problem
from reconciler.model.connection import Origin
from reconciler.model.field import Field
from reconciler.model.record import Side
from reconciler.model.traits import Traits
from reconciler.spec.catalogue import Catalogue, Entity
from reconciler.spec.connection import ConnectionSpec
from reconciler.spec.document import Document
from reconciler.spec.findings import nearest, suggest

if TYPE_CHECKING:
    from reconciler.spec.document import Loc


_TYPO = 0.75
"""How like a standard field a name must be to count as a slip of the fingers, where any name may be a custom field."""


@dataclass(frozen=True, slots=True)
class AppFacts:
    """What the check must know of an app. ``traits`` are by entity; an entity without them is not asked for any.
    ``tailor`` makes of an account's options what is different there."""

    catalogue: Catalogue
    credentials: type[BaseModel]
    options: type[BaseModel]
    traits: Mapping[str, Traits] = field(default_factory=dict)
    base_url: str | None = None
    tailor: Callable[[AppFacts, Mapping[str, object]], AppFacts] | None = field(default=None, compare=False)

    def with_options(self, options: Mapping[str, object]) -> AppFacts:
        """The same app as an account with these (valid) options has it."""
        return self if self.tailor is None else self.tailor(self, options)


@dataclass(slots=True)
class Findings:
    """Problems and warnings of one document, each at its place."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, loc: Loc, message: str, hint: str = "", *, key: bool = False) -> None:
        """The spec cannot be used like this."""
        self.problems.append(self.document.problem(loc, message, hint, key=key))

    def warn(self, loc: Loc, message: str, hint: str = "", *, key: bool = False) -> None:
        """It can, but probably says something else than was meant."""
        self.warnings.append(self.document.problem(loc, message, hint, key=key, warning=True))

    def origin(self, loc: Loc, text: str) -> Origin:
        """Where something was said."""
        return Origin(self.document.file, self.document.place(loc, key=True).line, text)


@dataclass(frozen=True, slots=True)
class SideScope:
    """One side of one connection. ``custom`` are the account's own fields, None while nobody has asked it."""

    name: str
    app: str
    entity_name: str
    entity: Entity
    traits: Traits | None
    custom: tuple[Field, ...] | None = None

    def names(self) -> list[str]:
        """Every field name that is known here."""
        return [*self.entity.by_name, *(field.name for field in self.custom or ())]

    def find(self, name: str) -> Field | None:
        """A field by name: the catalogue's, the account's own, or one that may be custom by its name."""
        known = self.entity.by_name.get(name) or next((one for one in self.custom or () if one.name == name), None)
        if known is None and self.entity.is_extension(name):
            return Field(name)
        if known is None and self.custom is None and self._may_be_custom(name):
            return Field(name, custom=True)
        return known

    def _may_be_custom(self, name: str) -> bool:
        if self.entity.is_custom(name):
            return True
        numbered = name.rstrip("0123456789_") in self.entity.by_name  # phone2 beside phone is no typo
        return self.entity.custom_open and (numbered or nearest(name, self.entity.by_name, _TYPO) is None)

    def guessed(self, field: Field) -> bool:
        """Whether only the name of this field is known."""
        return field.custom and self.custom is None and field.name not in self.entity.by_name

    def lookup(self, name: str, findings: Findings, loc: Loc, *, key: bool = False) -> Field | None:
        """``find``, with a finding where there is no such field, or where one is only believed to exist."""
        found = self.find(name)
        if found is None:
            message = f"{self.app} {self.entity_name} have no field '{name}' (side '{self.name}')"
            findings.error(loc, message, suggest(name, self.names()), key=key)
        elif self.guessed(found) and not self.entity.is_custom(name):
            message = f"'{name}' is not a standard field of {self.app} {self.entity_name}"
            findings.warn(loc, message, "it is taken for a custom field of the account, which will be asked", key=key)
        return found


@dataclass(frozen=True, slots=True)
class Context:
    """One connection under check."""

    spec: ConnectionSpec
    findings: Findings
    left: SideScope
    right: SideScope

    def scope(self, side: Side) -> SideScope:
        """The scope of an end."""
        return self.left if side is Side.LEFT else self.right

    def side(self, name: str, loc: Loc) -> Side | None:
        """The end that the user calls ``name``, with a finding where there is none."""
        names = {self.left.name: Side.LEFT, self.right.name: Side.RIGHT}
        if name not in names:
            self.findings.error(loc, f"no side is called '{name}'", suggest(name, names))
        return names.get(name)

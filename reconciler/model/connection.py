"""A connection as the engine consumes it: every name resolved, every default decided, every origin kept.

``reconciler.spec`` builds this from YAML and catalogues; nothing in here is optional guesswork any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.field import Field
from reconciler.model.record import Side, Value


class Direction(StrEnum):
    """Where a connection or a mapping lets values flow."""

    BOTH = "<->"
    TO_RIGHT = "->"
    TO_LEFT = "<-"


class Policy(StrEnum):
    """Who wins a field when both sides changed, or differ on first contact."""

    LEFT = "left"
    RIGHT = "right"
    NEWEST = "newest"
    NON_EMPTY = "non_empty"
    UNION = "union"
    STRICTEST = "strictest"
    HOLD = "hold"


class OnClear(StrEnum):
    """What a value cleared since the base does to the other side."""

    IGNORE = "ignore"
    PROPAGATE = "propagate"
    HOLD = "hold"


class Drift(StrEnum):
    """What happens to a foreign change on the receiving side of a one-way field."""

    CORRECT = "correct"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the specs something was said. ``line`` counts from 1; 0 where a default speaks."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Test:
    """One question to one field. ``op`` is one of the filter operators; ``operand`` is already of the field's type."""

    field: Field
    op: str
    operand: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (true when empty)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Linked:
    """The contact has (or has not) a counterpart on the other side."""

    wanted: bool


Condition: TypeAlias = "Test | All | AnyOf | Not | Linked"


@dataclass(frozen=True, slots=True)
class SetField:
    """Rule action: the counterpart's field holds this constant while the rule holds."""

    field: Field
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """Rule action: the counterpart's list field contains (or lacks) these items while the rule holds."""

    field: Field
    items: tuple[str, ...]
    present: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """IF a contact on ``source`` looks like ``when`` THEN it is in sync, and its counterpart gets ``actions``."""

    name: str
    source: Side
    when: Condition
    create: bool
    origin: Origin
    actions: tuple[SetField | Membership, ...] = ()
    revert: bool = False


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One arrow between fields; ``via`` names a transform, ``options`` are its settings (an enum map, a region)."""

    left: tuple[Field, ...]
    right: tuple[Field, ...]
    direction: Direction
    policy: Policy
    origin: Origin
    via: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    on_clear: OnClear = OnClear.IGNORE
    drift: Drift = Drift.CORRECT


@dataclass(frozen=True, slots=True)
class Key:
    """One match key: the field on either side whose canonical forms are compared."""

    left: Field
    right: Field


@dataclass(frozen=True, slots=True)
class Limit:
    """A change budget for one verb: a share of the established links (0..1) or an absolute number."""

    verb: str
    share: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """One side of a connection: its user-given name and what it points at."""

    name: str
    app: str
    account: str
    entity: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Two ends, what is matched, what is in sync, what flows, and what must never happen.

    ``digest`` changes whenever the meaning of the spec changes (not its comments); ``every`` is in seconds;
    ``region`` is the ISO 3166 country assumed for phone numbers without a country code.
    """

    name: str
    left: End
    right: End
    direction: Direction
    keys: tuple[Key, ...]
    rules: tuple[Rule, ...]
    mappings: tuple[FieldMapping, ...]
    limits: tuple[Limit, ...]
    digest: str
    origin: Origin
    description: str = ""
    every: float = 300.0
    paused: bool = False
    create_without_key: bool = False
    region: str | None = None

    def end(self, side: Side) -> End:
        """The end on ``side``."""
        return self.left if side.value == "left" else self.right

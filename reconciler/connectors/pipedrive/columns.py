"""How a field is read from a row and written into a body: what the persons and the leads of an account share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from reconciler.connectors.pipedrive import points
from reconciler.connectors.pipedrive.api import Row, moment_of
from reconciler.errors import Denied, Rejected
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Value

if TYPE_CHECKING:
    from collections.abc import Iterable


APP = "pipedrive"
Read: TypeAlias = Callable[["Row"], "Value"]
Write: TypeAlias = Callable[["Writing", "Value"], None]


@dataclass(slots=True)
class Writing:
    """One body in the making. ``current`` is the record as it is stored (empty for a new one), ``old`` the values that
    the plan was made from, by field; ``before`` is the one of the field that is being written."""

    current: Mapping[str, object] = field(default_factory=dict)
    old: Mapping[str, Value] = field(default_factory=dict)
    body: Row = field(default_factory=dict)
    before: Value = None

    def latest(self, key: str) -> object:
        """What this key will hold: as far as it is written here already, else as it is stored."""
        return self.body.get(key, self.current.get(key))


@dataclass(frozen=True, slots=True)
class Column:
    """``read`` raises ``KeyError`` where the app did not return the field. ``write`` raises ``Rejected``. ``merges``
    says that it needs the record as it is stored; ``code`` is the app's own key of a custom field. An ``inner`` one is
    a part of another's value, and is written after it."""

    field: Field
    read: Read
    write: Write | None = None
    merges: bool = False
    code: str = ""
    inner: bool = False


def values_of(columns: Mapping[str, Column], row: Row) -> dict[str, Value]:
    """The values that a row has of these columns."""
    values: dict[str, Value] = {}
    for name, column in columns.items():
        try:
            values[name] = column.read(row)
        except KeyError:
            continue
    return values


def body_of(columns: Mapping[str, Column], values: Mapping[str, Value], writing: Writing) -> Row:
    """The body that writes these values; whole lists before the entries that may be in them. Raises ``Rejected``."""
    for name in sorted(values, key=lambda one: (columns[one].inner, columns[one].field.type is not FieldType.LIST)):
        write = columns[name].write
        if write is None:
            raise Rejected(APP, f"{name} cannot be written", code="read_only")
        writing.before = writing.old.get(name)
        write(writing, values[name])
    return writing.body


def chosen(columns: dict[str, Column], names: Iterable[str]) -> dict[str, Column]:
    """The columns of these names; a custom field may also be called by its key. Raises ``Denied``."""
    by_code = {column.code: column for column in reversed(columns.values()) if column.code}  # the whole, not a part
    missing = [name for name in names if name not in columns and name not in by_code]
    if missing:
        raise Denied(APP, f"this account has no field {', '.join(missing)}", code="no_such_field")
    return {name: columns[name] if name in columns else by_code[name] for name in names}


# -- reading


def text(key: str) -> Read:
    """A text, or a number or an id as text."""

    def read(row: Row) -> Value:
        raw = row[key]
        return None if raw is None or raw == "" else str(raw)

    return read


def plain(key: str) -> Read:
    """A number or a boolean as it is."""

    def read(row: Row) -> Value:
        raw = row[key]
        return raw if isinstance(raw, bool | int | float) else None

    return read


def moment(key: str) -> Read:
    """A moment as ISO 8601 text, to the second."""

    def read(row: Row) -> Value:
        told = moment_of(row[key])
        return told.replace(microsecond=0).isoformat() if told else None

    return read


def part(key: str, inner: str) -> Read:
    """A text or a number inside an object."""

    def read(row: Row) -> Value:
        whole = row[key]
        raw = whole.get(inner) if isinstance(whole, dict) else None
        return raw if isinstance(raw, str | int | float) and raw != "" else None

    return read


def one_point(key: str, kind: str) -> Read:
    """The shown address or number of a kind."""
    return lambda row: points.shown(points.entries(row[key]), kind)


def all_points(key: str) -> Read:
    """All addresses or numbers."""
    return lambda row: points.every(points.entries(row[key]))


# -- writing


def as_is(key: str) -> Write:
    """The value itself; null clears."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = value

    return write


def flag(key: str) -> Write:
    """A yes or no; there is no empty one."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = bool(value)

    return write


def as_whole(key: str, name: str) -> Write:
    """An id or a number of a list, which can be replaced, not cleared."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = integer(value, name)

    return write


def as_object(key: str) -> Write:
    """A text that is the value of an object; null clears."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = None if value is None else {"value": value}

    return write


def write_point(key: str, kind: str) -> Write:
    """One address or number; the others are kept."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = points.with_shown(points.entries(writing.latest(key)), kind, value)

    return write


def write_points(key: str) -> Write:
    """All addresses or numbers; what the plan did not know of is kept."""

    def write(writing: Writing, value: Value) -> None:
        writing.body[key] = points.with_every(points.entries(writing.latest(key)), value, writing.before)

    return write


def integer(value: Value, name: str) -> int:
    """A number that the app takes as a number only. Raises ``Rejected``."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise Rejected(APP, f"{name} must be the number of one that exists", code="not_an_id")

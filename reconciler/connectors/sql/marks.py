"""Where a delta begins: by the transaction that wrote a row, or by a column that says when.

A transaction that began before a read may commit after it, and its rows then carry older stamps than what was read.
PostgreSQL tells which transactions were still open (the horizon): whatever they or later ones wrote is read again, so
nothing is missed however late they commit. A column of stamps has nothing of that kind; a delta by it reads back
``overlap`` further than the newest stamp it saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import BigInteger, Column, ColumnElement, String, cast, column, func, literal, or_, select
from sqlalchemy.dialects.postgresql import OID

from reconciler.connectors.sql.failures import APP
from reconciler.connectors.sql.table import Shape, Xid
from reconciler.connectors.tabular.words import NoFit, as_moment
from reconciler.errors import CursorExpired
from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.connectors.sql.values import Codec
    from reconciler.model.record import Value

_ROUND = 2**32
_FAR = 2**31 - 10**7
_UNIX = 10**8
"""An integer from here on is taken for the seconds (from a thousand times that on, milliseconds) since 1970."""

_MILLI = 1000


class Marks(Protocol):
    """One way to tell what changed."""

    def take(self, connection: Connection) -> str:
        """A cursor for what is written from now on."""
        ...

    def since(self, connection: Connection, cursor: str) -> ColumnElement[bool] | None:
        """What rows have to fulfil to be read from this cursor (None: all). Raises ``CursorExpired``."""
        ...


def marks_of(shape: Shape, overlap: int) -> Marks | None:
    """The best way that the table offers; None where nothing tells what changed."""
    if shape.version is not None:
        return ByTransaction(shape, shape.version)
    return None if shape.modified is None else ByStamp(shape, shape.modified, overlap)


@dataclass(frozen=True, slots=True)
class ByTransaction:
    """A cursor is ``xid``, the cluster, the table's number, and the oldest transaction that was open."""

    shape: Shape
    version: ColumnElement[Any]

    def take(self, connection: Connection) -> str:
        """The horizon now."""
        place, oldest, _ = self._now(connection)
        return f"xid {place} {oldest}"

    def since(self, connection: Connection, cursor: str) -> ColumnElement[bool]:
        """Rows of transactions that are not older than the cursor's horizon. Numbers of transactions come round, so a
        horizon that is too far back, or lies ahead (a restored copy), is none."""
        place, _, newest = self._now(connection)
        word, _, rest = cursor.partition(" ")
        then, _, number = rest.rpartition(" ")
        if (word, then) != ("xid", place) or not number.isdecimal() or not 0 <= newest - int(number) < _FAR:
            raise CursorExpired(APP, "the cursor is not one of this table, or is too old")
        horizon = cast(literal(str(int(number) % _ROUND), String), Xid())
        return func.age(self.version) <= func.age(horizon)

    def _now(self, connection: Connection) -> tuple[str, int, int]:
        quoted = connection.dialect.identifier_preparer.format_table(self.shape.table)
        snapshot = func.pg_current_snapshot()
        oldest, newest = (
            cast(cast(edge(snapshot), String), BigInteger) for edge in (func.pg_snapshot_xmin, func.pg_snapshot_xmax)
        )
        cluster = select(column("system_identifier")).select_from(func.pg_control_system()).scalar_subquery()
        number = cast(func.to_regclass(quoted), OID)
        row = connection.execute(select(cluster, cast(number, BigInteger), oldest, newest)).one()
        return f"{row[0]} {row[1]}", row[2], row[3]


@dataclass(frozen=True, slots=True)
class ByStamp:
    """A cursor is ``at``, the column's name, and the newest stamp that was there (``-``: none)."""

    shape: Shape
    stamp: Column[Any]
    overlap: int

    def take(self, connection: Connection) -> str:
        """The newest stamp; a moment that lies in the future is no measure."""
        newest = select(func.max(self.stamp))
        if self._codec.type is not FieldType.INTEGER:
            newest = newest.where(self.stamp <= func.current_timestamp())
        value = self._codec.to_value(connection.scalar(newest))
        return f"at {self.stamp.name} {'-' if value is None else value}"

    def since(self, connection: Connection, cursor: str) -> ColumnElement[bool] | None:
        """Rows stamped later than ``overlap`` before the cursor, and those without a stamp."""
        del connection
        mark = cursor.removeprefix(f"at {self.stamp.name} ")
        if mark == "-":
            return None
        try:
            bound = self._less(mark)
        except ValueError:
            raise CursorExpired(APP, "the cursor is not one of this column") from None
        return or_(self.stamp >= bound, self.stamp.is_(None))

    @property
    def _codec(self) -> Codec:
        return self.shape.codecs[self.stamp.name]

    def _less(self, mark: str) -> object:
        """The stamp minus the overlap, as the column holds it. Raises ``ValueError``."""
        if self._codec.type is FieldType.INTEGER:
            return int(mark) - self.overlap * (_MILLI if int(mark) >= _UNIX * _MILLI else 1)
        moment = datetime.fromisoformat(mark).replace(microsecond=0) - timedelta(seconds=self.overlap)
        text = moment.replace(tzinfo=None).isoformat(" ")
        return text if self._codec.type is FieldType.TEXT else self._codec.to_column(text)


def moment_of(value: Value) -> datetime | None:
    """When, by a stamp as it was read; None for a number that only counts."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        seconds = value / (_MILLI if value >= _UNIX * _MILLI else 1)
        return datetime.fromtimestamp(seconds, UTC) if value >= _UNIX else None
    try:
        return as_moment(value)
    except NoFit:
        return None

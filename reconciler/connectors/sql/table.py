"""The table as the database describes it, and what the account's options make of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table, func, select, table
from sqlalchemy import column as named
from sqlalchemy.types import NullType, UserDefinedType

from reconciler.connectors.sql.failures import APP
from reconciler.connectors.sql.unique import must_be_unique
from reconciler.connectors.sql.values import Codec, bare, codec_of
from reconciler.connectors.tabular.columns import known_columns, must_have
from reconciler.errors import Rejected
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from reconciler.connectors.sql.options import Options

_KEYS = {FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER}
_LISTS = {"tags", "lists", "emails", "phones"}
_ORDINARY = "r"


class Xid(UserDefinedType[str]):
    """PostgreSQL's number of a transaction."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Its name in SQL."""
        return "xid"


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it is worked with. ``codecs`` are of the columns that can be fields, ``version`` is the transaction
    that wrote a row (PostgreSQL)."""

    table: Table
    key: Column[Any]
    codecs: Mapping[str, Codec]
    fields: tuple[Field, ...]
    modified: Column[Any] | None
    deleted: Column[Any] | None
    version: Column[Any] | None

    @property
    def writable(self) -> frozenset[str]:
        """The columns that may be written."""
        return frozenset(field.name for field in self.fields if field.writable)

    @property
    def stamped(self) -> bool:
        """Whether writes set ``modified`` themselves: a table's moment, and nothing that the database computes."""
        stamp = self.modified
        if stamp is None or not self.table.primary_key.columns or stamp.computed is not None:
            return False
        return self.codecs[stamp.name].type is FieldType.DATETIME

    @property
    def flagged(self) -> bool:
        """Whether ``deleted`` says yes or no, and not since when."""
        return self.deleted is not None and self.codecs[self.deleted.name].type in {
            FieldType.BOOLEAN,
            FieldType.INTEGER,
        }


def look_at(connection: Connection, options: Options) -> Shape:
    """The table by reflection. Raises ``Rejected`` where table, key or a named column is not there, or is not as the
    options want it."""
    schema, name = options.place
    found = Table(name, MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
    must_have(APP, f"the table '{name}'", options.named, found.c.keys())
    if options.upsert_on:
        must_be_unique(connection, found, options.upsert_on)
    codecs = _codecs(found, options, loose=connection.dialect.name == "sqlite")
    key = _key(found, options, codecs)
    fields = tuple(_field(one, found.c[one], codec, options) for one, codec in codecs.items())
    for one, codec in codecs.items():
        if codec.raw:
            found.c[one].type = NullType()
    for column in found.primary_key.columns:
        column.nullable = False  # SQLite does not say so of its row numbers
    return Shape(
        found,
        key,
        codecs,
        fields,
        modified=_special(found, options.modified, codecs),
        deleted=_special(found, options.deleted, codecs),
        version=_version(connection, found),
    )


def _codecs(found: Table, options: Options, *, loose: bool) -> dict[str, Codec]:
    known = known_columns(options.roles)
    codecs: dict[str, Codec] = {}
    for column in found.c:
        name = str(column.name)  # plain: SQLAlchemy's own kind of text can be stored nowhere
        role = known[name].role if name in known else None
        several = name in options.lists or role in _LISTS
        codec = codec_of(column, several=several, separator=options.separator, loose=loose)
        if codec is not None:
            longest = None if loose else getattr(bare(column), "length", None)
            codecs[name] = replace(codec, empty=_nothing(column, codec), longest=longest)
        elif name in options.lists:
            raise Rejected(APP, f"the column '{name}' cannot hold a list", code="no_list")
    return codecs


def _nothing(column: Column[Any], codec: Codec) -> object:
    """NULL; where that is not allowed but the column fills itself, an empty text or list."""
    if column.nullable or column.server_default is None:
        return None
    if codec.type is FieldType.LIST:
        return codec.write(())
    return "" if codec.type is FieldType.TEXT else None


def _key(found: Table, options: Options, codecs: Mapping[str, Codec]) -> Column[Any]:
    columns = [found.c[options.key]] if options.key else list(found.primary_key.columns)
    if len(columns) != 1:
        raise Rejected(
            APP, f"say which column tells the rows of '{found.name}' apart: options: {{key: …}}", code="no_key"
        )
    codec = codecs.get(columns[0].name)
    if codec is None or codec.type not in _KEYS or codec.raw:
        raise Rejected(APP, f"the column '{columns[0].name}' is neither text nor a whole number nor a UUID, and cannot "
                            "be the key", code="no_key")  # fmt: skip
    return columns[0]


def _special(found: Table, name: str | None, codecs: Mapping[str, Codec]) -> Column[Any] | None:
    if name is None:
        return None
    if name not in codecs or codecs[name].type not in {
        FieldType.DATETIME,
        FieldType.DATE,
        FieldType.INTEGER,
        FieldType.BOOLEAN,
        FieldType.TEXT,
    }:
        raise Rejected(APP, f"the column '{name}' is of a type that says neither when nor whether", code="no_moment")
    return found.c[name]


def _field(name: str, column: Column[Any], codec: Codec, options: Options) -> Field:
    known = known_columns(options.roles).get(name, Field(name))
    made = column.computed is not None or (column.identity is not None and column.identity.always)
    own = {options.modified, options.deleted}
    free = name not in own and not column.primary_key and name != options.key
    open_ = free if options.writable is None else name in options.writable
    writable = open_ and not made
    fills_itself = column.nullable or column.server_default is not None or column.identity is not None
    return replace(
        known,
        type=_type(codec, known),
        custom=True,
        writable=writable,
        required=writable and not fills_itself,
        max_length=getattr(bare(column), "length", None) if codec.type is FieldType.TEXT else None,
        values=tuple(getattr(bare(column), "enums", ())) if codec.type is FieldType.ENUM else (),
    )


def _type(codec: Codec, known: Field) -> FieldType:
    """A text may be an address or a number by its role; everything else is what its column says."""
    return known.type if codec.type is FieldType.TEXT and _is_a_text(known.type) else codec.type


def _is_a_text(kind: FieldType) -> bool:
    return kind in {FieldType.EMAIL, FieldType.PHONE, FieldType.URL}


def _version(connection: Connection, found: Table) -> Column[Any] | None:
    """PostgreSQL says of each row of an ordinary table which transaction wrote it; other databases, views and foreign
    tables do not."""
    if connection.dialect.name != "postgresql":
        return None
    quoted = connection.dialect.identifier_preparer.format_table(found)
    kind: Select[Any] = (
        select(named("relkind")).select_from(table("pg_class")).where(named("oid") == func.to_regclass(quoted))
    )
    if connection.scalar(kind) != _ORDINARY:
        return None
    version = Column("xmin", Xid(), system=True)
    found.append_column(version)
    return version

"""What a database's errors ask for: tables by SQLSTATE, by SQLite's names, and by kind for every other database.

Their words often repeat what was sent, so only names of constraints and columns are taken from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchTableError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeoutError,
)

from reconciler.errors import AppError, Denied, Rejected, Retryable
from reconciler.model.outcome import Refused

APP = "sql"


class RowRefused(Exception):
    """The database refuses something about the rows of a batch; with one row, about that one."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Row:
    """A refusal that concerns a row: its code and its words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class _All:
    """A failure that concerns every row."""

    kind: type[AppError]
    words: str


_NOT_NULL = _Row("not_null", "the column must not be empty")
_FOREIGN = _Row("foreign_key", "the row that this refers to is not there, or other rows refer to this one")
_UNIQUE = _Row("unique", "another row has the same value already")
_CHECK = _Row("check", "a check of the database refuses the value")
_LENGTH = _Row("too_long", "the value is too long for the column")
_UNFIT = _Row("not_a_value", "the value does not fit the column's type")
_CONSTRAINT = _Row("constraint", "a constraint of the database refuses it")
_TRIGGER = _Row("trigger", "a trigger of the database refuses it")
_RIGHTS = _All(Denied, "this user lacks a permission; grant what the account's page lists")
_READ_ONLY = _All(Denied, "this cannot be written; map to other columns, or say writable: []")
_LOGIN = _All(Denied, "the database refuses this user, password or database name; check the credential 'url'")
_BUSY = _All(Retryable, "the database is busy or could not be reached")
_SCHEMA = _All(Rejected, "the table, or a column of it, is not (or no longer) as it was described")

_STATES: dict[str, _Row | _All] = {
    "23502": _NOT_NULL,
    "23503": _FOREIGN,
    "23001": _FOREIGN,
    "23505": _UNIQUE,
    "23P01": _UNIQUE,
    "23514": _CHECK,
    "22001": _LENGTH,
    "23": _CONSTRAINT,
    "22": _UNFIT,
    "44": _Row("check", "the view does not show rows like this one"),
    "428C9": _Row("read_only", "the database makes this column itself"),
    "P0": _TRIGGER,
    "42501": _RIGHTS,
    "25006": _READ_ONLY,
    "55000": _READ_ONLY,
    "0A": _READ_ONLY,
    "28": _LOGIN,
    "3D": _LOGIN,
    "42": _SCHEMA,
}
"""By SQLSTATE, or by its class (the first two characters); the rest is ``_BUSY``."""

_SQLITE: dict[str, _Row | _All] = {
    "SQLITE_CONSTRAINT_NOTNULL": _NOT_NULL,
    "SQLITE_CONSTRAINT_FOREIGNKEY": _FOREIGN,
    "SQLITE_CONSTRAINT_UNIQUE": _UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": _UNIQUE,
    "SQLITE_CONSTRAINT_ROWID": _UNIQUE,
    "SQLITE_CONSTRAINT_CHECK": _CHECK,
    "SQLITE_CONSTRAINT_TRIGGER": _TRIGGER,
    "SQLITE_CONSTRAINT_DATATYPE": _UNFIT,
    "SQLITE_MISMATCH": _UNFIT,
    "SQLITE_TOOBIG": _LENGTH,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": _All(Denied, "the database file cannot be opened"),
    "SQLITE_PERM": _RIGHTS,
    "SQLITE_AUTH": _RIGHTS,
    "SQLITE_NOTADB": _All(Denied, "the file is not a database"),
    "SQLITE_CORRUPT": _All(Denied, "the database file is damaged"),
    "SQLITE_ERROR": _SCHEMA,
}
_KINDS: tuple[tuple[type[SQLAlchemyError], _Row | _All], ...] = (
    (IntegrityError, _CONSTRAINT),
    (DataError, _UNFIT),
    (ProgrammingError, _SCHEMA),
)
_LOGIN_WORDS = re.compile(r"authentication failed|does not exist|pg_hba\.conf|not permitted|no password")
_VIEW_WORDS = re.compile(r"because it is a view|readonly database")
_NAMES = re.compile(r"constraint failed: ([\w.,\s]{1,120})$", re.ASCII)


def judge(error: SQLAlchemyError) -> AppError | RowRefused:
    """What to raise instead: never with the database's own words, which may repeat a value."""
    if isinstance(error, NoSuchTableError):
        return Rejected(APP, f"there is no table or view '{error}' that this user can see", code="no_table")
    if isinstance(error, PoolTimeoutError):
        return Retryable(APP, "all connections to the database are in use", code="busy")
    if not isinstance(error, DBAPIError):
        return Rejected(APP, f"the database cannot do what was asked ({type(error).__name__})", code="unsupported")
    verdict, code = _verdict(error), _code(error)
    column, names = _names(error)
    if isinstance(verdict, _Row):
        message = f"{verdict.words}{f' ({names})' if names else ''}"
        return RowRefused(Refused(verdict.code, f"{APP}: {message}", field=column))
    return verdict.kind(APP, f"{verdict.words}{f' ({code})' if code else ''}", code=code or "database")


def lost(error: DBAPIError) -> bool:
    """Whether the connection broke, so that nobody knows what became of a commit."""
    return error.connection_invalidated or isinstance(error, InterfaceError)


def _code(error: DBAPIError) -> str:
    raw = error.orig
    return getattr(raw, "sqlstate", None) or getattr(raw, "sqlite_errorname", None) or ""


def _verdict(error: DBAPIError) -> _Row | _All:
    raw, words = error.orig, str(error.orig)
    if name := getattr(raw, "sqlite_errorname", None):
        if _VIEW_WORDS.search(words):
            return _READ_ONLY
        return _SQLITE.get(name) or _SQLITE.get("_".join(name.split("_")[:2])) or _BUSY
    if state := getattr(raw, "sqlstate", None):
        return _STATES.get(state) or _STATES.get(state[:2]) or _BUSY
    for kind, verdict in _KINDS:
        if isinstance(error, kind):
            return verdict
    return _LOGIN if _LOGIN_WORDS.search(words) else _BUSY


def _names(error: DBAPIError) -> tuple[str | None, str]:
    """The column that is meant, where one is; and the constraint, or the columns, by name."""
    if (diagnosis := getattr(error.orig, "diag", None)) is not None:
        column = diagnosis.column_name
        return column, diagnosis.constraint_name or column or ""
    found = _NAMES.search(str(error.orig))
    names = found[1].strip() if found else ""
    column = names.rpartition(".")[2] if "." in names and "," not in names else None
    return column, names

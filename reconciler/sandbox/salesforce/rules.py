"""What Salesforce accepts in a field that is written, in which form it keeps it, and how it words a refusal."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce.errors import ApiError, no_column
from reconciler.sandbox.salesforce.ids import complete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.salesforce.fields import Column
    from reconciler.sandbox.salesforce.table import Table

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z0-9-]{2,}")


def accepted(table: Table, sent: Mapping[str, object], *, creating: bool) -> dict[str, object]:
    """The fields of ``sent`` in the form in which they are kept; None clears. Raises ``ApiError``."""
    kept: dict[str, object] = {}
    for name, value in sent.items():
        column = table.column(name)
        if column is None:
            raise no_column(name, table.entity)
        if not (column.create if creating else column.update):
            raise _read_only(column)
        kept[column.name] = _kept(column, value)
    _check_required(table, kept, creating=creating)
    if creating:
        defaults = {name: one.default for name, one in table.columns.items() if one.default is not None}
        kept = defaults | {name: value for name, value in kept.items() if value is not None}
    return kept


def _read_only(column: Column) -> ApiError:
    return ApiError(
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {column.name}. Please check the security settings of this field and verify "
        "that it is read/write for your profile or permission set.",
        (column.name,),
    )


def _check_required(table: Table, kept: Mapping[str, object], *, creating: bool) -> None:
    missing = [
        name
        for name, column in table.columns.items()
        if column.required and (kept.get(name) is None if creating else name in kept and kept[name] is None)
    ]
    if missing:
        text = f"Required fields are missing: [{', '.join(missing)}]"
        raise ApiError(400, "REQUIRED_FIELD_MISSING", text, tuple(missing))


def _kept(column: Column, value: object) -> object:
    keep = _KEEP.get(column.type, _text)
    if isinstance(value, str) and column.type != "boolean":
        value = value.strip() or None
    if value is None and column.type != "boolean":
        return None
    return keep(column, value)


def _text(column: Column, value: object) -> object:
    if isinstance(value, bool | dict | list) or not isinstance(value, str | int | float):
        raise _unreadable("string", value)
    text = str(value)
    if column.length and len(text) > column.length:
        message = f"{column.label}: data value too large: {text} (max length={column.length})"
        raise ApiError(400, "STRING_TOO_LONG", message, (column.name,))
    return text


def _email(column: Column, value: object) -> object:
    text = str(_text(column, value))
    if not _EMAIL.fullmatch(text):
        raise ApiError(400, "INVALID_EMAIL_ADDRESS", f"{column.label}: invalid email address: {text}", (column.name,))
    return text.lower()


def _picklist(column: Column, value: object) -> object:
    text = _text(column, value)
    if column.restricted and text not in column.values:
        message = f"bad value for restricted picklist field: {text}"
        raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (column.name,))
    return text


def _boolean(column: Column, value: object) -> object:
    if value in (True, False) and isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in {"true", "false"}:
        return value.casefold() == "true"
    message = f"{column.label}: value not of required type: {value}"
    raise ApiError(400, "INVALID_TYPE_ON_FIELD_IN_RECORD", message, (column.name,))


def _number(column: Column, value: object) -> object:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None:
        raise _unreadable(column.type, value)
    return int(number) if number.is_integer() else number


def _date(_column: Column, value: object) -> object:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _unreadable("date", value) from None


def _datetime(_column: Column, value: object) -> object:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _unreadable("datetime", value) from None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _reference(column: Column, value: object) -> object:
    full = complete(str(value))
    if full is None:
        message = f"{column.label}: id value of incorrect type: {value}"
        raise ApiError(400, "MALFORMED_ID", message, (column.name,))
    return full


def _unreadable(kind: str, value: object) -> ApiError:
    shape = {bool: "VALUE_TRUE" if value else "VALUE_FALSE", dict: "START_OBJECT", list: "START_ARRAY"}
    found = shape.get(type(value), "VALUE_STRING")
    message = (
        f"Cannot deserialize instance of {kind} from {found} value {value} or request may be missing a required field"
    )
    return ApiError(400, "JSON_PARSER_ERROR", message)


_KEEP: dict[str, Callable[[Column, object], object]] = {
    "email": _email,
    "picklist": _picklist,
    "boolean": _boolean,
    "int": _number,
    "double": _number,
    "currency": _number,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
}

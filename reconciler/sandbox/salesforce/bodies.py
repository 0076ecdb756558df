"""What requests say besides their path: a JSON object, a field list, a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.salesforce.errors import ApiError, no_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.salesforce.table import Table
    from reconciler.sandbox.wire import Call


def json_object(call: Call) -> dict[str, object]:
    """The body as an object. Raises ``ApiError`` JSON_PARSER_ERROR."""
    try:
        body = call.json()
    except msgspec.DecodeError as error:
        raise ApiError(400, "JSON_PARSER_ERROR", f"The HTTP entity body could not be read: {error}") from None
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be an object")
    return body


def without_attributes(record: dict[str, object]) -> dict[str, object]:
    """A record's fields alone."""
    return {name: value for name, value in record.items() if name != "attributes"}


def chosen(table: Table, names: Iterable[str]) -> list[str]:
    """Fields by name in any case, in the object's spelling. Raises ``ApiError`` INVALID_FIELD."""
    columns = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise no_column(name, table.entity)
        columns.append(column.name)
    return columns


def allows_duplicates(call: Call) -> bool:
    """Whether the caller said that duplicate rules shall not stop it."""
    return "allowsave=true" in call.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").casefold()


def is_true(text: object) -> bool:
    """A flag from a query string or a body."""
    return text is True or (isinstance(text, str) and text.casefold() == "true")

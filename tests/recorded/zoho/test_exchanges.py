"""What Zoho CRM really answered goes through the connector's shapes. Where nothing is kept, nothing is replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.connectors.dialect import Response
from reconciler.connectors.zoho.api import RowResult, Rows, explain
from reconciler.connectors.zoho.schema import Fields, reader
from tests.recorded import exchanges

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = sorted(path.name for path in exchanges._FOLDER.glob("zoho*.json"))


def bodies(name: str) -> Iterator[dict[str, Any]]:
    """Every answer in a file: a body by itself, or a list of exchanges."""
    kept = exchanges.recorded(name)
    for one in kept if isinstance(kept, list) else [kept]:
        body = one.get("response", one)
        if isinstance(body, dict):
            yield body


def read(body: dict[str, Any]) -> object:
    """An answer as the connector reads it."""
    if "fields" in body:
        columns = msgspec.convert(body, Fields).columns()
        return [(column.field(None), reader(column)(None)) for column in columns.values()]
    if "data" in body and all("id" in row for row in body["data"]):
        return msgspec.convert(body, Rows).data
    if "data" in body:
        return msgspec.convert(body["data"], list[RowResult])
    return explain(Response("zoho", 400, {}, msgspec.json.encode(body), ""))[0] if "code" in body else body


@pytest.mark.parametrize("name", NAMES)
def test_a_real_answer_is_understood(name: str) -> None:
    assert [read(body) for body in bodies(name)]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": [{"api_name": "Email", "data_type": "email", "unique": {}, "external": None}]},
        {"data": [{"id": "1", "Owner": {"id": "2"}}], "info": {"count": 1, "more_records": False, "page": 1}},
        {"data": [{"code": "SUCCESS", "details": {"id": "1"}, "message": "record added", "status": "success"}]},
        {"code": "INVALID_MODULE", "details": {"resource_path_index": 0}, "message": "no", "status": "error"},
    ],
)
def test_the_reader_itself_understands_each_kind_of_answer(body: dict[str, Any]) -> None:
    assert read(body)

"""What is written to a column of a real PostgreSQL is read from it, for every type and any value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.tables.people import Place, connected
from tests.tables.values import NAMES, ROWS, comes_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.sql.rows import Rows
    from reconciler.model.record import Value

pytestmark = pytest.mark.real

TABLE = """CREATE TABLE crm.things (id serial PRIMARY KEY, a_text text, a_flag boolean, a_whole bigint,
a_number double precision, a_price numeric(12, 2), a_day date, a_moment {moment}, a_clock time,
some_items {items}, more_items {more})"""
KINDS = (
    {"moment": "timestamptz", "items": "text[]", "more": "jsonb"},
    {"moment": "timestamp", "items": "text", "more": "json"},
)


@pytest.fixture(scope="module", params=KINDS, ids=["its own types", "plain types"])
def things(request, postgres_server) -> Iterator[Rows]:
    postgres_server.run("DROP TABLE IF EXISTS crm.things", TABLE.format(**request.param))
    with connected(postgres_server.address()) as database:
        yield Place(database).rows(*NAMES, table="crm.things", lists=["some_items", "more_items"])


@given(ROWS, ROWS)
def test_what_is_written_is_read(things: Rows, first: dict[str, Value], second: dict[str, Value]) -> None:
    comes_back(things, first, second)

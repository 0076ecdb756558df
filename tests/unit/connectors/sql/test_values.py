"""What is written to a column is read from it, for every type and any value; the rest is refused and never guessed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.tabular import words
from reconciler.model.outcome import Draft, Refused
from tests.tables.people import Place, connected
from tests.tables.values import NAMES, ROWS, comes_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.sql.rows import Rows
    from reconciler.model.record import Value

TABLE = """CREATE TABLE things (id INTEGER PRIMARY KEY, a_text TEXT, a_flag BOOLEAN, a_whole BIGINT, a_number REAL,
a_price NUMERIC(12, 2), a_day DATE, a_moment TIMESTAMP, a_clock TIME, some_items TEXT, more_items JSON)"""


@pytest.fixture(scope="module")
def things(tmp_path_factory) -> Iterator[Rows]:
    path = tmp_path_factory.mktemp("values") / "things.sqlite"
    path.touch()
    with connected(f"sqlite:///{path}") as database:
        place = Place(database)
        place.sql(TABLE)
        yield place.rows(*NAMES, table="things", lists=["some_items", "more_items"])


@given(ROWS, ROWS)
def test_what_is_written_is_read(things: Rows, first: dict[str, Value], second: dict[str, Value]) -> None:
    comes_back(things, first, second)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a_flag", "perhaps"),
        ("a_whole", "many"),
        ("a_whole", 1.5),
        ("a_whole", 2**63),
        ("a_number", "much"),
        ("a_number", ("1",)),
        ("a_day", "tomorrow"),
        ("a_moment", "later"),
        ("a_clock", "noon"),
        ("a_text", "\udfff"),
        ("some_items", ("\udfff",)),
    ],
)
def test_what_does_not_fit_is_refused_and_names_the_column(things: Rows, name: str, value: Value) -> None:
    (outcome,) = things.create([Draft({name: value})])
    assert isinstance(outcome, Refused)
    assert outcome.field == name
    assert str(value) not in outcome.message


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("a_flag", "Yes", True),
        ("a_whole", "12", 12),
        ("a_whole", 12.0, 12),
        ("a_number", "1.5", 1.5),
        ("a_text", True, "true"),
        ("a_text", 7, "7"),
        ("a_day", "2024-02-29T12:00:00+00:00", "2024-02-29"),
        ("a_moment", "2024-02-29T12:00:00+02:00", "2024-02-29T10:00:00+00:00"),
        ("a_moment", "2024-02-29", "2024-02-29T00:00:00+00:00"),
        ("some_items", "one", ("one",)),
    ],
)
def test_values_of_a_kin_are_taken(things: Rows, name: str, value: Value, held: Value) -> None:
    (outcome,) = things.create([Draft({name: value})])
    assert outcome.record.values[name] == held


def test_what_sqlite_holds_against_its_declaration_is_still_read(things: Rows) -> None:
    (made,) = things.create([Draft({"a_text": "x"})])
    with things._database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE things SET a_flag = 'maybe', a_whole = 'many', a_price = 'dear', a_day = 'soon',"
            " a_moment = 'later', some_items = '', more_items = '\"one\"', a_text = '' WHERE id = ?",
            (made.id,),
        )
    (read,) = things.get([made.id])
    assert dict(read.values) == {
        "a_text": None,
        "a_flag": True,
        "a_whole": "many",
        "a_number": None,
        "a_price": "dear",
        "a_day": "soon",
        "a_moment": "later",
        "a_clock": None,
        "some_items": None,
        "more_items": ("one",),
    }


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()).map(tuple))
def test_a_value_fits_or_is_said_not_to(value: Value) -> None:
    for convert in (words.as_boolean, words.as_integer, words.as_number, words.as_date, words.as_moment, words.as_time):
        with suppress(words.NoFit):
            convert(value)

"""What a table is: its columns as fields, and clear words where options and table do not agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.sql import APP
from reconciler.errors import Rejected
from reconciler.model.field import FieldType

if TYPE_CHECKING:
    from reconciler.model.field import Field
    from tests.tables.people import Place


def fields(place: Place, **options: object) -> dict[str, Field]:
    return {field.name: field for field in place.rows(**{"table": "people", **options}).describe()}


def test_columns_are_fields_and_the_usual_names_mean_something(people: Place) -> None:
    found = fields(people)
    assert list(found) == ["id", "email", "last_name", "age", "tags"]
    assert (found["email"].type, found["email"].role) == (FieldType.EMAIL, "email")
    assert (found["last_name"].required, found["last_name"].max_length) == (True, 20)
    assert (found["tags"].type, found["age"].type) == (FieldType.LIST, FieldType.INTEGER)
    assert not found["id"].writable


def test_other_names_are_given_their_role(place: Place) -> None:
    place.sql("CREATE TABLE people (nr INTEGER PRIMARY KEY, mail TEXT, email TEXT, groups TEXT)")
    found = fields(place, roles={"mail": "email", "groups": "tags"})
    assert {name: field.role for name, field in found.items()} == {
        "nr": None, "mail": "email", "email": None, "groups": "tags",
    }  # fmt: skip
    assert found["groups"].type is FieldType.LIST


def test_the_catalogue_follows_the_roles() -> None:
    options = APP.options.model_validate({"table": "people", "roles": {"mail": "email"}})
    entity = APP.tailored(options).entities["rows"]
    assert entity.with_role("email").name == "mail"
    assert entity.with_role("phone").name == "phone"
    assert APP.catalogue.entities["rows"].with_role("email").name == "email"


def test_only_what_is_named_is_writable(people: Place) -> None:
    assert {name for name, one in fields(people, writable=["age"]).items() if one.writable} == {"age"}
    assert not any(one.writable for one in fields(people, writable=[]).values())


def test_a_computed_column_cannot_be_written(place: Place) -> None:
    place.sql("CREATE TABLE people (id INTEGER PRIMARY KEY, a TEXT, b TEXT GENERATED ALWAYS AS (upper(a)) STORED)")
    found = fields(place)
    assert (found["a"].writable, found["b"].writable) == (True, False)


def test_what_no_contact_holds_is_left_out(place: Place) -> None:
    place.sql("CREATE TABLE people (id INTEGER PRIMARY KEY, photo BLOB, facts JSON, groups JSON)")
    assert list(fields(place, lists=["groups"])) == ["id", "groups"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"table": "peeple"}, "no table or view 'peeple'"),
        ({"modified": "chaged"}, "no column 'chaged'; did you mean 'age'"),
        ({"deleted": "xyz"}, "no column 'xyz'; it has id, email"),
        ({"key": "emial"}, "no column 'emial'; did you mean 'email'"),
        ({"lists": ["age"]}, "'age' cannot hold a list"),
        ({"roles": {"mail": "email"}}, "no column 'mail'; did you mean 'email'"),
    ],
)
def test_what_is_not_there_is_named(people: Place, options: dict[str, object], words: str) -> None:
    with pytest.raises(Rejected, match=words):
        fields(people, **options)


def test_a_field_that_the_table_lacks_is_named_at_the_first_read(people: Place) -> None:
    with pytest.raises(Rejected, match="no column 'phone'"):
        list(people.rows("email", "phone", table="people").list())


def test_a_view_has_no_key_until_one_is_named(people: Place) -> None:
    people.sql("CREATE VIEW adults AS SELECT * FROM people WHERE age >= 18")
    with pytest.raises(Rejected, match="say which column tells the rows of 'adults' apart"):
        fields(people, table="adults")
    assert "email" in fields(people, table="adults", key="id")


def test_a_key_that_two_rows_share_is_no_key(people: Place) -> None:
    people.sql("INSERT INTO people (last_name) VALUES ('Doe'), ('Doe')")
    with pytest.raises(Rejected, match="two rows have the same key"):
        list(people.rows("email", table="people", key="last_name").list())


def test_a_schema_and_odd_names_can_be_named(people: Place) -> None:
    people.sql('CREATE TABLE "my.table" ("the key" INTEGER PRIMARY KEY, "e mail" TEXT, "select" TEXT)')
    rows = people.rows("e mail", "select", table='"my.table"', roles={"e mail": "email"})
    people.sql("""INSERT INTO "my.table" VALUES (1, 'a@example.com', 'x')""")
    assert [record.values for page in rows.list() for record in page.records] == [
        {"e mail": "a@example.com", "select": "x"}
    ]
    assert list(fields(people, table="main.people")) == list(fields(people))

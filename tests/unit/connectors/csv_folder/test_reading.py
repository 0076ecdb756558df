"""A file is read as a whole or not at all: what is wrong with it is named by line, and nothing is taken for deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.csv import APP
from reconciler.errors import Denied, Rejected, Retryable
from reconciler.model.field import FieldType
from tests.unit.connectors.csv_folder.desk import Desk, new_id

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 'id,email,tags,opt_out\n1,ann@example.com,"b, a",no\n2,bob@example.com,,\n'


def test_columns_are_fields_and_the_usual_names_mean_something(desk: Desk) -> None:
    desk.write("id,email,Shoe size,,joined\n")
    fields = {field.name: field for field in desk.rows(types={"joined": "date"}).describe()}
    assert list(fields) == ["id", "email", "Shoe size", "joined"]
    assert (fields["email"].role, fields["email"].type) == ("email", FieldType.EMAIL)
    assert fields["joined"].type is FieldType.DATE
    assert {name for name, field in fields.items() if not field.writable} == {"id"}


def test_the_catalogue_follows_the_roles() -> None:
    options = APP.options.model_validate({"folder": ".", "file": "x.csv", "roles": {"E-mail": "email"}})
    assert APP.tailored(options).entities["rows"].with_role("email").name == "E-mail"


def test_cells_are_values(desk: Desk) -> None:
    desk.write(PEOPLE)
    found = desk.records("email", "tags", "opt_out")
    assert dict(found["1"].values) == {"email": "ann@example.com", "tags": ("a", "b"), "opt_out": False}
    assert dict(found["2"].values) == {"email": "bob@example.com", "tags": None, "opt_out": None}


def test_numbers_are_numbers_and_what_is_none_stays_text(desk: Desk) -> None:
    desk.write("id,n,i\n1,1.50,7\n2,many,7.5\n3,12,\n")
    found = desk.records("n", "i", types={"n": "number", "i": "integer"})
    assert [tuple(one.values.values()) for one in found.values()] == [(1.5, 7), ("many", "7.5"), (12, None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no header"),
        ("\n1,a\n", "has no header"),
        ("id,email,email\n", "two columns called 'email'"),
        ("email,name\na,b\n", "no column 'id' to tell rows apart; it has email, name"),
        ("id,name\n1,a\n", "no column 'email'; it has id, name"),
        ("id,email\n1,a\n\n2\n3,c,d\n", "line 4, 5: a row must have 2 cells"),
        ('id,email\n1,"a\nb"\n2,c\n1,d\n', "line 5: this 'id' stands in an earlier row"),
        ("id,email\n1,a\n,b\n", "line 3: the row has no 'id'"),
        ('id,email\n1,"a\n2,b\n3,c\n', "line 2: unexpected end of data"),
        ('id,email\n1,"a" b\n', "line 2: .*expected after"),
    ],
)
def test_what_is_wrong_is_named_by_line_before_anything_is_believed(desk: Desk, text: str, words: str) -> None:
    desk.write(text)
    pages = desk.rows("email", page_size=1).list()
    with pytest.raises(Rejected, match=words):
        next(pages)


def test_only_a_few_lines_are_named(desk: Desk) -> None:
    desk.write("id,email\n" + "1\n" * 20)
    with pytest.raises(Rejected, match="line 2, 3, 4, 5, 6 and 15 more"):
        desk.records("email")


def test_a_missing_file_is_an_error_and_not_an_empty_one(desk: Desk) -> None:
    with pytest.raises(Rejected, match="there is no file"):
        desk.records("email")


def test_a_file_that_may_not_be_read_denies(desk: Desk, monkeypatch) -> None:
    desk.write(PEOPLE)

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(desk.path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(Denied, match="may not use"):
        desk.records("email")


def test_a_file_without_rows_says_nothing_of_its_own_about_that(desk: Desk) -> None:
    desk.write("id,email\n")
    (page,) = desk.rows("email").list()
    assert (page.records, page.total, page.last) == ((), None, True), "a total of none would be evidence for deletes"


def test_another_encoding_has_to_be_said(desk: Desk) -> None:
    desk.write("id,last_name\n1,Müller\n", "cp1252")
    with pytest.raises(Rejected, match="this is not utf-8; say the encoding"):
        desk.records("last_name")
    assert desk.records("last_name", encoding="cp1252")["1"].values == {"last_name": "Müller"}


def test_a_mark_at_the_beginning_is_no_part_of_a_name(desk: Desk) -> None:
    desk.write("\ufeffid,email\r\n1,a\r\n")
    assert desk.records("email")["1"].values == {"email": "a"}


def test_blank_lines_and_rows_of_separators_are_nobody(desk: Desk) -> None:
    desk.write("id;email\n\n1;a\n;\n\n2;b\n\n")
    assert list(desk.records("email", delimiter=";")) == ["1", "2"]


def test_a_file_that_is_written_into_while_it_is_read_is_read_again_later(desk: Desk) -> None:
    desk.write("id,email\n1,a\n2,b\n")
    pages = desk.rows("email", page_size=1).list()
    next(pages)
    with desk.path.open("a") as file:
        file.write("3,c\n")
    with pytest.raises(Retryable, match="changed while it was read"):
        list(pages)


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(desk: Desk, tmp_path: Path) -> None:
    desk.write("id,email\n1,a\n2,b\n")
    pages = desk.rows("email", page_size=1).list()
    next(pages)
    (tmp_path / "new").write_text("id,email\n9,z\n")
    (tmp_path / "new").replace(desk.path)
    assert [record.id for page in pages for record in page.records] == ["2"]


def test_ids_are_made_where_that_is_allowed(desk: Desk) -> None:
    desk.write('"email","name"\r\n"a","x"\r\n\r\n"b","y"')
    assert list(desk.records("email", make_ids=True)) == [new_id(0), new_id(1)]
    assert desk.text == f'"email","name","id"\r\n"a","x","{new_id(0)}"\r\n\r\n"b","y","{new_id(1)}"\r\n'
    assert list(desk.records("email", make_ids=True)) == [new_id(0), new_id(1)]


def test_only_rows_without_an_id_get_one(desk: Desk) -> None:
    desk.write("id,email\n7,a\n,b\n")
    assert list(desk.records("email", make_ids=True)) == ["7", new_id(0)]
    assert desk.text == f"id,email\n7,a\n{new_id(0)},b\n"


def test_rows_are_found_whatever_the_case(desk: Desk) -> None:
    desk.write("id,email\n1,Ünal@Example.com\n2,b@example.com\n")
    assert [record.id for record in desk.rows().find("email", ["ünal@example.COM", "*", ""])] == ["1"]
    assert desk.rows().find("email", []) == ()


@pytest.mark.parametrize("name", ["../people.csv", "a/b.csv", "", ".."])
def test_a_file_lies_in_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="without a path"):
        APP.options.model_validate({"folder": ".", "file": name})

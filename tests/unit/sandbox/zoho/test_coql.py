from __future__ import annotations

import pytest

from tests.unit.sandbox.zoho.zoho_desk import code, ids, select

PEOPLE = (
    {"Last_Name": "Ann", "Email": "Ann@Example.com", "Title": "Buyer", "Email_Opt_Out": True},
    {"Last_Name": "O'Brien", "Email": "bob@example.com"},
    {"Last_Name": "Cee", "Title": "Engineer", "Account_Name": "Acme"},
)


@pytest.fixture
def three(desk):
    return [desk.world.add(values) for values in PEOPLE]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Email = 'ann@example.com'", [0]),
        ("Email in ('ann@example.com', 'bob@example.com')", [0, 1]),
        ("Email not in ('ann@example.com')", [1, 2]),
        ("Email != 'ann@example.com'", [1, 2]),
        ("Email is null", [2]),
        ("Email is not null", [0, 1]),
        ("Last_Name = 'O\\'Brien'", [1]),
        ("Last_Name like 'a%'", [0]),
        ("Title is null and Email is not null", [1]),
        ("(Title = 'Buyer' or Title = 'Engineer') and Email is null", [2]),
        ("Email_Opt_Out = true", [0]),
        ("Account_Name.Account_Name = 'acme'", [2]),
        ("Modified_Time >= '2024-01-01T00:00:00+00:00'", [0, 1, 2]),
        ("Modified_Time > '2024-01-01T03:00:00+03:00'", []),
        ("Created_Time between '2023-12-31T00:00:00+00:00' and '2024-01-02T00:00:00+00:00'", [0, 1, 2]),
        ("id > '6493490000001000002'", [1, 2]),
        ("id in ('6493490000001000002', '1')", [0]),
        ("id = '6493490000001000002'", [0]),
        ("id < '6493490000001000003'", [0]),
    ],
)
def test_a_condition_finds(desk, three, where, found):
    answer = desk.query(select("Last_Name", f"{where} order by id asc limit 0, 200"))
    assert ids(answer) == [three[number] for number in found]
    assert answer.status == (200 if found else 204)


def test_rows_come_in_order_and_in_pages(desk, three):
    answer = desk.query("select Last_Name from Contacts where id > '0' order by Last_Name desc, id asc limit 0, 2")
    assert ids(answer) == [three[1], three[2]]
    assert answer.body["info"] == {"count": 2, "more_records": True}
    rest = desk.query("select Last_Name from Contacts where id > '0' order by Last_Name desc limit 2 offset 2;")
    assert ids(rest) == [three[0]]
    assert rest.body["data"][0].keys() == {"id", "Last_Name"}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "coql",
    [
        "",
        "select Last_Name from Contacts",
        "select Last_Name from Contacts where",
        "select Last_Name from Contacts where Last_Name = 'O'Brien'",
        "select Last_Name from Contacts where Last_Name = Ann",
        "select Last_Name from Contacts where (Last_Name = 'Ann'",
        "select Last_Name from Contacts where Last_Name not like 'Ann'",
        "select Last_Name from Contacts where Last_Name ~ 'Ann'",
        "select Last_Name from Contacts where Last_Name = 'Ann' limit 0, 201",
        "select Last_Name from Contacts where Last_Name = 'Ann' limit x",
        "select Last_Name from Contacts where Last_Name = 'Ann' please",
        "select 'Last_Name' from Contacts where Last_Name = 'Ann'",
    ],
)
def test_what_is_no_query_is_refused(desk, coql):
    assert code(desk.query(coql)) == (400, "SYNTAX_ERROR")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "coql",
    [
        "select Nothing from Contacts where id > '0'",
        "select id from Contacts where Nothing = 'x'",
        "select id from Nowhere where id > '0'",
        "select id from Contacts where id > '0' order by Nothing",
        "select id from Contacts where Modified_Time > 'yesterday'",
        "select id from Contacts where Description = 'long'",
        "select id from Contacts where Last_Name = 'Ann' and (Description is null or Email is null)",
    ],
)
def test_what_is_not_there_cannot_be_queried(desk, coql):
    assert code(desk.query(coql)) == (400, "INVALID_QUERY")


def test_a_query_is_a_text_over_fifty_fields_at_most(desk):
    desk.fill(1)
    assert code(desk.ask("POST", "/coql", {})) == (400, "MANDATORY_NOT_FOUND")
    columns = ", ".join(["Last_Name"] * 51)
    assert code(desk.query(select(columns, "id > '0'"))) == (400, "LIMIT_EXCEEDED")


def test_a_list_holds_fifty_values(desk):
    values = ", ".join(f"'p{number}@example.com'" for number in range(51))
    assert code(desk.query(select("id", f"Email in ({values})"))) == (400, "LIMIT_EXCEEDED")


def test_it_sees_what_was_written_a_moment_ago(desk):
    (made,) = desk.fill(1)
    desk.world.edit(made, {"Email": "new@example.com"})
    assert ids(desk.query("select id from Contacts where Email = 'new@example.com'")) == [made]
    assert desk.query("select id from Contacts where Email = 'p0@example.com'").status == 204
    desk.world.delete(made)
    assert desk.query("select id from Contacts where Email = 'new@example.com'").status == 204

from __future__ import annotations

import pytest

PEOPLE = {
    "jan@example.com": {"lastName": "Adams", "firstName": "Jan", "city": "Gent"},
    "jo@example.com": {"lastName": "Claes", "firstName": "Jo", "city": "Antwerpen"},
    "kim@example.com": {"lastName": "Claes", "firstName": "Kim", "city": ""},
}


@pytest.fixture(autouse=True)
def people(desk):
    for email, values in PEOPLE.items():
        desk.world.add({"email": email, **values})


def found(desk, **query):
    body = desk.body("GET", "/contacts", status="total", **query)
    assert body["total"] == len(body["contacts"])
    return [row["email"].partition("@")[0] for row in body["contacts"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"email": "JO@example.com"}, ["jo"]),
        ({"email": "nobody@example.com"}, []),
        ({"email": "j*"}, ["jan", "jo"]),
        ({"email": "*@example.com"}, ["jan", "jo", "kim"]),
        ({"lastName": "claes"}, ["jo", "kim"]),
        ({"lastName": "claes", "firstName": "k*"}, ["kim"]),
        ({"city": ""}, []),
        ({"lastName": "B", "lastNameSearchType": "gt"}, ["jo", "kim"]),
        ({"lastName": "Adams", "lastNameSearchType": "gte"}, ["jan", "jo", "kim"]),
        ({"lastName": "Claes", "lastNameSearchType": "lt"}, ["jan"]),
        ({"firstName": "jan,jo", "firstNameSearchType": "bet"}, ["jan", "jo"]),
        ({"orderby": "lastName:desc,firstName"}, ["jo", "kim", "jan"]),
    ],
    ids=str,
)
def test_filters(desk, query, names):
    assert found(desk, **query) == names


def test_a_status_is_a_filter(desk):
    desk.world.edit(desk.world.find("jo@example.com")[0], {"status": "bounced"})
    assert [row["email"] for row in desk.body("GET", "/contacts", status="bounced")["contacts"]] == ["jo@example.com"]


@pytest.mark.parametrize("name", ["unlisted", "lastname", "country"])
def test_an_unknown_filter_returns_everybody_with_a_warning(desk, name):
    desk.world.add_custom_field("country")
    body = desk.body("GET", "/contacts", status="total", **{name: "true"})
    assert body["total"] == 3
    assert f"({name})" in body["warnings"][0]


def test_a_result_is_fresh_after_a_write(desk):
    assert found(desk, lastName="claes") == ["jo", "kim"]
    desk.world.edit(desk.world.find("kim@example.com")[0], {"lastName": "Adams"})
    assert found(desk, lastName="claes") == ["jo"]


def test_pages_of_one_search_fit_together(desk):
    pages = [desk.body("GET", "/contacts", status="total", email="*", limit="2", offset=at) for at in ("0", "2")]
    assert [len(page["contacts"]) for page in pages] == [2, 1]
    assert {page["total"] for page in pages} == {3}


def test_a_page_has_to_be_a_number(desk):
    assert desk.ask("GET", "/contacts", limit="many").status == 400

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.salesforce.table import instant
from tests.unit.sandbox.desks import SalesforceDesk, code, select

START = 1_767_225_600  # 2026-01-01T00:00:00Z


@pytest.fixture(autouse=True)
def new_year(desk):
    desk.clock.now = START


def names(rows):
    return [row["FirstName"] for row in rows]


class TestConditions:
    @pytest.fixture(autouse=True)
    def people(self, desk, add):
        add(FirstName="Ann", Email="ANN@example.com", Accepts_Mailing__c=True, Birthdate="1990-05-01")
        desk.clock.advance(10)
        add(FirstName="Bob", Title="Buyer 50%", External_Id__c="x-1")
        desk.clock.advance(10)
        add(FirstName="Cee", Email="cee@example.com", Title="O'Neil's")

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            ("Email = 'Ann@Example.COM'", ["Ann"]),
            ("Email IN ('ann@example.com','cee@example.com','x@example.com')", ["Ann", "Cee"]),
            ("Email NOT IN ('ann@example.com')", ["Bob", "Cee"]),
            ("Email != 'ann@example.com'", ["Bob", "Cee"]),
            ("Email = null", ["Bob"]),
            ("Email != null", ["Ann", "Cee"]),
            ("Email LIKE '%@example.com'", ["Ann", "Cee"]),
            ("FirstName LIKE 'b_b'", ["Bob"]),
            (r"Title = 'O\'Neil\'s'", ["Cee"]),
            ("Accepts_Mailing__c = true", ["Ann"]),
            ("Accepts_Mailing__c = false", ["Bob", "Cee"]),
            ("NOT Accepts_Mailing__c = true", ["Bob", "Cee"]),
            ("external_id__c = 'X-1'", ["Bob"]),
            ("Birthdate > 1990-04-30", ["Ann"]),
            ("SystemModstamp > 2026-01-01T00:00:00Z", ["Bob", "Cee"]),
            ("SystemModstamp >= 2026-01-01T01:00:10+01:00", ["Bob", "Cee"]),
            ("CreatedDate < 2026-01-01T00:00:10Z", ["Ann"]),
            ("Name = 'ann lee' OR FirstName = 'Cee'", ["Ann", "Cee"]),
            ("(Email != null AND Title = null) OR FirstName = 'Bob'", ["Ann", "Bob"]),
            ("SystemModstamp >= 2026-01-01T00:00:00Z AND Email = 'cee@example.com'", ["Cee"]),
        ],
    )
    def test_select(self, desk, where, expected):
        assert names(desk.found(select("FirstName", f"WHERE {where}"))) == expected

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("SystemModstamp DESC, Id", ["Cee", "Bob", "Ann"]),
            ("Email", ["Bob", "Ann", "Cee"]),
            ("Email NULLS LAST", ["Ann", "Cee", "Bob"]),
            ("Email DESC", ["Cee", "Ann", "Bob"]),
            ("Email DESC NULLS FIRST", ["Bob", "Cee", "Ann"]),
            ("LastName, FirstName DESC", ["Cee", "Bob", "Ann"]),
        ],
    )
    def test_sort(self, desk, order, expected):
        assert names(desk.found(select("FirstName", f"ORDER BY {order}"))) == expected

    def test_a_key_set_page(self, desk):
        first = desk.found("SELECT Id, FirstName FROM Contact ORDER BY Id LIMIT 2")
        rest = desk.found(select("Id, FirstName", f"WHERE Id > '{first[-1]['Id']}' ORDER BY Id LIMIT 2"))
        assert names(first) + names(rest) == ["Ann", "Bob", "Cee"]

    def test_a_key_set_page_by_stamp(self, desk):
        at, last = "2026-01-01T00:00:10Z", desk.world.ids()[0]
        where = f"WHERE SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{last}') ORDER BY SystemModstamp, Id"
        assert names(desk.found(select("FirstName", where))) == ["Bob", "Cee"]

    def test_count_and_offset(self, desk):
        counted = desk.soql("SELECT COUNT() FROM Contact WHERE Email != null").body
        assert counted == {"totalSize": 2, "done": True, "records": []}
        assert names(desk.found("SELECT FirstName FROM Contact ORDER BY Id LIMIT 1 OFFSET 1")) == ["Bob"]

    def test_all_fields_need_a_limit(self, desk):
        assert code(desk.soql("SELECT FIELDS(ALL) FROM Contact")) == (400, "MALFORMED_QUERY")
        (row,) = desk.found("SELECT FIELDS(ALL) FROM Contact LIMIT 1")
        assert row["Name"] == "Ann Lee"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SELECT Nope FROM Contact", "INVALID_FIELD"),
            ("SELECT Account.Name FROM Contact", "INVALID_FIELD"),
            ("SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD"),
            ("SELECT Id FROM Contact WHERE SystemModstamp > '2026-01-01'", "INVALID_FIELD"),
            ("SELECT Id FROM Contact WHERE Email = 5", "INVALID_FIELD"),
            ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD"),
            ("SELECT Id FROM Contact ORDER BY Nope", "INVALID_FIELD"),
            ("SELECT Id FROM Kontact", "INVALID_TYPE"),
            ("SELECT Id, Id FROM Contact", "MALFORMED_QUERY"),
            ("SELECT Id FROM Contact WHERE Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Contact LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
            ("", "MALFORMED_QUERY"),
        ],
    )
    def test_refusals(self, desk, text, expected):
        assert code(desk.soql(text)) == (400, expected)


emails = st.sampled_from(["a@example.com", "b@example.com", "c@example.com"])
steps = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "delete", "bump"]), st.integers(0, 5), st.none() | emails), max_size=25
)
CLAUSES = (
    "Email = '{email}'",
    "Email IN ('{email}','a@example.com')",
    "Id > '{id}'",
    "SystemModstamp >= {at}",
    "SystemModstamp = {at}",
)


@given(steps, st.sampled_from(CLAUSES), emails, st.integers(0, 30))
def test_an_index_finds_what_a_scan_finds(moves, clause, email, second):
    """``X AND Id != null`` may use an index, ``X OR X`` may not: both have to say the same."""
    desk = SalesforceDesk()
    desk.clock.now = START
    ids: list[str] = []
    for kind, which, address in moves:
        _step(desk, ids, kind, which, address)
    where = clause.format(email=email, id=desk.world.tables["Contact"].ids.text(second % 5), at=instant(START + second))
    fields, order = "Id, Email, SystemModstamp", "ORDER BY SystemModstamp, Id"
    indexed = desk.found(select(fields, f"WHERE {where} AND Id != null {order}"))
    scanned = desk.found(select(fields, f"WHERE {where} OR {where} {order}"))
    assert indexed == scanned
    assert {row["Id"] for row in desk.found("SELECT Id FROM Contact")} == set(desk.world.ids())


def _step(desk, ids, kind, which, address):
    desk.clock.advance(1)
    if kind == "add":
        ids.append(desk.world.add({"LastName": "X", "Email": address}))
    elif kind == "bump":
        desk.world.system_process(count=1)
    elif which < len(ids) and kind == "edit":
        desk.world.edit(ids[which], {"Email": address})
    elif which < len(ids):
        desk.world.delete(ids.pop(which))


class TestPages:
    @pytest.fixture(autouse=True)
    def people(self, desk):
        for number in range(450):
            desk.world.add({"LastName": "Lee", "FirstName": f"{number}"})

    def pages(self, desk, **first):
        page = desk.soql(
            "SELECT Id, FirstName FROM Contact", headers={"sforce-query-options": "batchSize=200"}, **first
        )
        yield page.body
        while not page.body["done"]:
            page = desk.ask("GET", page.body["nextRecordsUrl"])
            yield page.body

    def test_hold_everything_once(self, desk):
        pages = list(self.pages(desk))
        assert [len(page["records"]) for page in pages] == [200, 200, 50]
        assert {page["totalSize"] for page in pages} == {450}
        assert [row["FirstName"] for page in pages for row in page["records"]] == [str(number) for number in range(450)]
        assert pages[0]["nextRecordsUrl"].endswith("-200")
        assert pages[0]["records"][0]["attributes"]["url"].endswith(pages[0]["records"][0]["Id"])

    def test_show_the_moment_of_the_query(self, desk):
        pages = self.pages(desk)
        next(pages)
        victim, other = desk.world.ids()[300], desk.world.ids()[301]
        desk.world.delete(victim)
        desk.world.edit(other, {"FirstName": "changed"})
        later = [row["FirstName"] for page in pages for row in page["records"]]
        assert later[100:102] == ["300", "301"]

    @pytest.mark.parametrize("how", ["expire", "wait"])
    def test_expire(self, desk, how):
        pages = self.pages(desk)
        address = next(pages)["nextRecordsUrl"]
        if how == "wait":
            desk.clock.advance(172_801)
        else:
            desk.world.expire_locators()
        assert code(desk.ask("GET", address)) == (400, "INVALID_QUERY_LOCATOR")

    @pytest.mark.parametrize(
        ("fault", "rows", "total"),
        [
            (Fault.SHORT_PAGE, slice(200, 300), 450),
            (Fault.EMPTY_LISTING, slice(0, 0), 0),
            (Fault.WRONG_TOTAL, slice(200, 400), 457),
            (Fault.REPEATED_PAGE, slice(0, 200), 450),
        ],
        ids=str,
    )
    def test_lie_when_told_to(self, desk, fault, rows, total):
        page = desk.ask("GET", next(self.pages(desk))["nextRecordsUrl"], fault=fault).body
        assert names(page["records"]) == [str(number) for number in range(450)][rows]
        assert page["totalSize"] == total


def test_a_stale_listing_lacks_the_latest_writes(desk, add):
    old = add(FirstName="old")
    desk.world.tables["Contact"].history.clear()
    desk.clock.advance(5)
    desk.world.edit(old, {"FirstName": "new"})
    add(FirstName="newer")
    text = "SELECT FirstName FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:01Z"
    assert names(desk.found(text)) == ["new", "newer"]
    assert desk.soql(text, fault=Fault.STALE_LISTING).body["records"] == []
    assert names(desk.soql("SELECT FirstName FROM Contact", fault=Fault.STALE_LISTING).body["records"]) == ["old"]

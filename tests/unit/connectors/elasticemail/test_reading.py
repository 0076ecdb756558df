from __future__ import annotations

import pytest

from reconciler.errors import CursorExpired, Retryable
from tests.unit.connectors.elasticemail.account import Account
from tests.unit.connectors.wire import answer


def listed(account: Account, *fields: str, **options: object):
    return {record.id: record.values for page in account.open(*fields, **options).list() for record in page.records}


def test_the_id_is_the_address_in_lower_case() -> None:
    account = Account()
    account.world.add({"Email": " John.Smith+News@Example.COM "})
    (record,) = account.open("Email").find("Email", ["JOHN.SMITH+news@example.com"])
    assert (record.id, record.values["Email"]) == ("john.smith+news@example.com",) * 2
    assert account.requests[-1].url.raw_path == b"/v4/contacts/john.smith%2Bnews%40example.com"


def test_a_contact_is_asked_for_as_the_service_spells_it() -> None:
    account = Account(exact_paths=True)
    account.world.add({"Email": "John@Example.com", "FirstName": "John"})
    connector = account.open("FirstName")
    list(connector.list())
    assert [record.id for record in connector.get(["john@example.com"])] == ["john@example.com"]


def test_every_field_is_read_wherever_it_stands() -> None:
    account = Account()
    account.clock.now = 1_704_067_200
    account.world.add_custom_field("company")
    person = account.person(1, company="Acme", ConsentIP="192.0.2.1", ConsentDate="2024-01-02T03:04:05")
    account.world.mailed(person, "Sent")
    account.clock.advance(60)
    account.world.mailed(person, "Opened")
    wanted = ("company", "ConsentIP", "ConsentDate", "TotalSent", "TotalOpened", "LastOpened", "DateAdded", "LastIP")
    assert listed(account, *wanted)[person] == {
        "company": "Acme",
        "ConsentIP": "192.0.2.1",
        "ConsentDate": "2024-01-02T03:04:05+00:00",
        "TotalSent": 1,
        "TotalOpened": 1,
        "LastOpened": "2024-01-01T00:01:00+00:00",
        "DateAdded": "2024-01-01T00:00:00+00:00",
        "LastIP": None,
    }


def test_an_opened_mail_makes_an_active_contact_engaged_and_is_no_edit() -> None:
    account = Account()
    person = account.person(1)
    account.clock.advance(60)
    account.world.mailed(person, "Opened")
    assert listed(account, "Status", "DateUpdated")[person]["Status"] == "Engaged"
    assert listed(account, "DateUpdated")[person]["DateUpdated"] is not None
    assert not account.open().traits.modified


def test_a_custom_field_of_a_standard_name_is_told_apart() -> None:
    account = Account()
    row = {"Email": "a@example.com", "Status": "Active", "CustomFields": {"Source": "shop", "size": "L"}}
    account.before = lambda kind, _: answer([row]) if kind == "list" else None
    names = {field.name: field.custom for field in account.open().describe()}
    assert (names["Source"], names["Source (custom)"], names["size"]) == (False, True, True)
    account.before = lambda kind, _: answer(row) if kind == "get" else None
    (record,) = account.open("Source", "Source (custom)").get(["a@example.com"])
    assert record.values == {"Source": None, "Source (custom)": "shop"}


def test_a_status_that_nobody_knew_yet_is_passed_on() -> None:
    account = Account()
    rows = [{"Email": "a@example.com", "Status": "Invalid", "CustomFields": {"age": 41, "vip": True, "gone": None}}]
    account.before = lambda _kind, number: answer(rows if number == 1 else rows[-1:])
    assert listed(account, "Status", "age", "gone") == {
        "a@example.com": {"Status": "Invalid", "age": "41", "gone": None}
    }


def test_custom_fields_are_those_that_show_and_those_that_are_said_to_be_there() -> None:
    account = Account()
    for name in ("company", "jobtitle", "unused"):
        account.world.add_custom_field(name)
    account.person(1, company="Acme")
    custom = [field.name for field in account.open(custom_fields=["unused"]).describe() if field.custom]
    assert custom == ["company", "unused"]


def test_lists_come_from_reading_the_lists_and_only_where_they_are_wanted() -> None:
    account = Account()
    for name in ("Customers", "R&D / lab"):
        account.world.add_list(name)
    one = account.person(1, lists=("R&D / lab", "Customers"))
    two = account.person(2)
    assert listed(account, "lists") == {one: {"lists": ("Customers", "R&D / lab")}, two: {"lists": None}}
    before = account.calls
    listed(account, "Email")
    assert account.calls == {**before, "list": before["list"] + 2}
    assert b"/v4/lists/R%26D%20%2F%20lab/contacts" in {one.url.raw_path.partition(b"?")[0] for one in account.requests}


def test_what_can_be_no_address_is_not_asked_for() -> None:
    account = Account()
    assert account.open().find("Email", ["", "nobody", "*", "a b@example.com", "%"]) == []
    assert account.requests == []


def test_there_are_no_deltas() -> None:
    with pytest.raises(CursorExpired):
        list(Account().open().list("yesterday"))


@pytest.mark.parametrize("body", [[{"FirstName": "Ann"}], [{"Email": None}], {"contacts": []}, "<html>"])
def test_an_answer_in_another_form_is_tried_again_later(body: object) -> None:
    account = Account()
    account.before = lambda _kind, _number: answer(body)
    with pytest.raises(Retryable):
        list(account.open().list())


def test_many_are_read_at_once_and_the_gone_are_left_out() -> None:
    account = Account()
    people = [account.person(number) for number in range(7)]
    account.world.delete(people[3])
    found = [record.id for record in account.open().get(people)]
    assert found == [person for person in people if person != people[3]]
    assert account.calls["get"] == 7

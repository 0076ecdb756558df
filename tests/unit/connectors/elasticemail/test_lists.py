from __future__ import annotations

import pytest

from reconciler.connectors.apps.elasticemail import APP
from reconciler.connectors.elasticemail.lists import Lists
from reconciler.connectors.elasticemail.service import Service
from reconciler.errors import Retryable
from reconciler.model.outcome import Patch
from tests.unit.connectors.elasticemail.account import URL, Account, codes
from tests.unit.connectors.wire import answer, http_over


def service(account: Account) -> Service:
    auth = APP.authenticate(APP.credentials(api_key="sandbox-key"), URL)
    return Service(http_over(account, account.clock, app="elasticemail", base_url=URL, auth=auth), 50)


def test_nobody_is_sent_as_no_request_at_all() -> None:
    account = Account()
    service(account).join("Customers", [])
    service(account).leave("Customers", [])
    assert account.requests == []


def test_more_than_a_thousand_go_in_several_calls() -> None:
    account = Account()
    account.before = lambda _kind, _number: answer({"ListName": "Customers"})
    service(account).join("Customers", [f"user{number}@example.com" for number in range(2001)])
    assert [len(body["Emails"]) for body in account.sent("POST")] == [1000, 1000, 1]


def test_half_a_list_is_not_taken_for_the_whole() -> None:
    account = Account()
    account.world.add_list("Customers")
    people = [account.person(number, lists=("Customers",)) for number in range(20)]
    lists = Lists(service(account))
    assert lists.members("Customers") == frozenset(people)
    account.before = lambda kind, number: answer([]) if kind == "members" and number > 3 else None
    with pytest.raises(Retryable, match="changed while it was read"):
        lists.members("Customers")


def test_a_member_is_named_as_the_service_spells_it() -> None:
    account = Account()
    account.world.add_list("Customers")
    account.world.add({"Email": "Ann@Example.com"})
    connector = account.open("lists")
    list(connector.list())
    connector.update([Patch("ann@example.com", {"lists": ("Customers",)}, {"lists": None})])
    assert account.sent("POST") == [{"Emails": ["Ann@Example.com"]}]
    assert account.world.lists_of("ann@example.com") == ("Customers",)


def test_a_list_that_was_deleted_need_not_be_left() -> None:
    account = Account()
    account.world.add_list("Customers")
    person = account.person(1, lists=("Customers",))
    patch = Patch(person, {"lists": ("Customers",)}, {"lists": ("Customers", "Last year")})
    assert codes(account.open("lists").update([patch])) == ["Written"]
    assert account.sent("POST") == []


def test_where_nobody_says_what_it_was_the_lists_are_asked() -> None:
    account = Account()
    for name in ("Customers", "Friends"):
        account.world.add_list(name)
    person = account.person(1, lists=("Customers",))
    assert codes(account.open("lists").update([Patch(person, {"lists": ("Friends",)}, {})])) == ["Written"]
    assert account.world.lists_of(person) == ("Friends",)


def test_an_account_that_pages_its_lists_tells_them_all() -> None:
    account = Account(max_limit=3)
    for number in range(10):
        account.world.add_list(f"List {number}")
    assert len(service(account).list_names()) == 10


def test_an_account_that_knows_no_offset_for_lists_is_not_asked_for_ever() -> None:
    account = Account()
    account.before = lambda _kind, _number: answer([{"ListName": "Customers"}])
    assert service(account).list_names() == ["Customers"]

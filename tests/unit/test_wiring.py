from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from reconciler.accounts import Accounts, World
from reconciler.connectors.registry import load_app
from reconciler.daemon.ports import Resolved, Wanted
from reconciler.errors import Denied, SpecError
from reconciler.model.record import Side
from reconciler.spec.account import AccountSpec
from reconciler.spec.account_fields import custom_sides, settle_fields
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from reconciler.state.store import memory_store
from reconciler.testing.clock import FakeClock
from reconciler.wiring import Apps, CycleRunner, Wiring
from tests.unit.spec.facts import ACCOUNTS, APPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.connection import Connection

LOGIN = {"username": {"env": "USER_A"}, "password": {"file": "/run/secret"}}
BOOK = """
version: 1
kind: account
name: {name}
app: carddav
base_url: http://127.0.0.1:9/{name}
auth: {{username: {{env: USER_A}}, password: {{file: /run/secret}}}}
---
"""
BOOKS = (
    BOOK.format(name="home")
    + BOOK.format(name="work")
    + """
version: 1
kind: connection
name: books
sync: a <-> b
winner: a
sides: {a: {app: carddav, account: home, entity: contacts}, b: {app: carddav, account: work, entity: contacts}}
match: [email]
"""
)


def account(**changes: object) -> AccountSpec:
    plain = {"version": 1, "kind": "account", "name": "home", "app": "carddav", "auth": LOGIN}
    return AccountSpec.model_validate({**plain, "base_url": "http://127.0.0.1:9/", **changes})


class Outside:
    """A world whose secret can be changed."""

    def __init__(self) -> None:
        self.secret = "first-secret"
        clock = FakeClock()
        self.world = World({"USER_A": "ada"}, lambda _: self.secret, clock, clock, clock.sleep)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def accounts(outside: Outside) -> Iterator[Accounts]:
    found = Accounts(outside.world)
    yield found
    found.close()


@pytest.fixture
def wiring(outside: Outside) -> Iterator[Wiring]:
    store = memory_store()
    found = Wiring(store, outside.world)
    yield found
    found.accounts.close()
    store.close()


def test_connections_of_one_account_share_its_client_until_the_last_one_leaves(accounts: Accounts) -> None:
    first, second = accounts.take(account()), accounts.take(account())
    assert first is second
    accounts.give_back(first)
    assert accounts.take(account()) is first
    accounts.give_back(first)
    accounts.give_back(first)
    assert accounts.take(account()) is not first


def test_a_changed_secret_opens_the_account_anew_although_others_still_use_it(
    accounts: Accounts, outside: Outside
) -> None:
    old = accounts.take(account())
    outside.secret = "second-secret"
    new = accounts.take(account())
    assert new is not old
    accounts.give_back(old)
    assert accounts.take(account()) is new


def test_a_changed_account_is_another_one(accounts: Accounts) -> None:
    assert accounts.take(account()) is not accounts.take(account(rate=1.0))


def test_secrets_are_hidden_from_the_log_from_the_first_use(accounts: Accounts, outside: Outside) -> None:
    accounts.take(account())
    assert outside.world.secrets.redact("the password is first-secret") == "the password is [redacted]"


def test_many_threads_open_an_account_once(accounts: Accounts) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(accounts.take(account()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def books() -> Wanted:
    found = resolve(Loaded({"books.yaml": parse("books.yaml", BOOKS)}), Apps())
    assert found.problems == ()
    connection = found.connections["books"]
    accounts = {side: found.accounts[connection.end(side).account] for side in Side}
    return Wanted("books", connection.digest, 60.0, spec=Resolved(connection, accounts))


def test_a_missing_secret_stalls_the_connection_and_names_the_variable(wiring: Wiring) -> None:
    wiring.world.environ.clear()
    runner = CycleRunner(wiring)
    runner.use(books())
    report = runner.run("books", threading.Event())
    assert (report.result, report.label) == ("stalled", "denied")
    assert "USER_A" in report.message


def test_a_connection_whose_lease_is_held_is_busy(wiring: Wiring) -> None:
    runner = CycleRunner(wiring)
    runner.use(books())
    with wiring.store.lease("books"):
        assert runner.run("books", threading.Event()).result == "busy"


def test_a_server_that_is_not_there_is_tried_again_later(wiring: Wiring) -> None:
    runner = CycleRunner(wiring)
    runner.use(books())
    report = runner.run("books", threading.Event())
    assert (report.result, report.label) == ("failed", "retryable")


def test_unknown_apps_are_no_keys_and_known_ones_are_loaded_on_use() -> None:
    apps = Apps()
    assert "nosuchapp" not in apps
    assert apps["carddav"].catalogue.app == "carddav"
    assert set(apps) >= {"carddav", "icontact", "salesforce"}
    assert len(apps) == len(list(apps))


# -- custom fields against the account's own

CUSTOM = (
    ACCOUNTS
    + """
---
version: 1
kind: connection
name: custom
sync: crm <-> news
winner: crm
sides:
  crm: {app: crmapp, account: crm-prod, entity: contacts}
  news: {app: mailapp, account: mail-main, entity: contacts}
match: [email]
rules:
  - {name: in, from: crm, when: {Level__c: {gt: 3}}}
fields:
  defaults: true
  map: ["crm.Nickname__c -> news.nick"]
"""
)


def custom() -> Connection:
    found = resolve(Loaded({"custom.yaml": parse("custom.yaml", CUSTOM)}), APPS)
    assert found.problems == ()
    return found.connections["custom"]


def test_only_sides_with_custom_fields_are_asked() -> None:
    assert custom_sides(custom()) == set(Side)
    assert custom_sides(books().spec.connection) == set()


def test_custom_fields_take_what_the_account_says_of_them() -> None:
    connection = custom()
    described = {
        Side.LEFT: tuple(
            item for rule in connection.rules for item in [getattr(rule.when, "field", None)] if item is not None
        ),
        Side.RIGHT: tuple(item for mapping in connection.mappings for item in mapping.right),
    }
    crm = APPS["crmapp"].catalogue.entities["contacts"].by_name["Rating"]
    nick = next(mapping for mapping in connection.mappings if mapping.right[0].name == "nick").left[0]
    told = (*described[Side.LEFT], crm.__class__(nick.name, max_length=7))
    settled = settle_fields(connection, {Side.LEFT: told, Side.RIGHT: described[Side.RIGHT]})
    mapping = next(mapping for mapping in settled.mappings if mapping.right[0].name == "nick")
    assert (mapping.left[0].max_length, mapping.left[0].custom) == (7, True)


def test_a_custom_field_that_the_account_lacks_is_found_before_the_first_read() -> None:
    connection = custom()
    known = tuple(item for mapping in connection.mappings for item in mapping.left if not item.custom)
    nick = known[0].__class__("Nicknames__c")
    with pytest.raises(SpecError) as error:
        settle_fields(connection, {Side.LEFT: (*known, nick), Side.RIGHT: ()})
    texts = [str(problem) for problem in error.value.problems]
    assert any("crm-prod" in text and "Nickname__c" in text and "Nicknames__c" in text for text in texts), texts
    assert all(problem.line > 0 for problem in error.value.problems)


def test_denied_is_what_a_missing_secret_raises() -> None:
    with pytest.raises(Denied, match="USER_A"):
        Accounts(World({}, lambda _: "x")).take(account())


class Pool:
    """What an app without HTTP shares among its connectors."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_what_an_app_connects_is_shared_and_closed_with_the_account(accounts: Accounts, monkeypatch) -> None:
    pools: list[Pool] = []
    monkeypatch.setattr(
        type(load_app("carddav")), "connect", lambda _app, _known: pools.append(Pool()) or pools[-1], raising=False
    )
    http = accounts.take(account())
    assert accounts.take(account()) is http
    (pool,) = pools
    assert accounts.resource(http) is pool
    accounts.give_back(http)
    assert pool.closed == 0
    accounts.give_back(http)
    assert pool.closed == 1


def test_an_app_that_connects_nothing_shares_nothing(accounts: Accounts) -> None:
    assert accounts.resource(accounts.take(account())) is None

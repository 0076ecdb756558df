"""A real address book and an emulated newsletter service, two thousand people each, kept in step both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import ENVIRON, town
from tests.real.population import differs, edited_line, emails, key, of_others, phones, value, values
from tests.real.radicale import USERS, radicale
from tests.real.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.town import Town

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

SIZE, ONLY_BOOK, ONLY_MAIL = 2000, 250, 50
SHARED = range(ONLY_BOOK, SIZE)
EVERYBODY = range(SIZE + ONLY_MAIL)
SPEC = """\
version: 1
kind: connection
name: mailing
sync: book <-> mail
sides:
  book: {app: carddav, account: home, entity: contacts}
  mail: {app: icontact, account: mail, entity: contacts}
match: [email]
winner: book
region: BE
limits: {update: 100%, create: 10000}
"""


def subscriber(number: int) -> dict[str, str]:
    """A person as the newsletter service knows them: no accents at all, a phone where the book has none."""
    town_ = f"Mail town {number}" if differs(number) else f"Gent {number}"
    known = {"email": key(number).upper() if number % 2 else key(number), "city": town_}
    return known | {"phone": f"03/{2000000 + number}"} if differs(number) else known


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def apps(clock) -> Iterator[Town]:
    with town(clock) as both:
        for number in EVERYBODY[ONLY_BOOK:]:
            both.folder.put(subscriber(number))
        yield both


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Iterator[Shelf]:
    root = tmp_path_factory.mktemp("book")
    with radicale(root) as server:
        one = Shelf(server, root, "left")
        one.fill(range(SIZE))
        yield one


@pytest.fixture(scope="module")
def before(shelf) -> dict[str, str]:
    return shelf.cards()


@pytest.fixture(scope="module")
def house(tmp_path_factory, shelf, before, apps, clock) -> Iterator[House]:
    """After the first day."""
    assert len(before) == SIZE
    environ = {**ENVIRON, "DAV_USER": "alice", "DAV_PASSWORD": USERS["alice"]}
    with House(tmp_path_factory.mktemp("house"), environ, clock) as one:
        one.write("accounts.yaml", "---\n".join([shelf.account("home"), apps.accounts]))
        one.write("mailing.yaml", SPEC)
        report = one.run("mailing")
        assert (report.result, report.failures) == ("ok", {}), report.message
        one.settle("mailing")
        yield one


class Mail:
    """The newsletter service as its own API shows it to another program."""

    def __init__(self, apps: Town) -> None:
        self._url = f"{apps.folder_url}/a/413323/c/124667/contacts"
        keys = apps.folder.credentials
        self._headers = {
            "API-Version": "2.2",
            "API-AppId": keys.app_id,
            "API-Username": keys.username,
            "API-Password": keys.app_key,
        }

    def contacts(self) -> dict[str, dict[str, str]]:
        """Everybody, by address; asserts that nobody stands twice."""
        found: dict[str, dict[str, str]] = {}
        rows = [0]
        while rows:
            asked = {"status": "total", "limit": 500, "offset": len(found)}
            rows = httpx.get(self._url, params=asked, headers=self._headers).raise_for_status().json()["contacts"]
            for row in rows:
                assert row["email"].casefold() not in found
                found[row["email"].casefold()] = row
        return found

    def edit(self, contact_id: str, **fields: str) -> None:
        httpx.post(f"{self._url}/{contact_id}", json=fields, headers=self._headers).raise_for_status()


@pytest.fixture
def mail(apps) -> Mail:
    return Mail(apps)


@pytest.mark.usefixtures("house")
def test_everybody_is_there_once_on_both_sides(shelf, mail) -> None:
    everybody = {key(number) for number in EVERYBODY}
    assert shelf.by_key().keys() == everybody
    assert mail.contacts().keys() == everybody


@pytest.mark.usefixtures("house")
def test_the_book_lost_nothing(shelf, before) -> None:
    now = shelf.cards()
    for name, text in before.items():
        assert of_others(now[name]) == of_others(text), name
        assert emails(now[name]) == emails(text), name
        assert phones(now[name]) >= phones(text), name
        for kept in ("NOTE", "UID", "N", "FN", "TITLE"):
            assert values(now[name], kept) == values(text, kept), (name, kept)


@pytest.mark.usefixtures("house")
def test_both_sides_say_the_same(shelf, mail) -> None:
    rows = mail.contacts()
    for email, (_, text) in shelf.by_key().items():
        family, given, *_ = value(text, "N").replace("\\,", ",").split(";")
        row = rows[email]
        assert (row.get("lastName") or "", row.get("firstName") or "") == (family, given)
        assert row["city"] == value(text, "ADR").split(";")[3]
        assert (row.get("postalCode") or "") == value(text, "ADR").split(";")[5]


@pytest.mark.usefixtures("house")
def test_the_winner_wins_and_keeps_what_only_the_other_knew(shelf, mail) -> None:
    rows, cards = mail.contacts(), shelf.by_key()
    for number in filter(differs, SHARED):
        assert rows[key(number)]["city"] == f"left town {number}"
        assert phones(cards[key(number)][1]) == {f"+323{1000000 + number}"}
    for number in filter(differs, EVERYBODY[SIZE:]):
        assert phones(cards[key(number)][1]) <= {f"+323{2000000 + number}", f"03{2000000 + number}"}


def test_a_quiet_world_gets_no_writes(house, shelf, apps) -> None:
    assert house.plan("mailing") == []
    stamps = shelf.stamps()
    apps.count_anew()
    for _ in range(3):
        assert house.run("mailing").applied == {}
    assert (shelf.stamps(), apps.writes()) == (stamps, 0)


def test_edits_on_both_sides_arrive_in_one_cycle(house, shelf, mail) -> None:
    cards, rows = shelf.by_key(), mail.contacts()
    here, there, both = SHARED[100:110], SHARED[200:210], SHARED[300]
    for number in (*here, both):
        name, text = cards[key(number)]
        shelf.put(name, edited_line(text, "ADR", f"ADR;TYPE=WORK:;;Nieuwstraat 7;Brugge {number};;8000;Belgium"))
    for number in (*there, both):
        mail.edit(rows[key(number)]["contactId"], city=f"Namur {number}", firstName="Marie 👩‍🚀")
    old = {email: of_others(text) for email, (_, text) in cards.items()}
    report = house.run("mailing")
    assert (report.result, report.failures) == ("ok", {})
    cards, rows = shelf.by_key(), mail.contacts()
    for number in (*here, both):
        assert rows[key(number)]["city"] == f"Brugge {number}"
        assert rows[key(number)]["street"] == "Nieuwstraat 7"
    for number in there:
        assert f";Namur {number};" in value(cards[key(number)][1], "ADR")
    for number in (*there, both):
        assert value(cards[key(number)][1], "N").split(";")[1] == "Marie 👩‍🚀"
    assert f";Brugge {both};" in value(cards[key(both)][1], "ADR")
    assert {email: of_others(text) for email, (_, text) in cards.items()} == old
    assert house.plan("mailing") == []

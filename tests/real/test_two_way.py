"""Two real address books, two thousand people each, kept in step; judged by a client that shares no code with us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.house import House
from tests.real import population
from tests.real.population import differs, emails, key, of_others, phones, value, values
from tests.real.radicale import USERS, radicale
from tests.real.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

SIZE, ONLY = 2000, 60
SIDES = {"left": range(SIZE), "right": range(ONLY, SIZE + ONLY)}
SHARED = range(ONLY, SIZE)
ENVIRON = {"DAV_USER": "alice", "DAV_PASSWORD": USERS["alice"]}
SPEC = """\
version: 1
kind: connection
name: books
sync: home <-> work
sides:
  home: {app: carddav, account: home, entity: contacts}
  work: {app: carddav, account: work, entity: contacts}
match: [email]
winner: home
limits: {update: 100%, create: 10000}
"""


@pytest.fixture(scope="module")
def shelves(tmp_path_factory) -> Iterator[dict[str, Shelf]]:
    """Two servers with one address book each."""
    roots = {side: tmp_path_factory.mktemp(side) for side in SIDES}
    with radicale(roots["left"]) as one, radicale(roots["right"]) as other:
        found = {"left": Shelf(one, roots["left"], "left"), "right": Shelf(other, roots["right"], "right")}
        for side, numbers in SIDES.items():
            found[side].fill(numbers)
        yield found


@pytest.fixture(scope="module")
def before(shelves) -> dict[str, dict[str, str]]:
    return {side: shelf.cards() for side, shelf in shelves.items()}


@pytest.fixture(scope="module")
def house(tmp_path_factory, shelves, before) -> Iterator[House]:
    """After the first day."""
    assert len(before["left"]) == SIZE
    with House(tmp_path_factory.mktemp("house"), ENVIRON) as one:
        one.write("accounts.yaml", "---\n".join([shelves["left"].account("home"), shelves["right"].account("work")]))
        one.write("books.yaml", SPEC)
        report = one.run("books")
        assert (report.result, report.failures) == ("ok", {}), report.message
        one.settle("books")
        yield one


@pytest.fixture
def books(house, shelves) -> dict[str, dict[str, tuple[str, str]]]:
    """Both sides by key, as they are now."""
    assert house.state.exists()
    return {side: shelf.by_key() for side, shelf in shelves.items()}


def test_everybody_is_there_once_on_both_sides(books) -> None:
    everybody = {key(number) for number in range(SIZE + ONLY)}
    assert books["left"].keys() == books["right"].keys() == everybody


@pytest.mark.usefixtures("house")
def test_what_was_there_lost_nothing(before, shelves) -> None:
    for side, cards in before.items():
        now = shelves[side].cards()
        for name, text in cards.items():
            assert of_others(now[name]) == of_others(text), name
            assert emails(now[name]) >= emails(text), name
            assert phones(now[name]) >= phones(text), name
            assert values(now[name], "NOTE") == values(text, "NOTE"), name
            assert value(now[name], "UID") == value(text, "UID")


def test_both_sides_say_the_same(books) -> None:
    for number in range(SIZE + ONLY):
        (_, left), (_, right) = (books[side][key(number)] for side in SIDES)
        for name in ("N", "FN", "TITLE", "ADR", "NOTE"):
            assert value(left, name) == value(right, name), (number, name)
        assert (emails(left), phones(left)) == (emails(right), phones(right)), number


def test_the_winner_wins_and_the_gaps_are_filled(books) -> None:
    for number in filter(differs, SHARED):
        for side in SIDES:
            _, text = books[side][key(number)]
            assert value(text, "TITLE") == f"left title {number}"
            assert f"left town {number}" in value(text, "ADR")
            assert phones(text) == {f"+323{1000000 + number}"}
            assert f"right{number}@home.example" in emails(text)


def test_a_quiet_world_gets_no_writes(house, shelves) -> None:
    assert house.plan("books") == []
    stamps = {side: shelf.stamps() for side, shelf in shelves.items()}
    for _ in range(3):
        assert house.run("books").applied == {}
    assert {side: shelf.stamps() for side, shelf in shelves.items()} == stamps


def test_edits_on_both_sides_arrive_in_one_cycle(house, shelves, books) -> None:
    numbers = {"left": SHARED[100:110], "right": SHARED[200:210]}
    for side, mine in numbers.items():
        for number in mine:
            name, text = books[side][key(number)]
            shelves[side].put(name, edited(text, number))
    both = SHARED[300]
    for side in SIDES:
        name, text = books[side][key(both)]
        shelves[side].put(name, text.replace(f"TITLE:Engineer {both}", f"TITLE:Chosen {side}"))
    old = {side: {mail: of_others(text) for mail, (_, text) in books[side].items()} for side in SIDES}
    report = house.run("books")
    assert (report.result, report.failures) == ("ok", {})
    now = {side: shelf.by_key() for side, shelf in shelves.items()}
    for number in (*numbers["left"], *numbers["right"]):
        for side in SIDES:
            text = now[side][key(number)][1]
            assert value(text, "TITLE") == f"Boss 🎉 {number}"
            assert value(text, "NOTE").startswith("Called\\, twice\\n")
            assert f"new{number}@x.example" in emails(text)
    assert {value(now[side][key(both)][1], "TITLE") for side in SIDES} == {"Chosen left"}
    assert {side: {mail: of_others(text) for mail, (_, text) in now[side].items()} for side in SIDES} == old
    assert house.plan("books") == []


def edited(text: str, number: int) -> str:
    """As a person would: another title, one more address, a note."""
    kept = [line.whole for line in population.read_lines(text) if line.name not in {"TITLE", "NOTE", "END"}]
    note = "NOTE:Called\\, twice\\n" + "x" * 300
    added = [f"TITLE:Boss 🎉 {number}", f"EMAIL;TYPE=HOME:new{number}@x.example", note, "END:VCARD", ""]
    return "\r\n".join([*kept, *added])


def test_a_deleted_card_is_not_brought_back(house, shelves, books) -> None:
    left, right = books["left"][key(SHARED[400])][0], books["right"][key(SHARED[401])][0]
    shelves["left"].delete(left)
    shelves["right"].delete(right)
    house.settle("books")
    assert left not in shelves["left"].cards()
    assert books["right"][key(SHARED[400])][0] in shelves["right"].cards(), "its twin stays"
    assert right not in shelves["right"].cards()

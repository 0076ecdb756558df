"""Reading by offset while people come and go: nobody is skipped without the listing noticing."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from reconciler.connectors.elasticemail.listing import pages
from tests.unit.connectors.elasticemail.account import Account

SIZE = 4


class Shelf:
    """Rows by offset; ``meanwhile`` happens before a fetch of that number."""

    def __init__(self, count: int, most: int = SIZE) -> None:
        self.rows = [{"Email": f"user{number}@example.com"} for number in range(count)]
        self.most = most
        self.meanwhile: dict[int, object] = {}
        self.fetches = 0

    def fetch(self, limit: int, offset: int) -> list[dict[str, object]]:
        self.fetches += 1
        happening = self.meanwhile.get(self.fetches)
        said = happening() if callable(happening) else happening
        return said if isinstance(said, list) else list(self.rows[offset : offset + min(limit, self.most)])

    def drop(self, *numbers: int) -> None:
        gone = {f"user{number}@example.com" for number in numbers}
        self.rows = [row for row in self.rows if row["Email"] not in gone]


def read(shelf: Shelf) -> tuple[list[str], bool]:
    """Who was seen, in order, and whether the listing called itself finished."""
    found = list(pages(shelf.fetch, SIZE))
    return [str(row["Email"]) for rows, _ in found for row in rows], found[-1][1]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 7, 8, 9, 40])
@pytest.mark.parametrize("most", [2, 3, 4])
def test_everybody_is_seen_once_however_long_the_pages_are(count: int, most: int) -> None:
    shelf = Shelf(count, most)
    assert read(shelf) == ([row["Email"] for row in shelf.rows], True)


def test_a_short_page_is_not_the_end() -> None:
    shelf = Shelf(12)
    shelf.meanwhile[2] = shelf.rows[3:4] + shelf.rows[4:5]
    assert len(read(shelf)[0]) == 12


@pytest.mark.parametrize("gone", [(0,), (0, 1), (0, 1, 2), (3,), (1, 2, 3)])
def test_who_moves_forward_because_others_were_deleted_is_not_skipped(gone: tuple[int, ...]) -> None:
    shelf = Shelf(20)
    stay = [row["Email"] for number, row in enumerate(shelf.rows) if number not in gone]
    shelf.meanwhile[3] = lambda: shelf.drop(*gone)
    seen, finished = read(shelf)
    assert set(stay) <= set(seen)
    assert finished


def test_a_deletion_at_any_moment_loses_nobody() -> None:
    dice = random.Random(7)
    for _ in range(300):
        shelf = Shelf(30)
        gone = dice.sample(range(30), dice.randint(1, 6))
        shelf.meanwhile[dice.randint(1, 12)] = lambda shelf=shelf, gone=gone: shelf.drop(*gone)
        seen, finished = read(shelf)
        assert not finished or {row["Email"] for row in shelf.rows} <= set(seen)


def test_a_page_whose_neighbours_are_all_gone_ends_the_listing_unfinished() -> None:
    shelf = Shelf(20)
    shelf.meanwhile[3] = lambda: shelf.drop(*range(8))
    assert read(shelf)[1] is False


@pytest.mark.parametrize("when", [2, 3, 4])
def test_an_empty_answer_in_the_middle_is_looked_at_again(when: int) -> None:
    shelf = Shelf(11)
    shelf.meanwhile[when] = []
    assert read(shelf) == ([row["Email"] for row in shelf.rows], True)


def test_that_nobody_is_there_is_asked_twice() -> None:
    shelf = Shelf(3)
    shelf.meanwhile[1] = []
    assert read(shelf) == ([row["Email"] for row in shelf.rows], True)
    nobody = Shelf(0)
    assert (read(nobody), nobody.fetches) == (([], True), 2)


def test_the_page_before_once_more_is_noticed() -> None:
    shelf = Shelf(11)
    shelf.meanwhile[3] = shelf.rows[0:4]
    assert read(shelf) == ([row["Email"] for row in shelf.rows], True)


def test_a_listing_in_no_order_ends_and_does_not_call_itself_finished() -> None:
    shelf, dice = Shelf(40), random.Random(1)
    shelf.meanwhile = dict.fromkeys(range(1, 1000), lambda: dice.shuffle(shelf.rows))
    assert read(shelf)[1] is False
    assert shelf.fetches < 60


def test_the_account_is_read_so() -> None:
    account = Account()
    people = [account.person(number) for number in range(9)]

    def meanwhile(kind: str, number: int) -> None:
        if (kind, number) == ("list", 3):
            account.world.delete(people[0])

    account.before = meanwhile
    read_pages = list(account.open("Email", page_size=3).list())
    assert [record.id for page in read_pages for record in page.records] == people
    assert [page.last for page in read_pages] == [False] * (len(read_pages) - 1) + [True]
    assert {page.total for page in read_pages} == {None}


def test_a_server_that_knows_no_offset_is_not_asked_for_ever() -> None:
    shelf = Shelf(40)
    found = list(islice(pages(lambda limit, _offset: shelf.fetch(limit, 0), SIZE), 20))
    assert found[-1][1] is False
    assert len(found) < 20

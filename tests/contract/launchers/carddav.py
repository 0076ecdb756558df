from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from reconciler.connectors.registry import load_app
from reconciler.testing.contract import Subject
from tests.contract.launchers.launch import OtherProgram, opened
from tests.real.radicale import USERS, radicale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.launchers.launch import Fresh


@contextmanager
def carddav(folder: Path) -> Iterator[Fresh]:
    numbers = count(1)
    auth = {"username": "alice", "password": USERS["alice"]}
    with (
        radicale(folder) as server,
        opened("carddav", "contacts", server.url, auth) as open_it,
        opened("carddav", "contacts", server.url, {**auth, "password": "wrong"}) as open_shut,
    ):

        def fresh() -> Subject:
            book = server.make_address_book(f"book{next(numbers)}")
            fields = load_app("carddav").catalogue.entities["contacts"].fields
            return Subject(
                open=lambda names: open_it(names, addressbook=book, batch=20),
                fields=fields,
                hands=OtherProgram(open_it(tuple(field.name for field in fields), addressbook=book)),
                alone=frozenset({"full_name", "emails", "phones"}),
                stranger=lambda: open_shut(("email",), addressbook=book),
            )

        yield fresh


LAUNCHERS = {"contacts": carddav}

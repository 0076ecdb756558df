"""The stores that must pass the contract, and records to feed them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from reconciler.model.link import ContactState, Link
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.state.base import Intent, Observation
from reconciler.state.store import SqlStore, memory_store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = bytes(range(32))


def counter() -> Callable[[int], bytes]:
    """Tokens that differ and repeat with every run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def in_file(folder: Path) -> SqlStore:
    return open_store(str(folder / "state.sqlite"), KEY, clock=lambda: 0.0, environ={}, token=counter())


def in_memory(_folder: Path) -> SqlStore:
    return memory_store(KEY, clock=lambda: 0.0, token=counter())


STORES = {"file": in_file, "memory": in_memory}


def opened(request, tmp_path):
    """The fixture ``store``: each of them in turn."""
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


def newsletter(store):
    """The fixture ``state``: one connection of it."""
    return store.connection("newsletter")


def fingerprint(number: int) -> bytes:
    return number.to_bytes(8, "big")


def seen(id_: str, side: Side = Side.LEFT, state: ContactState = ContactState.IN_SYNC, **facts) -> Observation:
    facts = {"fingerprint": fingerprint(1), "keys": (fingerprint(2),)} | facts
    return Observation(side=side, id=id_, state=state, **facts)


def pair(left_id: str, right_id: str, **facts) -> Link:
    bases = {"left_base": {"Email": fingerprint(3), "Phone": b""}, "right_base": {"email": fingerprint(4)}}
    return Link(left_id, right_id, **(bases | facts))


def create(source_id: str = "l1", **facts) -> Intent:
    facts = {"id": None, "fields": {"email": "crm.Email -> news.email @newsletter.yaml:12"}} | facts
    return Intent(side=Side.RIGHT, verb=Verb.CREATE, source_id=source_id, **facts)


def only_link(state) -> Link:
    [found] = state.all_links()
    return found

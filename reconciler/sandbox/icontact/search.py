"""``GET contacts``: which contacts a query string means."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from reconciler.sandbox.icontact.contact import STANDARD_FIELDS
from reconciler.sandbox.icontact.world import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.icontact.contact import Contact
    from reconciler.sandbox.icontact.world import IContactWorld

STATUSES = frozenset({"normal", "bounced", "donotcontact", "pending", "invitable", "deleted"})
_PAGING = frozenset({"limit", "offset", "orderby", "status", "listId"})
_SUFFIX = "SearchType"
_REMEMBERED = 8


class Numbers(Protocol):
    """Contact numbers that can be paged."""

    def __len__(self) -> int: ...

    def page(self, offset: int, limit: int) -> list[int]:
        """At most ``limit`` numbers, the first ``offset`` skipped."""
        ...


class _Found:
    """A result that was computed once for the pages that follow."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def page(self, offset: int, limit: int) -> list[int]:
        return self._numbers[offset : offset + limit]


class _Memory:
    """The latest results of one world, good until its next write."""

    def __init__(self) -> None:
        self.revision = -1
        self.results: OrderedDict[tuple[tuple[str, str], ...], _Found] = OrderedDict()


_memories: WeakKeyDictionary[IContactWorld, _Memory] = WeakKeyDictionary()


def search(world: IContactWorld, query: Mapping[str, str]) -> tuple[Numbers, tuple[str, ...]]:
    """The contacts meant, and the names in the query that were not understood (and ignored)."""
    ignored = tuple(name for name in query if not _known(name))
    asked = {name: value for name, value in query.items() if name not in ignored and name not in {"limit", "offset"}}
    if asked == {"status": "total"} and not world.quirks.total_has_deleted:
        return world.numbers, ignored
    if set(asked) <= {"status", "email"} and asked.get("status") == "total" and "*" not in asked["email"]:
        number = world.by_email.get(fold(asked["email"]))
        return _Found([] if number is None else [number]), ignored
    return _remembered(world, asked), ignored


def _known(name: str) -> bool:
    return name in _PAGING or name.removesuffix(_SUFFIX) in STANDARD_FIELDS


def _remembered(world: IContactWorld, asked: Mapping[str, str]) -> _Found:
    memory = _memories.setdefault(world, _Memory())
    if memory.revision != world.revision:
        memory.results.clear()
        memory.revision = world.revision
    key = tuple(sorted(asked.items()))
    if key not in memory.results:
        memory.results[key] = _Found(_scan(world, asked))
        while len(memory.results) > _REMEMBERED:
            memory.results.popitem(last=False)
    return memory.results[key]


def _scan(world: IContactWorld, asked: Mapping[str, str]) -> list[int]:
    tests = [_status_test(world, asked.get("status", world.quirks.default_status)), *_field_tests(asked)]
    if "listId" in asked:
        members = world.subscriptions.get(int(asked["listId"]) if asked["listId"].isdecimal() else 0, {})
        tests.append(lambda contact: contact.number in members)
    found = [contact for contact in _candidates(world) if all(test(contact) for test in tests)]
    for part in reversed(asked.get("orderby", "contactId").split(",")):
        name, _, direction = part.partition(":")
        found.sort(key=_sort_key(name), reverse=direction == "desc")
    return [contact.number for contact in found]


def _candidates(world: IContactWorld) -> Iterable[Contact]:
    yield from world.rows.values()
    if world.quirks.after_delete == "deleted" and world.quirks.total_has_deleted:
        yield from world.deleted.values()


def _sort_key(name: str) -> Callable[[Contact], tuple[int, str]]:
    if name == "contactId":
        return lambda contact: (contact.number, "")
    return lambda contact: (0, contact.text(name).casefold())


def _status_test(world: IContactWorld, status: str) -> Callable[[Contact], bool]:
    if status == "total":
        return lambda _contact: True
    if status == "unlisted":
        return lambda contact: not world.listed(contact.number)
    if status in STATUSES:
        return lambda contact: contact.status == status
    return lambda contact: world.listed(contact.number)


def _field_tests(asked: Mapping[str, str]) -> list[Callable[[Contact], bool]]:
    names = [name for name in asked if name not in _PAGING and not name.endswith(_SUFFIX)]
    return [_field_test(name, asked[name], asked.get(f"{name}{_SUFFIX}", "eq")) for name in names]


def _field_test(name: str, wanted: str, how: str) -> Callable[[Contact], bool]:
    """One filter. An empty value matches nothing; ``*`` stands for anything; ``bet`` is inclusive."""
    if not wanted:
        return lambda _contact: False
    if how == "bet":
        low, _, high = wanted.casefold().partition(",")
        return lambda contact: low <= contact.text(name).casefold() <= high
    if how in _COMPARE:
        compare, bound = _COMPARE[how], wanted.casefold()
        return lambda contact: compare(contact.text(name).casefold(), bound)
    pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("*")), re.IGNORECASE | re.DOTALL)
    return lambda contact: pattern.fullmatch(contact.text(name)) is not None


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}

"""``POST /{entity}/search``: filters that must all hold, sorting, paging; what it shows is a little behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.sandbox.copper.incoming import Invalid
from reconciler.sandbox.copper.shapes import shown
from reconciler.sandbox.copper.world import addresses, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.sandbox.copper.world import CopperWorld
    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.shelf import Row

WINDOW = 100_000
LONGEST_PAGE, _DEFAULT_PAGE = 200, 20
_FUZZY_DIGITS = 7
_PAGING = frozenset({"page_number", "page_size", "sort_by", "sort_direction"})
_ADDRESS = ("city", "state", "postal_code", "country")


def check(world: CopperWorld, entity: str, asked: Mapping[str, object]) -> None:
    """Raises ``Invalid`` where a search cannot be understood."""
    known = _PAGING | set(_FILTERS) | set(_ADDRESS)
    if entity == "people" and not world.quirks.people_modified_filter:
        known -= {"minimum_modified_date", "maximum_modified_date"}
    if unknown := [key for key in asked if key not in known]:
        raise Invalid("base", f"Unrecognized attributes specified: {', '.join(unknown)}")
    size, page = asked.get("page_size", _DEFAULT_PAGE), asked.get("page_number", 1)
    if not isinstance(size, int) or not 1 <= size <= LONGEST_PAGE:
        raise Invalid("page_size", f"must be between 1 and {LONGEST_PAGE}")
    if not isinstance(page, int) or page < 1:
        raise Invalid("page_number", "must be positive")
    many = entity == "people" or world.quirks.lead_emails == "list"
    if "emails" in asked and isinstance(asked["emails"], list) is not many:
        raise Invalid("emails", "invalid")
    if asked.get("sort_by", "name") not in _SORTS:
        raise Invalid("sort_by", "invalid")


def found(world: CopperWorld, entity: str, asked: Mapping[str, object], fault: Fault | None) -> list[Row]:
    """All rows meant, in order. The first 100,000 of them can be reached."""
    tests = [_test(key, wanted) for key, wanted in asked.items() if key not in _PAGING]
    rows = [row for row in _candidates(world, entity, asked, fault) if all(test(row) for test in tests)]
    key = str(asked.get("sort_by") or ("first_name" if entity == "people" else "name"))
    order = _SORTS[key]
    rows.sort(key=lambda row: (order(world, entity, row), int(row.id)), reverse=asked.get("sort_direction") == "desc")
    return rows[:WINDOW]


def paging(asked: Mapping[str, object]) -> tuple[int, int]:
    """Offset and limit of a checked search."""
    size = int(str(asked.get("page_size", _DEFAULT_PAGE)))
    return (int(str(asked.get("page_number", 1))) - 1) * size, size


def _candidates(world: CopperWorld, entity: str, asked: Mapping[str, object], fault: Fault | None) -> Iterable[Row]:
    """Who may be meant, as the index has it: by id and by address without looking at everybody."""
    shelf, before = world.shelves[entity], world.lagging(entity)
    if fault is not None:
        return shelf.listed(fault)
    if isinstance(ids := asked.get("ids"), list):
        numbers: Iterable[str] = map(str, ids)
    elif "emails" in asked:
        wanted = asked["emails"] if isinstance(asked["emails"], list) else [asked["emails"]]
        numbers = {one for email in wanted for one in world.holders(entity, str(email))} | set(before)
    else:
        numbers = dict.fromkeys([*shelf.rows, *before])
    rows = (before[one] if one in before else shelf.rows.get(one) for one in numbers)
    return [row for row in rows if row is not None]


def _test(key: str, wanted: object) -> Callable[[Row], bool]:
    make = _FILTERS.get(key)
    if make is not None:
        return make(wanted)
    return lambda row: _line(row, key) == str(wanted).casefold()


def _line(row: Row, key: str) -> str:
    address = row.get("address")
    return str(address.get(key) or "").casefold() if isinstance(address, dict) else ""


def _one_of(key: str) -> Callable[[object], Callable[[Row], bool]]:
    def make(wanted: object) -> Callable[[Row], bool]:
        ids = wanted if isinstance(wanted, list) else [wanted]
        return lambda row: row.get(key) in ids

    return make


def _ids(wanted: object) -> Callable[[Row], bool]:
    ids = {str(one) for one in wanted} if isinstance(wanted, list) else set()
    return lambda row: row.id in ids


def _emails(wanted: object) -> Callable[[Row], bool]:
    folded = {fold(str(one)) for one in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda row: not folded.isdisjoint(map(fold, addresses(row)))


def _named(wanted: object) -> Callable[[Row], bool]:
    """A search by name brings more than was asked for."""
    return lambda row: str(wanted).casefold() in str(row.get("name")).casefold()


def _phone(wanted: object) -> Callable[[Row], bool]:
    """``partial``, or (with seven digits and more) ``fuzzy``, which takes numbers that merely end alike."""
    said = wanted if isinstance(wanted, dict) else {"value": wanted, "match": "fuzzy"}
    digits = re.sub(r"\D", "", str(said.get("value")))
    fuzzy = said.get("match") == "fuzzy" and len(digits) >= _FUZZY_DIGITS
    needle = digits[-_FUZZY_DIGITS:] if fuzzy else digits
    return lambda row: bool(needle) and any(needle in number for number in _numbers(row))


def _numbers(row: Row) -> list[str]:
    held = row.get("phone_numbers")
    return [re.sub(r"\D", "", str(one["number"])) for one in held] if isinstance(held, list) else []


def _tagged(wanted: object) -> Callable[[Row], bool]:
    tags = set(wanted) if isinstance(wanted, list) else {wanted}
    return lambda row: not tags.isdisjoint(_tags(row))


def _tags(row: Row) -> list[object]:
    tags = row.get("tags")
    return tags if isinstance(tags, list) else []


def _stamp(attribute: str, *, least: bool) -> Callable[[object], Callable[[Row], bool]]:
    def make(wanted: object) -> Callable[[Row], bool]:
        bound = int(str(wanted))
        return lambda row: (getattr(row, attribute) >= bound) if least else (getattr(row, attribute) <= bound)

    return make


_FILTERS: Mapping[str, Callable[[object], Callable[[Row], bool]]] = {
    "ids": _ids,
    "name": _named,
    "phone_number": _phone,
    "emails": _emails,
    "tags": _tagged,
    "contact_type_ids": _one_of("contact_type_id"),
    "assignee_ids": _one_of("assignee_id"),
    "company_ids": _one_of("company_id"),
    "status_ids": _one_of("status_id"),
    "customer_source_ids": _one_of("customer_source_id"),
    "minimum_created_date": _stamp("created", least=True),
    "maximum_created_date": _stamp("created", least=False),
    "minimum_modified_date": _stamp("modified", least=True),
    "maximum_modified_date": _stamp("modified", least=False),
}


def _shown(name: str) -> Callable[[CopperWorld, str, Row], str]:
    return lambda world, entity, row: str(shown(world, entity, row).get(name) or "").casefold()


def _part(name: str) -> Callable[[CopperWorld, str, Row], str]:
    return lambda _world, _entity, row: _line(row, name)


_SORTS: Mapping[str, Callable[[CopperWorld, str, Row], object]] = {
    **{name: _shown(name) for name in ("first_name", "last_name", "name", "title", "company_name")},
    "city": _part("city"),
    "state": _part("state"),
    "country": _part("country"),
    "zip": _part("postal_code"),
    "email": lambda _world, _entity, row: next(iter(addresses(row)), ""),
    "phone": lambda _world, _entity, row: next(iter(_numbers(row)), ""),
    "date_created": lambda _world, _entity, row: row.created,
    "date_modified": lambda _world, _entity, row: row.modified,
}

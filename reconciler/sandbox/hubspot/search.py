"""Searches: filters over what the index knows, answered with what is stored now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.hubspot.bodies import in_read, stored
from reconciler.sandbox.hubspot.contacts import body_of
from reconciler.sandbox.hubspot.errors import bad
from reconciler.sandbox.hubspot.schema import stamp
from reconciler.sandbox.shelf import stated_total, window
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.shelf import Row
    from reconciler.sandbox.wire import Call

_DEFAULT, _MOST, _LONGEST = 10, 200, 3000
_GROUPS, _FILTERS = 5, 6
_MODIFIED = frozenset({"lastmodifieddate", "hs_lastmodifieddate"})


def search(world: HubSpotWorld, call: Call) -> Answer:
    """One page. Who was archived since is counted and not shown."""
    if len(call.body) > _LONGEST:
        raise bad(f"Search body may not be longer than {_LONGEST} characters")
    body = body_of(call)
    limit, after = int(str(body.get("limit") or _DEFAULT)), int(str(body.get("after") or 0))
    if not 0 < limit <= _MOST:
        raise bad(f"Page size must be between 1 and {_MOST}")
    if after + limit > world.quirks.deepest and after >= world.quirks.deepest:
        raise bad(f"Paging past {world.quirks.deepest} results is not supported")
    hits = _sorted(world, _hits(world, body), body)
    page = list(window(hits, after, limit, call.fault))
    asked = body.get("properties")
    names = [str(name) for name in asked] if isinstance(asked, list) else []
    rows = [in_read(world, world.shelf[row.id], names) for row in page if row.id in world.shelf]
    answer: dict[str, object] = {"total": stated_total(len(hits), call.fault), "results": rows}
    if after + limit < len(hits) and call.fault is not Fault.EMPTY_LISTING:
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return Answer(200, answer)


def _hits(world: HubSpotWorld, body: Mapping[str, object]) -> list[Row]:
    groups = body.get("filterGroups") or []
    if not isinstance(groups, list) or len(groups) > _GROUPS:
        raise bad(f"At most {_GROUPS} filter groups are allowed")
    tests = [_group(world, group) for group in groups]
    rows = world.index.rows(world.now()).values()
    return [row for row in rows if not tests or any(all(test(row) for test in group) for group in tests)]


def _group(world: HubSpotWorld, group: object) -> list[Callable[[Row], bool]]:
    filters = group.get("filters") if isinstance(group, dict) else None
    if not isinstance(filters, list) or len(filters) > _FILTERS:
        raise bad(f"At most {_FILTERS} filters are allowed in a group")
    return [_test(world, one) for one in filters]


def _sorted(world: HubSpotWorld, rows: list[Row], body: Mapping[str, object]) -> list[Row]:
    """By one rule; by id where there is none."""
    rules = body.get("sorts") or [{"propertyName": "hs_object_id"}]
    if not isinstance(rules, list) or len(rules) != 1:
        raise bad("One sort rule is allowed")
    rule = rules[0] if isinstance(rules[0], dict) else {"propertyName": rules[0]}
    name, down = str(rule.get("propertyName")), rule.get("direction") == "DESCENDING"
    return sorted(rows, key=lambda row: _comparable(world, name, _value(world, row, name)), reverse=down)


def _value(world: HubSpotWorld, row: Row, name: str) -> str:
    if name == "hs_object_id":
        return row.id
    if name in _MODIFIED:
        return str(round(row.modified * 1000))
    return str(row.get(name) or "") or stored(world, row).get(name, "")


def _comparable(world: HubSpotWorld, name: str, value: str) -> tuple[float, str]:
    kind = world.properties[name].kind if name in world.properties else "string"
    if kind in {"date", "datetime"}:
        return (stamp(value) or 0.0, "") if value else (0.0, "")
    if kind == "number":
        return (float(value) if value else 0.0, "")
    return (0.0, value if kind == "enumeration" else value.lower())


def _test(world: HubSpotWorld, rule: Mapping[str, object]) -> Callable[[Row], bool]:
    name, operator = str(rule.get("propertyName")), str(rule.get("operator"))
    if name not in world.properties:
        raise bad(f"Property {name} does not exist", propertyName=[name])

    def seen(row: Row) -> str:
        return _value(world, row, name)

    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return lambda row: bool(seen(row)) is (operator == "HAS_PROPERTY")
    if operator in {"IN", "NOT_IN"}:
        return _among(rule, seen, exact=world.properties[name].kind == "enumeration", wanted=operator == "IN")
    if operator in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        token = str(rule.get("value", "")).strip("*").lower()
        return lambda row: (token in seen(row).lower()) is (operator == "CONTAINS_TOKEN")
    return _ordered(world, rule, name, operator, seen)


def _among(
    rule: Mapping[str, object], seen: Callable[[Row], str], *, exact: bool, wanted: bool
) -> Callable[[Row], bool]:
    """Texts are indexed in lower case, and the values of IN are not folded: those in capitals find nobody. Options are
    found as they are spelled."""
    values = rule.get("values")
    if not isinstance(values, list):
        raise bad("values is required for the operator IN")
    known = frozenset(map(str, values))
    return lambda row: ((seen(row) if exact else seen(row).lower()) in known) is wanted


def _ordered(
    world: HubSpotWorld, rule: Mapping[str, object], name: str, operator: str, seen: Callable[[Row], str]
) -> Callable[[Row], bool]:
    low = _comparable(world, name, str(rule.get("value", "")))
    high = _comparable(world, name, str(rule.get("highValue", "")))
    compare: dict[str, Callable[[tuple[float, str]], bool]] = {
        "EQ": lambda value: value == low,
        "NEQ": lambda value: value != low,
        "LT": lambda value: value < low,
        "LTE": lambda value: value <= low,
        "GT": lambda value: value > low,
        "GTE": lambda value: value >= low,
        "BETWEEN": lambda value: low <= value <= high,
    }
    if operator not in compare:
        raise bad(f"The operator {operator} is not known")
    return lambda row: bool(seen(row)) and compare[operator](_comparable(world, name, seen(row)))

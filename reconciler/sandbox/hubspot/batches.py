"""The calls on a hundred contacts: read, create, update, upsert, archive; each row that is marked has its own fate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from reconciler.sandbox.hubspot.bodies import in_read, in_write
from reconciler.sandbox.hubspot.contacts import body_of, is_dated, located
from reconciler.sandbox.hubspot.errors import Problem, bad, conflict
from reconciler.sandbox.hubspot.rules import accepted
from reconciler.sandbox.hubspot.schema import iso
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.hubspot.world import HubSpotWorld
    from reconciler.sandbox.wire import Call

Input: TypeAlias = "dict[str, object]"

_MOST = 100
_CREATED = 201


def _inputs(call: Call) -> list[Input]:
    inputs = body_of(call).get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        raise bad("Invalid input JSON: inputs is missing")
    if not 0 < len(inputs) <= _MOST:
        raise bad(f"The number of inputs must be between 1 and {_MOST}")
    ids = [str(one["id"]).lower() for one in inputs if "id" in one]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise bad(f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique", ids=twice)
    return inputs


def _answer(world: HubSpotWorld, rows: list[dict[str, object]], errors: list[dict[str, object]], ok: int) -> Answer:
    now = iso(world.now())
    body: dict[str, object] = {"status": "COMPLETE", "results": rows, "startedAt": now, "completedAt": now}
    return Answer(207, {**body, "numErrors": len(errors), "errors": errors}) if errors else Answer(ok, body)


def read(world: HubSpotWorld, call: Call) -> Answer:
    """By id, or by a property that is unique; those that are not there are one error."""
    inputs, body = _inputs(call), body_of(call)
    key, asked = str(body.get("idProperty") or ""), body.get("properties")
    names = [str(name) for name in asked] if isinstance(asked, list) else []
    ids = [str(one.get("id", "")) for one in inputs]
    found = {one: located(world, one, key) for one in ids}
    rows = {row.id: in_read(world, row, names) for row in found.values() if row is not None}
    missing = [one for one, row in found.items() if row is None]
    problem = Problem(
        404, "OBJECT_NOT_FOUND", "Could not get some CONTACT objects, they may be deleted", {"ids": missing}
    )
    return _answer(world, list(rows.values()), [problem.row(None)] if missing else [], 200)


def create(world: HubSpotWorld, call: Call) -> Answer:
    """New ones; the answer is in an order of its own."""

    def check(one: Input) -> dict[str, str]:
        return accepted(world, one.get("properties"), None, dated=is_dated(call))

    def write(_one: Input, values: Mapping[str, str]) -> dict[str, object]:
        return in_write(world, world.shelf[world.make(values)])

    return _written(world, _inputs(call), check, write, _CREATED)


def update(world: HubSpotWorld, call: Call) -> Answer:
    """By id alone: an address is no key here."""
    inputs = _inputs(call)
    if any(one.get("idProperty") for one in inputs):
        raise bad("Unable to perform update/upsert by non-unique 0-1 property")

    def check(one: Input) -> dict[str, str]:
        record_id = world.resolve(str(one.get("id", "")))
        if record_id not in world.shelf:
            ids = [str(one.get("id", ""))]
            raise Problem(404, "OBJECT_NOT_FOUND", "Could not find some CONTACT objects", {"ids": ids})
        return accepted(world, one.get("properties"), record_id)

    def write(one: Input, values: Mapping[str, str]) -> dict[str, object]:
        record_id = world.resolve(str(one["id"]))
        world.change(record_id, values)
        return in_write(world, world.shelf[record_id])

    return _written(world, inputs, check, write, 200)


def upsert(world: HubSpotWorld, call: Call) -> Answer:
    """By address, or by a property that is unique; a second address counts too."""

    def known(one: Input) -> str | None:
        row = located(world, str(one.get("id", "")), str(one.get("idProperty") or "email"))
        return row.id if row else None

    def check(one: Input) -> dict[str, str]:
        own, given = {str(one.get("idProperty") or "email"): one.get("id")}, one.get("properties")
        record_id = known(one)
        return accepted(world, {**({} if record_id else own), **(given if isinstance(given, dict) else {})}, record_id)

    def write(one: Input, values: Mapping[str, str]) -> dict[str, object]:
        record_id = known(one)
        if record_id:
            world.change(record_id, values)
        row = world.shelf[record_id or world.make(values)]
        return {**in_write(world, row), "new": record_id is None}

    return _written(world, _inputs(call), check, write, 200)


def _written(
    world: HubSpotWorld,
    inputs: list[Input],
    check: Callable[[Input], dict[str, str]],
    write: Callable[[Input, Mapping[str, str]], dict[str, object]],
    ok: int,
) -> Answer:
    """Rows that are fit are written; without a mark on each row, one that is not spoils them all."""
    marks = [str(one["objectWriteTraceId"]) for one in inputs if one.get("objectWriteTraceId") is not None]
    marked = len(set(marks)) == len(inputs)
    if not marked:
        _check_all(inputs, check)
    rows: list[dict[str, object]] = []
    errors: list[dict[str, object]] = []
    for one in inputs:
        mark = str(one.get("objectWriteTraceId"))
        try:
            row = write(one, check(one))
        except Problem as problem:
            errors.append(problem.row(mark))
        else:
            rows.append({**row, "objectWriteTraceId": mark} if marked and world.quirks.marks else row)
    if world.quirks.shuffled and ok == _CREATED:
        rows.sort(key=lambda row: str(row["id"])[::-1])
    return _answer(world, rows, errors, ok)


def _check_all(inputs: list[Input], check: Callable[[Input], dict[str, str]]) -> None:
    """The first row that is not fit refuses the whole batch, two new ones with the same address among them."""
    taken: set[str] = set()
    for one in inputs:
        try:
            email = check(one).get("email", "").strip().lower()
            if email and email in taken:
                raise conflict("")
        except Problem as problem:
            raise problem.refusal() from None
        taken.add(email)


def archive(world: HubSpotWorld, call: Call) -> Answer:
    """Into the recycle bin; those who are there, or nowhere, are fine. A merged id archives whom it leads to."""
    for one in _inputs(call):
        record_id = world.resolve(str(one.get("id", "")))
        if record_id in world.shelf:
            world.archive(record_id)
    return Answer(204)


def read_companies(world: HubSpotWorld, call: Call) -> Answer:
    """Companies by id."""
    ids = [str(one.get("id", "")) for one in _inputs(call)]
    now = iso(world.now())
    rows: list[dict[str, object]] = [
        {"id": one, "properties": {"name": world.companies[one], "hs_object_id": one}, "createdAt": now,
         "updatedAt": now, "archived": False}
        for one in ids if one in world.companies
    ]  # fmt: skip
    missing = [one for one in ids if one not in world.companies]
    problem = Problem(404, "OBJECT_NOT_FOUND", "Could not get some COMPANY objects", {"ids": missing})
    return _answer(world, rows, [problem.row(None)] if missing else [], 200)

"""Scenarios: what is written down in files, what is planned, and what comes of it.

A folder holds ``connection.yaml``, ``left.json`` and ``right.json``; where ``edits.json`` is there, a first cycle runs
and people do these things before the plan is made. ``plan.json`` and ``after.json`` say what must follow;
``pytest tests/scenarios --snapshot-update`` writes them anew, for a person to read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.engine.decision import AFTER_CREATE
from tests.scenarios.stage import HERE, Stage, plain, read

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = sorted(path.parent.name for path in HERE.glob("*/connection.yaml"))


def told(folder: Path) -> tuple[dict, dict, Stage]:
    """The plan and the outcome of a scenario."""
    stage = Stage(folder)
    edits = read(folder, "edits.json")
    if edits is not None:
        assert stage.run().result == "ok"
        stage.edit(edits)
    return stage.plan(), stage.after(), stage


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, request: pytest.FixtureRequest) -> None:
    folder = HERE / name
    plan, before, stage = told(folder)
    assert stage.after() == before, "a plan writes nothing"
    stage.run()
    outcome = {"plan.json": plain(plan), "after.json": plain(stage.after())}
    if request.config.getoption("update_snapshots"):
        for file, data in outcome.items():
            (folder / file).write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert outcome == {file: read(folder, file) for file in outcome}


@pytest.mark.parametrize("name", SCENARIOS)
def test_apply_sends_what_the_plan_printed(name: str) -> None:
    plan, _, stage = told(HERE / name)
    before = {side: len(writes) for side, writes in stage.sent().items()}
    stage.run()
    for side, writes in stage.sent().items():
        printed = [_written(one) for one in plan["operations"] if one["on"] == side]
        assert writes[before[side] :] == [fields for fields in printed if AFTER_CREATE not in fields.values()]


def _written(operation: dict) -> dict:
    return {name: change["to"] for name, change in operation["fields"].items()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_left_to_do(name: str) -> None:
    _, _, stage = told(HERE / name)
    stage.run()
    assert stage.plan()["operations"] == []
    before = stage.after()
    stage.run()
    assert stage.after() == before

"""``docs/merge.md`` is printed from the tables that the tests hold; ``--snapshot-update`` prints it anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.engine.merge_table import EXAMPLES, NEVER_SEEN, RULES

if TYPE_CHECKING:
    import pytest

    from tests.unit.engine.merge_table import Example

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "merge.md"
HEAD = """\
# One field of two contacts

What is written when two linked contacts differ in one field. A side *moved* when it shows something else than this
same side showed after the last cycle; what the other side shows does not come into it. This page is printed from the
tables that the tests try, case by case.

The rules are read from the top; the first that fits decides.

| | rule |
|---|---|
"""
MIDDLE = """
The same in examples. Unless the third column says otherwise, the mapping goes both ways, the left side wins, and clears
are ignored. `→` reads "was → is"; *new* means that this side was never seen before.

| left | right | the spec says | what is done | why |
|---|---|---|---|---|
"""
TAIL = """
Whole connections with all their contacts, plans and outcomes are told by the scenarios:

"""


def moved(now: str | None, base: str | None) -> str:
    shown = now or "*empty*"
    if base == NEVER_SEEN:
        return f"{shown} (*new*)"
    return shown if now == base else f"{base or '*empty*'} → {shown}"


def row(one: Example) -> str:
    said = ", ".join(f"`{value}`" if name == "direction" else f"`{name}: {value}`" for name, value in one.said.items())
    return f"| {moved(*one.left)} | {moved(*one.right)} | {said} | {one.result} | {one.why} |\n"


def scenario(spec: Path) -> str:
    lines = spec.read_text(encoding="utf-8").splitlines()
    story = " ".join(line[2:] for line in lines[: next(n for n, line in enumerate(lines) if line[:1] != "#")])
    name = spec.parent.name
    return f"- [{name.replace('_', ' ')}](../tests/scenarios/{name}/): {story}\n"


def page() -> str:
    rules = "".join(f"| {number} | {rule.says} |\n" for number, rule in enumerate(RULES, 1))
    scenarios = map(scenario, sorted((ROOT / "tests" / "scenarios").glob("*/connection.yaml")))
    return HEAD + rules + MIDDLE + "".join(map(row, EXAMPLES)) + TAIL + "".join(scenarios)


def test_the_page_about_merging_is_what_the_tests_try(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("update_snapshots"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()

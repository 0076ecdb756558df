"""What the README says cannot be done yet cannot be done; what an excerpt points at is there. News makes these fail."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.registry import app_names, load_app
from reconciler.daemon.health import Answer
from reconciler.daemon.server import application
from reconciler.errors import StateError
from reconciler.spec.load import parse
from reconciler.state.store import open_store
from tests.architecture.sources import ROOT
from tests.docs.pages import DOCS, README
from tests.docs.test_snippets import FRAME

if TYPE_CHECKING:
    from pathlib import Path


def test_the_apps_are_those_that_the_readme_names() -> None:
    labels = {load_app(name).catalogue.label for name in app_names()}
    assert {label for label in labels if f"[{label}]" not in README} == set()


@pytest.mark.parametrize("word", ["hold", "archive", "delete"])
def test_a_deletes_twin_always_stays(word: str) -> None:
    assert "(`on_delete: ignore` is the only choice)" in README
    (problem,) = parse("a.yaml", "".join(FRAME.values()) + f"on_delete: {word}\n").problems
    assert "not available" in problem.message


def test_there_is_no_page() -> None:
    assert "No web page." in README
    app = application(bytes, lambda: Answer(good=True), lambda: Answer(good=True))
    assert [route.path for route in app.routes] == ["/metrics", "/healthz", "/readyz"]


def test_state_is_kept_in_sqlite_only() -> None:
    assert "State in SQLite only" in README
    with pytest.raises(StateError):
        open_store("postgresql://nowhere/state")


def lines_of(folder: Path) -> list[str]:
    return (folder / "newsletter.yaml").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(README, lines_of(ROOT / "connections.d"), id="readme"),
        pytest.param(DOCS["getting-started.md"], lines_of(files("reconciler.cli") / "starter"), id="getting-started"),
    ],
)
def test_the_causes_in_printed_plans_stand_where_they_say(text: str, lines: list[str]) -> None:
    causes = re.findall(r"# (rule|mapping) (.+?) connections.d/newsletter.yaml:(\d+)", text)
    assert causes
    for kind, said, number in causes:
        assert ("fields:" if kind == "mapping" else said.strip("'")) in lines[int(number) - 1]

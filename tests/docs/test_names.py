"""What the pages name is there: modules, functions, tests, keys, states, results."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.command import INTERRUPTED, SHARED
from reconciler.cli.report_text import RESULTS
from reconciler.connectors.registry import app_names, load_app
from reconciler.engine.guard import FEW
from reconciler.errors import GuardRefused
from reconciler.model.connection import Direction, Drift, OnClear
from reconciler.model.link import ContactState
from reconciler.spec.account import AccountSpec
from reconciler.spec.amounts import duration
from reconciler.spec.connection import ConnectionSpec, LimitsSpec
from reconciler.spec.filters import OPERATORS
from reconciler.spec.mappings import FieldsSpec, MappingSpec
from reconciler.spec.policies import RESERVED
from reconciler.spec.rules import RuleSpec, ThenSpec
from reconciler.spec.transforms import TRANSFORMS
from reconciler.state.tables import MATCH_KEYS
from tests.architecture.sources import ROOT
from tests.docs.pages import DOCS, PAGES, code, first_cells
from tests.docs.support_matrix import PLACES, marked

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

KEYS = {
    AccountSpec: "{}",
    ConnectionSpec: "{}",
    RuleSpec: "{}",
    ThenSpec: "then.{}",
    FieldsSpec: "{}",
    MappingSpec: "{}",
    LimitsSpec: "{}",
}
CALLED = re.compile(r"[a-z_]+(?:\.\w+)+")


def keys(model: type[BaseModel]) -> dict[str, str]:
    """Field names by the key that a person writes."""
    return {info.alias or name: name for name, info in model.model_fields.items()}


@pytest.mark.parametrize("model", KEYS)
def test_every_key_of_a_spec_has_its_row(model: type[BaseModel]) -> None:
    rows = first_cells("specs.md")
    assert [key for key in keys(model) if KEYS[model].format(key) not in rows] == []


@pytest.mark.parametrize("words", [OPERATORS, TRANSFORMS, RESERVED], ids=["operators", "transforms", "policies"])
def test_every_word_of_a_spec_has_its_row(words: object) -> None:
    assert [word for word in words if word not in first_cells("specs.md")] == []


@pytest.mark.parametrize("words", [Direction, Drift, OnClear])
def test_every_choice_of_a_spec_is_explained(words: object) -> None:
    assert [word.value for word in words if word.value not in code("specs.md")] == []


def test_the_figures_in_the_reference_are_the_codes() -> None:
    text = " ".join(DOCS["specs.md"].split())
    assert FEW == 10
    assert "never stops ten operations or fewer" in text
    assert MATCH_KEYS == 4
    assert "At most four keys" in text
    assert (duration("1s"), duration("7d")) == (1.0, 604_800.0)


def test_every_state_and_every_result_says_what_to_do() -> None:
    rows = first_cells("troubleshooting.md")
    assert [word for word in (*ContactState, *RESULTS) if str(word) not in rows] == []


def test_every_setting_and_exit_code_is_told() -> None:
    told = code("operations.md")
    assert [one.variable for one in SHARED.values() if one.variable and one.variable not in told] == []
    codes = set(re.findall(r"^\| (\d+) \|", DOCS["operations.md"], re.MULTILINE))
    assert {str(GuardRefused.exit_code), str(INTERRUPTED)} <= codes


@pytest.mark.parametrize("name", app_names())
def test_an_apps_credentials_and_options_have_their_rows(name: str) -> None:
    app, rows = load_app(name), first_cells(f"apps/{name}.md")
    wanted = {*app.credentials.model_fields, *app.options.model_fields}
    assert wanted - rows == set()


def _is_plain(default: object) -> bool:
    return isinstance(default, str | int | float) and default != ""


@pytest.mark.parametrize("name", app_names())
def test_an_options_default_is_the_codes(name: str) -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", DOCS[f"apps/{name}.md"], re.MULTILINE))
    fields = load_app(name).options.model_fields.items()
    given = {
        key: str(info.default)
        for key, info in fields
        if not info.is_required() and _is_plain(info.default) and key != "batch"
    }
    assert {key: told[key].casefold() for key in given} == {key: value.casefold() for key, value in given.items()}


@pytest.mark.parametrize(("page", "name"), PLACES)
def test_a_table_of_the_apps_is_what_they_declare(page: Path, name: str) -> None:
    assert marked(name).findall(page.read_text()) == [PLACES[page, name]()], "run: python -m tests.docs.support_matrix"


def _there(name: str) -> bool:
    """Whether ``module.attribute`` below the package exists, at any depth of either."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        if (ROOT / "reconciler").joinpath(*parts[:cut]).with_suffix(".py").exists():
            found: object = import_module(".".join(("reconciler", *parts[:cut])))
            for part in parts[cut:]:
                found = getattr(found, part, None)
            return found is not None
    return False


def test_one_cycle_names_what_exists() -> None:
    named = {word for word in code("one-cycle.md") if CALLED.fullmatch(word)}
    assert len(named) > 30
    assert [word for word in sorted(named) if not _there(word)] == []


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page: str) -> None:
    named = {word for word in code(page) if re.match(r"(tests|reconciler|connections\.d|docs|deploy)/[\w/.]+$", word)}
    allowed = {"connections.d/accounts.yaml", "connections.d/newsletter.yaml"}
    assert [word for word in sorted(named - allowed) if not (ROOT / word).exists()] == []


def test_every_promise_names_a_test() -> None:
    parts = DOCS["promises.md"].split("\n## ")[1:]
    assert [part.partition(".")[0] for part in parts] == [str(number) for number in range(1, 11)]
    assert [part.splitlines()[0] for part in parts if not re.search(r"`tests/[\w/.]+`", part)] == []

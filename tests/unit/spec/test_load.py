from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.spec.load import Loaded, load_folder, migrate_folder, parse
from tests.unit.spec.facts import ACCOUNTS, APPS, NEWSLETTER, resolve

if TYPE_CHECKING:
    from reconciler.spec.document import Data


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "accounts.yml").write_text(ACCOUNTS)
    (tmp_path / "news.yaml").write_text(NEWSLETTER)
    return tmp_path


def test_a_folder_is_read_whole(folder) -> None:
    found = load_folder(folder)
    assert found.problems == ()
    assert list(found.accounts) == ["crm-prod", "mail-main", "book-home"]
    assert list(found.connections) == ["newsletter"]


@pytest.mark.parametrize(
    "name", [".hidden.yaml", ".#news.yaml", "#news.yaml#", "news.yaml~", "news.yaml.swp", "README.md"]
)
def test_what_editors_leave_is_passed_over(folder, name: str) -> None:
    (folder / name).write_text("{{{ broken")
    assert load_folder(folder).problems == ()


def test_subfolders_are_passed_over(folder) -> None:
    (folder / "old.yaml").mkdir()
    (folder / "older").mkdir()
    (folder / "older" / "x.yaml").write_text("broken: [")
    assert load_folder(folder).problems == ()


def test_a_single_file_will_do(folder) -> None:
    found = load_folder(folder / "news.yaml")
    assert list(found.connections) == ["newsletter"]


@pytest.mark.parametrize("name", ["missing", "nul\0"])
def test_a_path_that_is_not_there_is_a_finding(folder, name: str) -> None:
    (problem,) = load_folder(f"{folder}/{name}").problems
    assert "cannot be read" in problem.message


def test_a_dangling_link_is_a_finding(folder) -> None:
    (folder / "gone.yaml").symlink_to(folder / "nowhere")
    (problem,) = load_folder(folder).problems
    assert problem.file.endswith("gone.yaml")


def test_one_bad_document_does_not_take_its_neighbours_along() -> None:
    found = parse("f", ACCOUNTS.replace("app: mailapp", "ap: mailapp"))
    assert [account.spec.name for account in found.accounts] == ["crm-prod", "book-home"]
    assert len(found.problems) == 2


def test_a_second_connection_of_a_name_is_told_and_the_first_stays(folder) -> None:
    (folder / "zz.yaml").write_text(NEWSLETTER.replace("every: 5m", "every: 1h"))
    found = load_folder(folder)
    (problem,) = found.problems
    assert problem.file.endswith("zz.yaml")
    assert found.connections["newsletter"].spec.every == 300.0


def test_a_file_that_broke_keeps_its_last_good_version(folder) -> None:
    before = load_folder(folder)
    (folder / "news.yaml").write_text(NEWSLETTER + "  : [")
    (folder / "new.yaml").write_text("broken: [")
    after = load_folder(folder).keeping(before)
    assert list(after.connections) == ["newsletter"]
    assert len(after.problems) == 2


def test_a_file_that_went_away_takes_its_specs_along(folder) -> None:
    before = load_folder(folder)
    (folder / "news.yaml").unlink()
    assert list(load_folder(folder).keeping(before).connections) == []


def test_a_folder_is_migrated_in_place(folder) -> None:
    old = folder / "old.yaml"
    old.write_text(
        ACCOUNTS.replace("version: 1", "version: 0  # since the beginning").replace("\nname: ", "\nname: old-")
    )
    old.chmod(0o640)
    (folder / "broken.yaml").write_text("a: [")
    (folder / "latin.yaml").write_bytes(b"\xff")
    rewritten, problems = migrate_folder(folder)
    assert rewritten == [str(old)]
    assert sorted({problem.file.rpartition("/")[2] for problem in problems}) == ["broken.yaml", "latin.yaml"]
    assert old.read_text().count("version: 1  # since the beginning") == 3
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(item.name for item in folder.iterdir() if item.name.startswith(".")) == []
    assert migrate_folder(folder)[0] == []


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["crm <-> news", "email", "<->"])
)
KEYS = st.sampled_from(
    [
        "version",
        "kind",
        "name",
        "sync",
        "sides",
        "crm",
        "news",
        "app",
        "account",
        "entity",
        "match",
        "winner",
        "rules",
        "from",
        "when",
        "then",
        "set",
        "add",
        "fields",
        "map",
        "via",
        "off",
        "limits",
        "on_delete",
        "auth",
        "env",
        "not",
    ]
)
TREES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
LINES = sorted(set(NEWSLETTER.splitlines()))


def _flow(data: Data) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_flow, data)) + "]"
    return (
        '"' + "".join(one for one in data if one.isalnum() or one in " <>-") + '"'
        if isinstance(data, str)
        else str(data).lower()
    )


def survives(text: str) -> None:
    found = Loaded({"a": parse("a", ACCOUNTS), "f": parse("f", text)})
    resolution = resolve(found, APPS)
    assert resolution.problems or resolution.connections or resolution.accounts


@settings(deadline=None)
@given(
    TREES,
    st.sampled_from(
        [
            "version",
            "kind",
            "name",
            "region",
            "sides",
            "match",
            "winner",
            "rules",
            "fields",
            "limits",
            "on_delete",
            "sync",
            "every",
        ]
    ),
)
def test_any_value_anywhere_is_a_finding_or_a_connection(tree: Data, key: str) -> None:
    kept = {"version": 1, "kind": "connection", "name": "x", "sync": "crm <-> news"}
    survives("\n".join(f"{name}: {_flow(value)}" for name, value in {**kept, key: tree}.items()))


@settings(deadline=None)
@given(st.sampled_from(LINES), st.sampled_from(LINES), st.integers(0, 40), st.text(max_size=4))
def test_a_good_spec_scrambled_is_a_finding_or_a_connection(one: str, other: str, at: int, typed: str) -> None:
    survives(NEWSLETTER.replace(one, other[:at] + typed + other[at:]))


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_survived(raw: bytes) -> None:
    found = parse("f", raw)
    assert found.problems or found.accounts or found.connections

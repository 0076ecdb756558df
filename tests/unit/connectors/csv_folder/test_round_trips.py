"""Any text survives, formulas and all; what a program other than ours wrote is read as it meant it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.connectors.csv_folder.cells import guarded, unguarded
from reconciler.connectors.tabular.lists import join_list, rearranged, split_list
from reconciler.model.outcome import Draft, Patch
from tests.unit.connectors.csv_folder.desk import Desk

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NASTY = st.text(st.sampled_from("'=+-@\t\r\n\",; aé0\x00\ufeff\u2028\x85\x0c"), max_size=12)
ANY = TEXT | NASTY
ITEMS = st.lists((TEXT | NASTY).map(str.strip).filter(bool), unique=True, max_size=5)


@given(ANY)
@example("+32 2 555 01 23")
@example("'=1+1")
@example("-5")
@example("'-5")
def test_a_guarded_text_comes_off_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("+32 2 555", "'+32 2 555"),
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-x", "'-x"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("'=1", "''=1"),
        ("'t was", "'t was"),
        ("a=b", "a=b"),
    ],
)
def test_what_a_spreadsheet_would_run_is_guarded(text: str, cell: str) -> None:
    assert guarded(text) == cell


@given(ANY)
def test_what_is_guarded_never_runs(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "@", "\t", "\r"))
    assert not cell.startswith("-") or cell[1:].replace(".", "").isdecimal()


@given(ITEMS)
def test_any_list_survives(items: list[str]) -> None:
    assert split_list(join_list(items, ","), ",") == tuple(sorted(items))


@given(ITEMS, ITEMS, ITEMS)
def test_a_difference_is_what_is_made(now: list[str], old: list[str], new: list[str]) -> None:
    after = rearranged(now, old, new)
    assert set(after) == (set(now) - (set(old) - set(new))) | (set(new) - set(old))
    assert [one for one in after if one in now] == [one for one in now if one in after]


FILES = {
    "delimiter": st.sampled_from([",", ";", "\t", "|"]),
    "guard": st.booleans(),
    "quoted": st.booleans(),
    "ending": st.sampled_from(["\n", "\r\n", "\r"]),
    "mark": st.sampled_from(["", "\ufeff"]),
}


@given(st.lists(ANY, min_size=1, max_size=4), ANY, st.fixed_dictionaries(FILES))
def test_any_text_that_is_written_is_read_by_us_and_by_others(texts: list[str], new: str, shape: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder, "people.csv"))
        options = {"delimiter": shape["delimiter"], "guard": shape["guard"]}
        names = ['"id"', '"name"', '"other"'] if shape["quoted"] else ["id", "name", "other"]
        desk.write(shape["mark"] + shape["delimiter"].join(names) + shape["ending"])
        rows = desk.rows("name", **options)
        made = rows.create([Draft({"name": text, "other": "x"}) for text in texts])
        (changed,) = rows.update([Patch(made[0].id, {"name": new}, {"name": texts[0] or None})])
        wanted = {one.id: text or None for one, text in zip(made, [new, *texts[1:]], strict=True)}
        assert {one: record.values["name"] for one, record in desk.records("name", **options).items()} == wanted
        assert changed.record.values["name"] == (new or None)
        found = csv.reader(io.StringIO(desk.text.removeprefix("\ufeff"), newline=""), delimiter=shape["delimiter"])
        cells = [row[1] for row in found][1:]
        assert cells == [guarded(text or "") if shape["guard"] else text or "" for text in wanted.values()]


@given(st.lists(st.lists(ANY, min_size=3, max_size=3), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_what_nobody_changes_keeps_every_byte(rows: list[list[str]], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder, "people.csv"))
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "a", "b", "c"])
        writer.writerows([str(number), *row] for number, row in enumerate(rows))
        desk.write(text.getvalue())
        (one,) = desk.rows().create([Draft({"a": "new"})])
        desk.rows().delete([one.id])
        assert desk.text == text.getvalue()

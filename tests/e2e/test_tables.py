"""A table and a file, without any HTTP between: two hundred people kept in step both ways, as a user sets it up."""

from __future__ import annotations

import csv
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.main import main
from reconciler.errors import SpecError
from tests.e2e.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 200
SPEC = """\
version: 1
kind: account
name: shop
app: sql
auth: {{url: {{env: DATABASE_URL}}}}
options: {{table: customers, roles: {{mail: email, surname: last_name}}, modified: changed}}
---
version: 1
kind: account
name: sheet
app: csv
options: {{folder: {folder}, file: people.csv, make_ids: true, delimiter: ";"}}
---
version: 1
kind: connection
name: tables
sync: db <-> file
sides:
  db: {{app: sql, account: shop, entity: rows}}
  file: {{app: csv, account: sheet, entity: rows}}
match: [{{db: mail, file: email}}]
winner: db
limits: {{update: 100%}}
"""
TABLE = """CREATE TABLE customers (no INTEGER PRIMARY KEY, mail VARCHAR(80) UNIQUE, first_name TEXT,
surname VARCHAR(40) NOT NULL, phone TEXT, tags TEXT, birthday DATE, paid REAL,
changed TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"""
EMPTY = dict.fromkeys(["remark", "email", "first_name", "last_name", "phone", "tags", "birthday", "hobby"], "")


def person(number: int) -> tuple[str, str, str, str, str]:
    phone = f"+32255501{number % 100:02}"
    return f"p{number}@example.com", f"First {number}", f"Läst; {number}", phone, f"19{number % 90 + 10}-02-03"


@dataclass
class Tables:
    """Both places, and a person's hands in them."""

    house: House
    folder: Path

    def table(self, statement: str, *rows: tuple[object, ...]) -> None:
        with closing(sqlite3.connect(self.folder / "shop.sqlite")) as database, database:
            database.executemany(statement, rows)

    def customers(self) -> dict[str, tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "shop.sqlite")) as database:
            found = database.execute("SELECT mail, first_name, surname, phone, tags, birthday FROM customers")
            return {row[0]: tuple(row[1:]) for row in found}

    def sheet(self) -> list[dict[str, str]]:
        with (self.folder / "people.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def people(self) -> dict[str, tuple[object, ...]]:
        return {
            row["email"]: (row["first_name"], row["last_name"], row["phone"].removeprefix("'"),
                           row["tags"] or None, row["birthday"])
            for row in self.sheet()
        }  # fmt: skip

    def save(self, rows: list[dict[str, str]]) -> None:
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    with House(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite"}) as house:
        found = Tables(house, tmp_path)
        house.write("tables.yaml", SPEC.format(folder=tmp_path))
        (tmp_path / "shop.sqlite").touch()
        with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database, database:
            database.execute(TABLE)
        insert = "INSERT INTO customers (mail, first_name, surname, phone, birthday) VALUES (?, ?, ?, ?, ?)"
        found.table(insert, *(person(number) for number in range(150)))
        names = ("email", "first_name", "last_name", "phone", "birthday")
        found.save(
            [
                {**EMPTY, **dict(zip(names, person(number), strict=True)), "remark": f"=keep {number}"}
                for number in range(50, SIZE)
            ]
        )
        yield found


def test_two_hundred_people_come_together_and_stay_so(tables: Tables) -> None:
    report = tables.house.run("tables")
    assert (report.result, report.failures) == ("ok", {}), report.message
    tables.house.settle("tables")
    assert tables.customers() == tables.people()
    assert len(tables.people()) == SIZE
    before = (tables.folder / "people.csv").stat()
    for _ in range(2):
        assert tables.house.plan("tables") == []
        tables.house.run("tables")
    assert (tables.folder / "people.csv").stat() == before, "a quiet world gets no writes at all"


def test_edits_on_both_sides_meet(tables: Tables) -> None:
    tables.house.settle("tables")
    chance, rows = random.Random(5), tables.sheet()
    for row in chance.sample(rows, 40):
        row["first_name"] = f"=edited {chance.random()}"
    tables.save(rows)
    later = "UPDATE customers SET tags = ?, changed = datetime(changed, '+1 hour') WHERE no = ?"
    tables.table(later, *((f"tag {number},z", number) for number in chance.sample(range(1, SIZE), 40)))
    tables.house.settle("tables")
    assert tables.customers() == tables.people()
    assert sum(str(row[0]).startswith("=edited") for row in tables.customers().values()) == 40
    assert sum(row[3] is not None for row in tables.customers().values()) == 40
    assert {row["remark"] for row in tables.sheet()} >= {f"=keep {number}" for number in range(50, SIZE)}


def test_a_file_that_went_empty_deletes_nothing(tables: Tables) -> None:
    tables.house.settle("tables")
    header = (tables.folder / "people.csv").read_text().partition("\n")[0] + "\n"
    (tables.folder / "people.csv").write_text("")
    report = tables.house.run("tables")
    assert (report.result, "has no header" in report.message) == ("failed", True)
    (tables.folder / "people.csv").write_text(header)
    report = tables.house.run("tables")
    assert (report.result, dict(report.applied)) == ("ok", {}), report
    assert "linked contacts are known" in str(report)
    assert len(tables.customers()) == SIZE


def test_a_name_that_no_column_has_is_found_before_the_first_read(tables: Tables) -> None:
    tables.house.write("tables.yaml", SPEC.format(folder=tables.folder) + "fields: {map: [db.phonee <-> file.phone]}\n")
    with pytest.raises(SpecError, match=r"the account 'shop' has no field 'phonee'(.|\n)*'phone'"):
        tables.house.run("tables")


def test_the_commands_work_as_with_any_app(tables: Tables, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tables.folder)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tables.folder}/shop.sqlite")
    monkeypatch.setenv("RECONCILER_STATE_KEY", "00" * 32)
    monkeypatch.setenv("RECONCILER_STATE", str(tables.folder / "other.sqlite"))
    codes = [main(arguments) for arguments in (("validate",), ("plan",), ("apply", "--yes", "--quiet"), ("plan",))]
    said = capsys.readouterr().out
    assert codes == [0, 0, 0, 0]
    assert "50 to create on db; 50 to create on file" in said
    assert said.rstrip().splitlines()[-1].startswith("Plan: nothing to do.")

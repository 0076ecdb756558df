"""A write changes the cells that it means, replaces the file in one step, and gives way to people who edit it."""

from __future__ import annotations

import fcntl
import os
import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.csv_folder import sheet
from reconciler.errors import Rejected, Retryable
from reconciler.model.outcome import Draft, Patch, Refused, Written
from tests.unit.connectors.csv_folder.desk import Desk, new_id

if TYPE_CHECKING:
    from pathlib import Path

LAST = "2;b@example.com;Bob;  as it is  "
ODD = f'\ufeffid;email;"last name";remark\r\n1;a@example.com;"Ann";"keep; ""this"""\r\n\r\n{LAST}'

UNFIT = (("name", "李"), ("name", "\ud800"), ("shoe", "1"), ("id", "1"))


def change(record_id: str, name: str, old: object, new: object) -> Patch:
    return Patch(record_id, {name: new}, {name: old})


def test_only_the_row_that_changes_is_written_anew(desk: Desk) -> None:
    desk.write(ODD)
    (outcome,) = desk.rows("email", delimiter=";").update([change("2", "email", "b@example.com", "c@example.com")])
    assert isinstance(outcome, Written)
    assert outcome.record.values == {"email": "c@example.com"}
    assert desk.text == ODD.replace(LAST, '2;c@example.com;Bob;"  as it is  "\r\n')


def test_a_row_is_written_as_the_file_writes_its_own(desk: Desk) -> None:
    desk.write('"id","email"\r\n"1","a"\r\n')
    desk.rows("email").create([Draft({"email": 'b "x", y'})])
    assert desk.text == f'"id","email"\r\n"1","a"\r\n"{new_id(0)}","b ""x"", y"\r\n'


def test_new_rows_come_after_a_last_line_without_an_end(desk: Desk) -> None:
    desk.write("id,email\n1,a")
    one, two = desk.rows("email").create([Draft({"email": "b"}), Draft({"email": "c"})])
    assert desk.text == f"id,email\n1,a\n{new_id(0)},b\n{new_id(1)},c\n"
    assert (one.id, two.record.values) == (new_id(0), {"email": "c"})


def test_a_file_of_nothing_but_a_header_takes_rows(desk: Desk) -> None:
    desk.write("id,email")
    desk.rows("email").create([Draft({"email": "a"})])
    assert desk.text == f"id,email\n{new_id(0)},a\n"


def test_deleted_rows_go_and_the_others_keep_every_byte(desk: Desk) -> None:
    desk.write(ODD)
    outcomes = desk.rows("email", delimiter=";").delete(["2", "77"])
    assert outcomes == [Written("2"), Written("77")]
    assert desk.text == ODD.removesuffix(LAST)


def test_a_cell_that_somebody_changed_is_left_alone(desk: Desk) -> None:
    desk.write("id,email,city\n1,new@example.com,Gent\n2,b,Gent\n")
    outcomes = desk.rows("email", "city").update(
        [
            change("1", "email", "old@example.com", "mine@example.com"),
            change("2", "city", "Gent", "Namur"),
            change("3", "city", "Gent", "Namur"),
        ]
    )
    assert [one.code if isinstance(one, Refused) else "" for one in outcomes] == ["moved_on", "", "gone"]
    assert all(one.stale for one in outcomes if isinstance(one, Refused))
    assert desk.text == "id,email,city\n1,new@example.com,Gent\n2,b,Namur\n"


def test_a_list_is_changed_by_its_difference(desk: Desk) -> None:
    desk.write('id,tags\n1,"z, b, a"\n')
    (outcome,) = desk.rows("tags").update([change("1", "tags", ("a", "b"), ("b", "c, d"))])
    assert desk.text == 'id,tags\n1,"b,z,""c, d"""\n'
    assert outcome.record.values["tags"] == ("b", "c, d", "z")


def test_what_does_not_fit_is_refused_alone_and_without_its_value(desk: Desk) -> None:
    desk.write("id,name,birthday,opt_out\n1,Ann,,\n")
    rows = desk.rows("name", "birthday", "opt_out", encoding="cp1252")
    outcomes = [*rows.update([change("1", "birthday", None, "soon"), change("1", "opt_out", None, "so")])]
    outcomes += rows.create([Draft({name: value}) for name, value in UNFIT])
    codes = [one.code for one in outcomes]
    assert codes == ["not_a_value"] * 4 + ["read_only"] * 2
    assert "李" not in outcomes[2].message
    assert desk.text == "id,name,birthday,opt_out\n1,Ann,,\n"


def test_nothing_to_change_leaves_the_file_untouched(desk: Desk) -> None:
    desk.write("id,email\n1,a\n")
    before = desk.path.stat()
    desk.rows("email").delete(["77"])
    desk.rows("email").update([change("9", "email", None, "b")])
    assert desk.path.stat() == before


def test_a_broken_file_is_not_written_over(desk: Desk) -> None:
    desk.write("id,email\n1,a\n1,b\n")
    with pytest.raises(Rejected, match="line 3"):
        desk.rows("email").create([Draft({"email": "c"})])
    assert desk.text == "id,email\n1,a\n1,b\n"


def test_permissions_and_links_stay(desk: Desk, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.csv"
    real.parent.mkdir()
    real.write_text("id,email\n")
    real.chmod(0o640)
    desk.path.symlink_to(real)
    desk.rows("email").create([Draft({"email": "a"})])
    assert desk.path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert new_id(0) in real.read_text()


def test_two_writers_take_turns(desk: Desk) -> None:
    desk.write("id,email\n")
    with desk.path.with_name(".people.csv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Retryable, match="another program is writing") as error:
            desk.rows("email").create([Draft({"email": "a"})])
    assert error.value.after
    assert isinstance(desk.rows("email").create([Draft({"email": "a"})])[0], Written)


class Meddler:
    """A person who saves the file while the new one is made: ``times`` times."""

    def __init__(self, desk: Desk, times: int) -> None:
        self.desk = desk
        self.times = times
        self.sync = os.fsync

    def __call__(self, number: int) -> None:
        if self.times > 0:
            self.times -= 1
            self.desk.write(f"id,email\n1,theirs {self.times}\n")
        self.sync(number)


def test_a_person_who_saves_meanwhile_loses_nothing(desk: Desk, monkeypatch) -> None:
    desk.write("id,email\n1,a\n")
    monkeypatch.setattr(sheet.os, "fsync", Meddler(desk, 1))
    outcomes = desk.rows("email").update([change("1", "email", "a", "ours")])
    outcomes += desk.rows("email").create([Draft({"email": "b"})])
    assert [type(one) for one in outcomes] == [Refused, Written]
    assert desk.text == f"id,email\n1,theirs 0\n{new_id(0)},b\n"


def test_who_never_stops_saving_is_waited_for(desk: Desk, monkeypatch, tmp_path: Path) -> None:
    desk.write("id,email\n1,a\n")
    monkeypatch.setattr(sheet.os, "fsync", Meddler(desk, 99))
    with pytest.raises(Retryable, match="keeps changing"):
        desk.rows("email").create([Draft({"email": "b"})])
    assert "theirs" in desk.text
    assert sorted(path.name for path in tmp_path.iterdir()) == [".people.csv.lock", "people.csv"]


def test_a_full_disk_leaves_the_old_file(desk: Desk, monkeypatch, tmp_path: Path) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    desk.write("id,email\n1,a\n")
    monkeypatch.setattr(sheet.os, "fsync", full)
    with pytest.raises(Retryable, match="No space left"):
        desk.rows("email").create([Draft({"email": "b"})])
    assert desk.text == "id,email\n1,a\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".people.csv.lock", "people.csv"]

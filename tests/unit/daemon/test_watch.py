from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from reconciler.daemon.watch import Watcher, fingerprint, is_spec, watch_points

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 20  # seconds; reached only by a test that fails


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "etc" / "connections.d"
    home.mkdir(parents=True)
    (home / "news.yaml").write_text("name: news")
    return home


class Seen:
    """What the watcher's owner sees each time it is told to look."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.looks, self.told = folder, [], threading.Condition()
        self.beats = 0

    def changed(self) -> None:
        with self.told:
            self.looks.append(self.content())
            self.told.notify_all()

    def beat(self) -> None:
        with self.told:
            self.beats += 1
            self.told.notify_all()

    def content(self) -> dict[str, str]:
        try:
            return {path.name: path.read_text() for path in self.folder.iterdir() if is_spec(path.name)}
        except OSError:
            return {}

    def waits_for(self, wanted) -> bool:
        with self.told:
            return self.told.wait_for(lambda: bool(self.looks) and self.looks[-1] == wanted, PATIENCE)

    def goes_round(self, times: int) -> bool:
        with self.told:
            goal = self.beats + times
            return self.told.wait_for(lambda: self.beats >= goal, PATIENCE)


@contextmanager
def watching(folder: Path, *, poll: float = 0.1, beside=tuple):
    seen, stop = Seen(folder), threading.Event()
    watcher = Watcher(folder, seen.changed, beside=beside, beat=seen.beat, poll=poll)
    thread = threading.Thread(target=watcher.run, args=(stop,))
    thread.start()
    try:
        with seen.told:
            assert seen.told.wait_for(lambda: seen.looks, PATIENCE)
        yield seen
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_the_first_look_is_the_first_change(folder):
    with watching(folder) as seen:
        assert seen.looks == [{"news.yaml": "name: news"}]


def test_new_changed_and_removed_files_are_noticed(folder):
    with watching(folder) as seen:
        (folder / "sales.yml").write_text("name: sales")
        assert seen.waits_for({"news.yaml": "name: news", "sales.yml": "name: sales"})
        (folder / "news.yaml").unlink()
        assert seen.waits_for({"sales.yml": "name: sales"})


def edit_until_seen(seen: Seen, path: Path) -> bool:
    """Watches are set at some instant after the look before."""
    looks = len(seen.looks)
    for attempt in range(20):
        path.write_text(f"name: edit{attempt}")
        with seen.told:
            if seen.told.wait_for(lambda: len(seen.looks) > looks, 0.5):
                return True
    return False


def test_an_event_is_enough_where_glances_are_rare(folder):
    with watching(folder, poll=60) as seen:
        assert edit_until_seen(seen, folder / "news.yaml")


def test_events_are_heard_from_the_folder_that_a_link_points_at_now(tmp_path):
    for version in ("aaa", "bbb"):
        (tmp_path / "trees" / version / "connections.d").mkdir(parents=True)
        (tmp_path / "trees" / version / "connections.d" / "news.yaml").write_text(f"name: {version}")
    (tmp_path / "current").symlink_to("trees/aaa")
    with watching(tmp_path / "current" / "connections.d", poll=60) as seen:
        assert edit_until_seen(seen, tmp_path / "trees" / "aaa" / "connections.d" / "news.yaml")
        (tmp_path / "next").symlink_to("trees/bbb")
        (tmp_path / "next").rename(tmp_path / "current")
        assert seen.waits_for({"news.yaml": "name: bbb"})
        assert edit_until_seen(seen, tmp_path / "trees" / "bbb" / "connections.d" / "news.yaml")


def test_an_atomic_rename_is_a_change_of_content(folder):
    with watching(folder) as seen:
        (folder / ".news.yaml.tmp").write_text("name: other")
        (folder / ".news.yaml.tmp").rename(folder / "news.yaml")
        assert seen.waits_for({"news.yaml": "name: other"})


def test_what_editors_leave_about_is_no_change(folder):
    with watching(folder) as seen:
        for name in (
            ".news.yaml.swp",
            "news.yaml~",
            "#news.yaml#",
            ".#news.yaml",
            "news.yaml.tmp",
            "4913",
            ".hid.yaml",
        ):
            (folder / name).write_text("x")
        (folder / "news.yaml").touch()
        assert seen.goes_round(3)
        assert len(seen.looks) == 1


def test_a_mounted_volume_that_swaps_its_data_link(tmp_path):
    home = tmp_path / "connections.d"
    for version in ("..v1", "..v2"):
        (home / version).mkdir(parents=True)
        (home / version / "news.yaml").write_text(f"name: {version}")
    (home / "..data").symlink_to("..v1")
    (home / "news.yaml").symlink_to("..data/news.yaml")
    with watching(home) as seen:
        assert seen.looks == [{"news.yaml": "name: ..v1"}]
        (home / "..data_tmp").symlink_to("..v2")
        (home / "..data_tmp").rename(home / "..data")
        shutil.rmtree(home / "..v1")
        assert seen.waits_for({"news.yaml": "name: ..v2"})


def test_a_checkout_that_swaps_its_worktree_link(tmp_path):
    for version in ("aaa", "bbb", "ccc"):
        (tmp_path / "trees" / version / "connections.d").mkdir(parents=True)
        (tmp_path / "trees" / version / "connections.d" / "news.yaml").write_text(f"name: {version}")
    current = tmp_path / "current"
    current.symlink_to("trees/aaa")
    with watching(current / "connections.d") as seen:
        for version in ("bbb", "ccc"):
            (tmp_path / "next").symlink_to(f"trees/{version}")
            (tmp_path / "next").rename(current)
            assert seen.waits_for({"news.yaml": f"name: {version}"})
        (tmp_path / "trees" / "ccc" / "connections.d" / "news.yaml").write_text("name: edited")
        assert seen.waits_for({"news.yaml": "name: edited"})


def test_a_folder_that_vanishes_and_returns(folder):
    with watching(folder) as seen:
        shutil.rmtree(folder.parent)
        assert seen.waits_for({})
        folder.mkdir(parents=True)
        (folder / "news.yaml").write_text("name: back")
        assert seen.waits_for({"news.yaml": "name: back"})


def test_a_secret_file_beside_the_specs_is_noticed_and_may_come_late(folder, tmp_path):
    secret = tmp_path / "secret"
    with watching(folder, beside=lambda: [secret]) as seen:
        secret.write_text("a")
        with seen.told:
            assert seen.told.wait_for(lambda: len(seen.looks) == 2, PATIENCE)
        (tmp_path / "new").write_text("b")
        (tmp_path / "new").rename(secret)
        with seen.told:
            assert seen.told.wait_for(lambda: len(seen.looks) == 3, PATIENCE)


def test_glances_go_on_where_the_system_refuses_to_watch(folder, monkeypatch):
    def refuse(*_paths, **_options):
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    with watching(folder) as seen:
        (folder / "news.yaml").write_text("name: glanced")
        assert seen.waits_for({"news.yaml": "name: glanced"})


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "B-2.yaml"])
def test_spec_names(name):
    assert is_spec(name)


def test_the_fingerprint_is_of_names_and_contents_not_of_times(folder):
    before = fingerprint(folder)
    os.utime(folder / "news.yaml", (1, 1))
    assert fingerprint(folder) == before
    (folder / "news.yaml").rename(folder / "sales.yaml")
    assert fingerprint(folder) != before


def test_the_fingerprint_tells_where_one_file_ends_and_the_next_begins(tmp_path):
    for name, files in {"x": {"a.yaml": "1b.yaml2", "b.yaml": "3"}, "y": {"a.yaml": "1", "b.yaml": "2b.yaml3"}}.items():
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content)
    assert fingerprint(tmp_path / "x") != fingerprint(tmp_path / "y")


def test_odd_entries_do_not_hang_or_break_the_fingerprint(folder):
    os.mkfifo(folder / "pipe.yaml")
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "dir.yaml").mkdir()
    before = fingerprint(folder)
    (folder / "dangling.yaml").unlink()
    (folder / "dangling.yaml").write_text("name: x")
    assert fingerprint(folder) != before


def test_every_link_on_the_way_is_a_point_to_watch(tmp_path):
    real = tmp_path / "store" / "real"
    real.mkdir(parents=True)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "hop").symlink_to("../store/real")
    (tmp_path / "way").symlink_to("links/hop")
    points = watch_points(tmp_path / "way")
    assert {real, tmp_path, tmp_path / "links"} <= points
    assert all(point.is_dir() for point in points)


def test_links_in_a_circle_still_give_points(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert tmp_path in watch_points(tmp_path / "a" / "connections.d")

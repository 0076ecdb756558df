from __future__ import annotations

import io
import json
import logging
import random

import pytest
import structlog

from reconciler.daemon.daemon import Daemon
from reconciler.daemon.pace import Pace
from reconciler.daemon.ports import Loaded, Wanted
from reconciler.errors import Problem
from reconciler.model.plan import Summary
from tests.unit.daemon.fakes import FakeRunner, HandTimer, report

BROKEN = Problem("news.yaml", 3, 5, "unknown key 'syn'", "did you mean 'sync'?")


def wanted(name: str = "news", digest: str = "d1", **facts) -> Wanted:
    return Wanted(**{"name": name, "digest": digest, "every": 300.0, "file": f"{name}.yaml"} | facts)


class Shelf:
    """Specs that a test puts there."""

    def __init__(self) -> None:
        self.loaded: Loaded | Exception = Loaded()

    def load(self) -> Loaded:
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


class House:
    def __init__(self, out: io.StringIO) -> None:
        self.out, self.shelf, self.runner, self.timer = out, Shelf(), FakeRunner(), HandTimer()
        self.daemon = Daemon(self.shelf, self.runner, self.timer, Pace(jitter=0.0, dice=random.Random(1)))

    def load(self, *connections: Wanted, problems: tuple[Problem, ...] = (), **facts) -> None:
        self.shelf.loaded = Loaded(connections, problems, **facts)
        self.daemon.reload()

    def lines(self, event: str) -> list[dict[str, object]]:
        return [line for line in map(json.loads, self.out.getvalue().splitlines()) if line["event"] == event]


@pytest.fixture
def house():
    out = io.StringIO()
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    yield House(out)
    structlog.reset_defaults()


def test_what_is_loaded_runs_and_says_so_in_one_line(house):
    house.load(wanted())
    house.timer.advance(3)
    [line] = house.lines("cycle")
    assert (line["level"], line["connection"], line["result"]) == ("info", "news", "ok")
    assert 'reconciler_cycles_total{connection="news",result="ok"} 1.0' in house.daemon.metrics.expose().decode()


@pytest.mark.parametrize(("result", "level"), [("refused", "error"), ("stalled", "error"), ("failed", "warning")])
def test_trouble_is_louder_and_says_what_happens_next(house, result, level):
    house.runner.answers["news"] = [report(result=result, message="why", summary=Summary("news", "ab12"))]
    house.load(wanted())
    house.timer.advance(3)
    [line] = house.lines("cycle")
    assert (line["level"], line["message"], line["plan_id"]) == (level, "why", "ab12")
    assert line["next"]


def test_a_broken_file_goes_on_in_its_last_good_version_and_is_said_once(house):
    house.load(wanted())
    house.load(problems=(BROKEN,))
    house.load(problems=(BROKEN,))
    house.timer.advance(400)
    assert house.runner.calls[:2] == [("use", "news@d1"), ("run", "news")]
    assert house.runner.runs("news") == 2
    [line] = house.lines("spec problem")
    assert (line["file"], line["line"], line["hint"]) == ("news.yaml", 3, "did you mean 'sync'?")
    assert len(house.lines("last good version stays in use")) == 1
    assert 'reconciler_spec_last_good_in_use{connection="news"} 1.0' in house.daemon.metrics.expose().decode()


def test_a_repaired_file_runs_in_its_new_version(house):
    house.load(wanted())
    house.timer.advance(3)
    house.load(problems=(BROKEN,))
    house.load(wanted(digest="d2"))
    house.timer.advance(3)
    assert house.runner.calls[-2:] == [("use", "news@d2"), ("run", "news")]
    assert 'reconciler_spec_last_good_in_use{connection="news"} 0.0' in house.daemon.metrics.expose().decode()


def test_a_load_that_changes_nothing_disturbs_nothing(house):
    house.load(wanted())
    house.timer.advance(3)
    due = house.timer.due("news")
    house.load(wanted())
    assert house.timer.due("news") == due


def test_a_load_that_raises_changes_nothing_and_is_not_ready(house):
    house.shelf.loaded = RuntimeError("broken loader")
    house.daemon.reload()
    assert not house.daemon.ready().good
    house.load(wanted())
    house.timer.advance(3)
    house.shelf.loaded = RuntimeError("broken loader")
    house.daemon.reload()
    assert house.daemon.ready().good
    assert house.timer.due("news") is not None


def test_a_removed_connection_stops_and_its_series_vanish(house):
    house.load(wanted(), wanted("sales"))
    house.timer.advance(3)
    house.load(wanted("sales"))
    assert ("drop", "news") in house.runner.calls
    assert '"news"' not in house.daemon.metrics.expose().decode()
    house.timer.advance(1000)
    assert house.runner.runs("news") == 1


def test_a_connection_removed_in_mid_cycle_leaves_no_series_either(house):
    house.runner.during = lambda _name, _stop: house.load()
    house.load(wanted())
    house.timer.advance(3)
    assert len(house.lines("cycle")) == 1
    assert '"news"' not in house.daemon.metrics.expose().decode()


def test_a_paused_connection_runs_not_and_is_not_waited_for(house):
    house.load(wanted(paused=True))
    house.timer.advance(1000)
    assert house.runner.calls == []
    assert house.daemon.ready().good


def test_readiness_comes_with_the_first_outcomes(house):
    assert not house.daemon.ready().good
    house.load(wanted())
    assert house.daemon.ready().facts["waiting"] == {"news": "its first cycle has not begun"}
    house.timer.advance(3)
    assert house.daemon.ready().good


def test_a_folder_that_was_never_there_is_not_ready_but_one_that_vanished_later_is(house):
    house.load(complete=False)
    assert not house.daemon.ready().good
    house.load()
    house.load(complete=False)
    assert house.daemon.ready().good


def test_the_secret_files_of_all_connections_are_watched(house, tmp_path):
    house.load(wanted(secrets=frozenset({tmp_path / "a"})), wanted("sales", secrets=frozenset({tmp_path / "b"})))
    assert house.daemon.secret_files() == {tmp_path / "a", tmp_path / "b"}

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli import demo_once
from reconciler.cli.people import edits
from reconciler.cli.specs import read_specs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def told(cli):
    """The demo in an empty folder, small."""
    return cli("demo", "--once", "--contacts", "100")


def test_it_comes_to_rest_and_tells_how(told):
    assert told.code == 0, told.out
    steps = re.findall(r"^(\d+)\. ", told.out, re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert "nothing to do" in told.out
    assert "NOT ARRIVED" not in told.out
    assert "docs/cli.md" in told.out


def test_it_needs_no_folder_and_leaves_nothing_behind(told, home):
    assert "'reconciler init'" in told.out
    assert list(home.iterdir()) == []


def test_what_does_not_arrive_is_told_and_ends_with_one(cli, monkeypatch):
    def lost(desk):
        first, *rest = edits(desk)
        return [replace(first, act=lambda: None), *rest]

    monkeypatch.setattr(demo_once, "edits", lost)
    said = cli("demo", "--once", "--contacts", "100")
    assert said.code == 1
    assert said.out.count("NOT ARRIVED") == 1


def test_another_spec_may_say_otherwise(cli, specs):
    spec = specs / "newsletter.yaml"
    spec.write_text(spec.read_text().replace("[Belgium, Netherlands]", "[Germany]"))
    said = cli("demo", "--once", "--contacts", "100")
    assert said.code == 0, said.out
    assert "NOT ARRIVED" in said.out
    assert "may be just what it says" in said.out


def test_the_repositorys_example_means_what_the_starter_means(cli, home):
    cli("init")
    ours, theirs = (read_specs(folder).resolution for folder in (home / "connections.d", ROOT / "connections.d"))
    assert theirs.connections["newsletter"].digest == ours.connections["newsletter"].digest


@pytest.mark.slow
def test_without_an_end_it_tells_what_the_daemon_does(home):
    command = [sys.executable, "-u", "-m", "reconciler", "demo", "--contacts", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        told = [next(line for line in running.stdout if word in line) for word in ("Done:", "nothing written", "phone")]
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    assert "created" in told[0]
    assert (running.returncode, list(home.iterdir())) == (0, []), rest


def test_it_keeps_away_from_real_accounts(cli, specs):
    accounts = specs / "accounts.yaml"
    accounts.write_text(re.sub(r"http://127\.0\.0\.1:\d+", "https://crm.example.com", accounts.read_text()))
    said = cli("demo", "--once", "--contacts", "100")
    assert said.code == 0
    assert "holds no connection between the emulated apps" in said.out
    assert "crm.example.com" not in said.out + said.err

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys

import httpx
import pytest
import typer

from reconciler.cli.emulated import environment
from reconciler.cli.sandbox import account_text, named_environment, weather
from reconciler.sandbox.emulator import emulator_names, load_emulator
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.launch import start_app


def test_it_prints_the_variables_that_the_specs_refer_to(cli, home):
    said = cli("sandbox", "--env")
    exported = dict(line.removeprefix("export ").split("=", 1) for line in said.out.splitlines())
    assert exported == environment()
    cli("init")
    referred = (home / "connections.d" / "accounts.yaml").read_text()
    assert all(f"{{env: {name}}}" in referred for name in exported)


def test_weather_is_a_share_of_calls():
    assert weather("throttle=0.05, error=1,") == {Fault.THROTTLE: 0.05, Fault.ERROR: 1.0}


@pytest.mark.parametrize("text", ["storm=0.1", "throttle", "throttle=2", "throttle=-1", "throttle=x", "throttle=nan"])
def test_other_weather_is_explained(text):
    with pytest.raises(typer.BadParameter, match=r"FAULT=RATE|from 0 to 1"):
        weather(text)


def test_it_runs_until_it_is_interrupted_or_says_who_is_in_the_way():
    command = [sys.executable, "-m", "reconciler", "sandbox", "--contacts", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        first = running.stdout.readline()
        if first:
            assert any("PASSWORD" in line for line in running.stdout)  # the last line before it waits
            running.send_signal(signal.SIGINT)
        said = running.stderr.read()
        running.wait()
    if first:
        assert "8451" in first
        assert (running.returncode, said) == (130, "Stopped.\n")
    else:
        assert running.returncode == 1
        assert "ports 8451 and 8452" in said


@pytest.mark.parametrize("app", emulator_names())
def test_any_emulated_app_can_be_tried_with_the_account_that_is_printed(cli, home, monkeypatch, app: str):
    one = start_app(app, 3)
    try:
        text = account_text(one, 3)
        (home / "connections.d").mkdir()
        (home / "connections.d" / "account.yaml").write_text(text)
        for name, value in re.findall(r"^# export (\w+)=(.*)$", text, re.MULTILINE):
            monkeypatch.setenv(name, shlex.split(value)[0])
        said = cli("accounts", f"{app}-sandbox")
    finally:
        one.server.stop()
    assert (said.code, said.err) == (0, "")
    assert len(one.world.ids(next(iter(load_emulator(app).entities.values())))) == 3


def test_the_variables_of_named_apps_are_printed_without_starting_them(cli):
    said = cli("sandbox", "zoho", "copper", "--env")
    assert (said.code, said.err) == (0, "")
    exported = dict(line.removeprefix("export ").split("=", 1) for line in said.out.splitlines())
    assert exported.keys() == named_environment(["zoho", "copper"]).keys()
    one = start_app("copper", 0)
    one.server.stop()
    assert all(name in exported for name in re.findall(r"env: (\w+)", account_text(one, 0)))


def test_named_apps_share_half_of_their_people_with_the_next():
    command = [sys.executable, "-m", "reconciler", "sandbox", "hubspot", "zoho", "--contacts", "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        hint = running.stderr.readline()
        text = "".join(iter(running.stdout.readline, "  create_accounts: true\n"))
        there = [httpx.get(f"{url}contacts").json() for url in re.findall(r"http\S+/_sandbox/", text)]
        running.send_signal(signal.SIGINT)
    hub, zoho = ({(one.get("email") or one["Email"]) for one in each} for each in there)
    assert 'eval "$(reconciler sandbox --env hubspot zoho)"' in hint
    assert (len(hub), len(zoho), len(hub & zoho)) == (8, 8, 4)


def test_an_app_without_an_emulator_says_which_there_are(cli):
    said = cli("sandbox", "outlook")
    assert said.code == 1
    assert "there are" in said.err
    assert "icontact" in said.err

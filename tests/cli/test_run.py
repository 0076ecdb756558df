from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest
import typer

from reconciler.cli.run import address


def test_it_runs_on_an_empty_folder_until_told_to_stop(home):
    (home / "connections.d").mkdir()
    command = [sys.executable, "-m", "reconciler", "run", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        started = next(line for line in map(json.loads, running.stderr) if line["event"] == "started")
        answer = httpx.get(f"http://{started['listen']}/healthz")
        running.terminate()
        rest = running.stderr.read()
    assert answer.status_code == 200
    assert running.returncode == 0, rest


def test_a_taken_port_is_an_error_in_words(cli, specs, apps):
    said = cli("run", "--listen", f"127.0.0.1:{apps.icontact.port}", "--config", str(specs))
    assert said.code == 1
    assert "choose another with --listen" in said.err


@pytest.mark.parametrize(
    ("text", "found"),
    [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
)
def test_an_address(text, found):
    assert address(text) == found


@pytest.mark.parametrize("text", ["", "9464", ":9464", "host:", "host:x", "host:70000", "::1:80"])
def test_what_is_no_address_is_explained(text):
    with pytest.raises(typer.BadParameter, match="HOST:PORT"):
        address(text)

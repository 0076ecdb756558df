"""The vendor's own client for Node, unchanged but for the host, walks the emulated company."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.pipedrive.emulator import EMULATOR
from reconciler.sandbox.pipedrive.world import PipedriveQuirks, PipedriveWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

CLIENT = "pipedrive@33.7.0"
SCRIPT = Path(__file__).with_name("pipedrive.js")

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict[str, Any]:
    """All that the client got; it knows no 429, so there are no limits here."""
    folder = tmp_path_factory.mktemp("node")
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), CLIENT]
    subprocess.run(install, check=True, cwd=folder, timeout=100)
    world = PipedriveWorld(FakeClock(), quirks=PipedriveQuirks(burst=0, search_burst=0, index_lag=0))
    with serve(create_app(EMULATOR.api(world))) as server:
        keys = world.keys
        command = ["node", str(SCRIPT), server.url, keys.api, keys.client, keys.proof, keys.refresh]
        environment = {**os.environ, "NODE_PATH": str(folder / "node_modules")}
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_persons_are_made_changed_and_paged_through(report) -> None:
    assert (report["created"]["first_name"], report["created"]["last_name"]) == ("Ann", "Lee")
    assert report["updated"]["name"] == "Ann Lee Jones"
    assert report["updated"]["emails"] == [{"value": "ann@example.com", "primary": True, "label": "work"}]
    assert report["pages"] == [["Ann Lee Jones", "Bob", "Cec"], ["Dan"]]
    assert report["since"] == 4


def test_a_search_finds_in_any_case(report) -> None:
    assert [one["item"]["emails"] for one in report["found"]] == [["ann@example.com"]]


def test_a_deleted_person_can_still_be_read(report) -> None:
    assert report["deleted"] == {"id": report["created"]["id"]}
    assert report["afterwards"]["is_deleted"] is True


def test_fields_are_told_by_code(report) -> None:
    assert {"name", "email", "label_ids", "job_title"} <= {one["field_code"] for one in report["fields"]}


def test_leads_are_made_paged_archived_and_deleted(report) -> None:
    assert report["me"]["company_id"]
    assert report["lead"]["value"] == {"amount": 3000, "currency": "USD"}
    assert report["leadPage"] == {
        "titles": ["Big"],
        "start": 0,
        "limit": 1,
        "more_items_in_collection": True,
        "next_start": 1,
    }
    assert (report["open"], report["archived"]) == (["Small"], ["Big"])
    assert report["deletedLead"] == {"id": report["lead"]["id"]}


def test_an_oauth_app_refreshes_and_calls(report) -> None:
    assert "contacts:full" in report["scope"]
    assert report["byBearer"] == 3


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("fraction", {"code": "ERR_SCHEMA_VALIDATION_FAILED"}),
        ("nobody", {"error": "requested person not found"}),
        ("noLead", {"error": "requested lead not found", "error_info": "Object was not found.", "data": None}),
        ("noTitle", {"code": "ERR_SCHEMA_VALIDATION_FAILED"}),
        ("stranger", {"error": "unauthorized access", "errorCode": 401}),
    ],
)
def test_refusals_come_as_the_client_knows_them(report, what: str, words: dict[str, object]) -> None:
    assert {**report[what], **words, "success": False} == report[what]

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.accounts import World

pytestmark = pytest.mark.usefixtures("specs")

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "plan.v1.json").read_text())


def limited(specs, limits: str) -> None:
    spec = specs / "newsletter.yaml"
    spec.write_text(spec.read_text().replace("limits: {update: 30%, delete: 0}", f"limits: {limits}"))


def test_a_plan_shows_both_sides_field_by_field_with_its_causes(cli, seen):
    said = cli("plan")
    assert (said.code, said.err) == (0, "")
    assert seen(said.out)


def test_a_plan_sends_no_write(cli, apps):
    before = apps.org.contacts(), apps.folder.contacts()
    cli("plan")
    assert (apps.org.contacts(), apps.folder.contacts()) == before


def test_json_is_what_its_schema_says(cli):
    said = cli("plan", "--format", "json")
    document = json.loads(said.out)
    Draft202012Validator(SCHEMA).validate(document)
    assert len(document["operations"]) == document["summary"]["operations"] > 0
    assert sum(sum(verbs.values()) for verbs in document["summary"]["counts"].values()) == len(document["operations"])


def test_a_limit_caps_what_is_printed_and_says_so(cli):
    few, document = cli("plan", "--limit", "2").out, json.loads(cli("plan", "--format", "json", "--limit", "1").out)
    left_out = document["summary"]["operations"] - 2
    assert f"and {left_out} more operations" in few
    assert len(document["operations"]) == 1


def test_markdown_is_a_comment_for_a_pull_request(cli, seen):
    said = cli("plan", "--format", "markdown", "--limit", "3")
    assert said.code == 0
    assert seen(said.out)


def test_a_long_comment_is_cut_and_says_what_is_left_out(cli, monkeypatch):
    monkeypatch.setattr("reconciler.cli.plan_markdown.LONGEST", 400)
    said = cli("plan", "--format", "markdown")
    assert len(said.out.encode()) < 1600
    assert "operations more not shown." in said.out


@pytest.mark.parametrize(("option", "code"), [((), 0), (("--detailed-exitcode",), 2)])
def test_pending_changes_are_an_exit_code_only_on_request(cli, option, code):
    assert cli("plan", *option).code == code


def test_a_quiet_world_has_an_empty_plan(cli):
    assert cli("apply", "--yes", "--quiet").code == 0
    said = cli("plan", "--detailed-exitcode")
    assert said.code == 0
    assert "nothing to do" in said.out


def test_the_guard_refuses_by_the_sides_own_names(cli, specs):
    limited(specs, "{create: 1}")
    said = cli("plan", "--limit", "0")
    assert said.code == 3
    assert "Over its limits: " in said.out
    assert "on news, the limit is 1" in said.out


def test_a_contacts_values_cannot_move_the_cursor(cli, apps):
    apps.org.edit(next(iter(apps.org.contacts())), {"FirstName": "\x1b[2JAnna\u202e", "MailingCountry": "Belgium"})
    said = cli("plan")
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "Anna" in said.out


def test_a_name_that_is_not_there_is_answered_with_those_that_are(cli):
    said = cli("plan", "newsleter")
    assert said.code == 1
    assert "did you mean 'newsletter'?" in said.err


def test_a_paused_connection_is_planned_only_by_name(cli, specs):
    spec = specs / "newsletter.yaml"
    spec.write_text(spec.read_text().replace("paused: false", "paused: true"))
    left_out, named = cli("plan"), cli("plan", "newsletter", "--limit", "0")
    assert (left_out.code, left_out.out) == (0, "")
    assert "no connection to plan" in left_out.err
    assert "to create" in named.out


def test_a_missing_credential_is_named_and_nothing_else(cli, monkeypatch):
    monkeypatch.delenv("RECONCILER_SANDBOX_ICONTACT_PASSWORD")
    said = cli("plan")
    assert said.code == 1
    assert "RECONCILER_SANDBOX_ICONTACT_PASSWORD" in said.err
    assert "Traceback" not in said.err


def test_wrong_credentials_are_an_error_in_words(cli, monkeypatch):
    monkeypatch.setenv("RECONCILER_SANDBOX_ICONTACT_PASSWORD", "wrong-password")
    said = cli("plan")
    assert said.code == 1
    assert said.err.startswith("newsletter: icontact: ")
    assert "wrong-password" not in said.err


def test_an_app_that_is_away_is_an_error_in_words(cli, specs, apps, monkeypatch):
    monkeypatch.setattr("reconciler.cli.opening.World", partial(World, sleep=lambda _seconds: None))
    accounts = specs / "accounts.yaml"
    accounts.write_text(accounts.read_text().replace(str(apps.icontact.port), "1"))
    said = cli("plan")
    assert said.code == 1
    assert said.err.startswith("newsletter: icontact: ")
    assert "Traceback" not in said.err

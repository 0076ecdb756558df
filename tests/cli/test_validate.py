from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.usefixtures("specs")

BROKEN = """\
version: 1
kind: connection
name: broken
sync: crm <-> news
sides:
  crm:  {app: salesforce, account: sf-sandbox, entity: contacts}
  news: {app: icontact, account: nobody, entity: contacts}
rules:
  - name: customers
    from: crm
    when: {MailingCuntry: Belgium}
fields:
  defaults: true
  map: [crm.Titel -> news.business]
"""


def test_good_specs_are_valid_without_a_network(cli, apps, seen):
    before = dict(apps.org.calls), dict(apps.folder.calls)
    said = cli("validate")
    assert said.code == 0
    assert (dict(apps.org.calls), dict(apps.folder.calls)) == before
    assert seen(said.out)


def test_everything_that_is_wrong_is_said_at_once(cli, specs, seen):
    (specs / "broken.yaml").write_text(BROKEN)
    (specs / "no-yaml.yaml").write_text("a: [b\n")
    said = cli("validate")
    assert said.code == 1
    assert seen(said.out)


def test_a_program_can_read_the_findings(cli, specs):
    (specs / "broken.yaml").write_text(BROKEN)
    said = cli("validate", "--format", "json")
    document = json.loads(said.out)
    assert said.code == 1
    assert document["valid"] is False
    assert document["connections"] == ["newsletter"]
    assert {(one["file"], one["line"], one["severity"]) for one in document["findings"]} >= {
        ("connections.d/broken.yaml", 11, "error"),
        ("connections.d/broken.yaml", 14, "error"),
    }


def test_a_warning_changes_nothing(cli, specs):
    spec = specs / "newsletter.yaml"
    spec.write_text(spec.read_text().replace("crm.Phone <-> news.phone, via: phone", "crm.Phone <-> news.phone2"))
    said = cli("validate")
    assert said.code == 0
    assert "warning: 'phone2' is not a standard field" in said.out
    assert "Valid with 1 warning" in said.out


@pytest.mark.parametrize("path", ["nowhere", "connections.d/accounts.yaml/deeper", "\x00"])
def test_a_path_that_is_none_is_a_finding(cli, path):
    said = cli("validate", path)
    assert said.code == 1
    assert "Traceback" not in said.out + said.err


def test_one_file_can_be_checked_alone(cli, specs):
    said = cli("validate", str(specs / "accounts.yaml"))
    assert (said.code, said.out) == (0, f"Valid: 0 connections and 2 accounts in {specs / 'accounts.yaml'}.\n")


def test_a_folder_that_is_not_there_says_how_to_come_by_one(cli):
    said = cli("plan", "--config", "nowhere")
    assert said.code == 1
    assert "reconciler init writes a starter one" in said.err

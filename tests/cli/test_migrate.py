from __future__ import annotations

import pytest

OLD = """\
version: 0
kind: connection
name: old   # keep me
direction: both
interval: 60
sides:
  crm:  {app: salesforce, account: sf-sandbox, entity: contacts}
  news: {app: icontact, account: icontact-sandbox, entity: contacts}
winner: crm
"""

pytestmark = pytest.mark.usefixtures("specs")


def test_an_old_spec_is_told_how_to_be_renewed_and_then_is(cli, specs):
    (specs / "old.yaml").write_text(OLD)
    before = cli("validate")
    assert before.code == 1
    assert "reconciler migrate" in before.out
    said = cli("migrate")
    assert (said.code, said.out) == (0, "rewrote connections.d/old.yaml\n")
    assert cli("validate").code == 0
    assert "# keep me" in (specs / "old.yaml").read_text()


def test_what_is_current_stays_as_it_is(cli, specs):
    before = {file: file.read_bytes() for file in specs.iterdir()}
    assert cli("migrate").code == 0
    assert {file: file.read_bytes() for file in specs.iterdir()} == before


def test_what_cannot_be_read_is_an_error_and_the_rest_is_done(cli, specs):
    (specs / "old.yaml").write_text(OLD)
    (specs / "broken.yaml").write_text("a: [b\n")
    said = cli("migrate")
    assert said.code == 1
    assert "broken.yaml" in said.err
    assert "rewrote connections.d/old.yaml" in said.out

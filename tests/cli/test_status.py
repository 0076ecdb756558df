from __future__ import annotations

import json
import sqlite3

import pytest

pytestmark = pytest.mark.usefixtures("specs")


@pytest.fixture
def synced(cli, specs):
    """One cycle was run."""
    assert cli("apply", "--yes", "--quiet", "--config", str(specs)).code == 0


@pytest.mark.usefixtures("synced")
def test_it_tells_cycles_states_and_links(cli, seen):
    said = cli("status")
    assert (said.code, said.err) == (0, "")
    assert seen(said.out)


@pytest.mark.usefixtures("synced")
def test_a_program_can_read_it(cli):
    (one,) = json.loads(cli("status", "--format", "json").out)
    assert (one["connection"], one["links"], one["unanswered_writes"]) == ("newsletter", 4, 0)
    assert one["states"] == {"crm": {"in_sync": 4, "excluded": 8}, "news": {"in_sync": 4, "excluded": 10}}
    assert [cycle["written"] for cycle in one["cycles"]] == [{"crm": {"update": 2}, "news": {"create": 2, "update": 1}}]


@pytest.mark.usefixtures("synced")
def test_it_knows_connections_that_no_spec_describes_any_more(cli, specs):
    (specs / "newsletter.yaml").unlink()
    said = cli("status")
    assert "newsletter: no usable spec describes it" in said.out
    assert "left: 4 in sync, 8 excluded; right: " in said.out


def test_a_connection_that_never_ran_says_so(cli):
    assert "no cycle yet" in cli("status").out


def test_nothing_at_all_is_said_too(cli, specs):
    for file in specs.iterdir():
        file.unlink()
    said = cli("status")
    assert said.code == 0
    assert "Neither connections.d nor the state holds a connection." in said.out


def test_refusals_stay_visible(cli, apps):
    cli("apply", "--yes", "--quiet")
    apps.folder.edit(apps.folder.ids()[-1], {"email": "dirk@example.x"})  # Salesforce wants two letters at the end
    cli("apply", "--yes", "--quiet")
    (one,) = json.loads(cli("status", "--format", "json").out)
    assert sum(one["refused"].values()) == one["states"]["news"]["failed"] == 1
    assert "refused: 1 contact" in cli("status").out


def test_nothing_is_claimed_of_a_cycle_that_was_killed(cli):
    assert cli("apply", "--yes", "--quiet").code == 0
    with sqlite3.connect("state/reconciler.sqlite") as state:
        state.execute("update cycle set result = 'abandoned', finished_at = null, counts = '{}'")
    state.close()
    said = cli("status").out
    assert said.rstrip().endswith("cycle 1  abandoned")
    assert "nothing written" not in said


def test_a_stalled_connection_waits_for_a_change_and_names_no_time(cli, monkeypatch):
    monkeypatch.setenv("RECONCILER_SANDBOX_ICONTACT_PASSWORD", "wrong")
    assert cli("apply", "--yes", "--quiet").code == 1
    assert "next: when a spec or a secret changes" in cli("status").out
    assert json.loads(cli("status", "--format", "json").out)[0]["next_at"] is None

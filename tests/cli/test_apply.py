from __future__ import annotations

import pytest

from reconciler.cli.apply import CODES
from reconciler.cli.report_text import RESULTS

pytestmark = pytest.mark.usefixtures("specs")


def limited(specs, limits: str) -> None:
    spec = specs / "newsletter.yaml"
    spec.write_text(spec.read_text().replace("limits: {update: 30%, delete: 0}", f"limits: {limits}"))


def contacts(apps):
    return apps.org.contacts(), apps.folder.contacts()


def test_without_a_terminal_a_word_is_needed(cli, apps):
    before = contacts(apps)
    said = cli("apply")
    assert said.code == 1
    assert "--yes" in said.err
    assert contacts(apps) == before


def test_what_was_shown_is_done_and_told(cli, seen):
    said = cli("apply", "--yes")
    assert (said.code, said.err) == (0, "")
    assert seen(said.out)


def test_quiet_says_only_what_was_done(cli):
    said = cli("apply", "--yes", "--quiet")
    assert said.code == 0
    assert said.out.startswith("Done: 2 updated on crm; 2 created, 1 updated on news in ")


@pytest.mark.parametrize(("keys", "code"), [("y\n", 0), ("n\n", 1), ("", 130)])
def test_a_person_is_asked_first(cli, apps, keys, code):
    before = contacts(apps)
    said = cli("apply", keys=keys)
    assert said.code == code
    assert "Apply this to newsletter?" in said.out
    assert (contacts(apps) == before) is (code != 0)


def test_an_empty_plan_needs_no_answer(cli):
    cli("apply", "--yes", "--quiet")
    assert cli("apply", keys="").code == 0


def test_a_plan_over_its_limits_waits_for_a_person(cli, specs, apps):
    limited(specs, "{create: 1}")
    before = contacts(apps)
    for options in (("--yes",), ("--yes", "--quiet")):
        said = cli("apply", *options)
        assert said.code == 3
        assert contacts(apps) == before
    assert cli("apply", "--yes", "--approve").code == 0
    assert contacts(apps) != before


def test_what_an_app_refuses_is_told_by_its_code(cli, apps, seen):
    cli("apply", "--yes", "--quiet")
    apps.folder.edit(apps.folder.ids()[-1], {"email": "dirk@example.x"})  # Salesforce wants two letters at the end
    said = cli("apply", "--yes", "--quiet")
    assert said.code == 0
    assert seen(said.out)


def test_a_broken_folder_stops_it_before_anything_is_asked(cli, specs, apps):
    (specs / "broken.yaml").write_text("version: 1\nkind: conection\n")
    before = contacts(apps)
    said = cli("apply", "--yes")
    assert said.code == 1
    assert "did you mean 'connection'?" in said.err
    assert contacts(apps) == before


def test_a_good_connection_can_be_named_beside_a_broken_one(cli, specs):
    (specs / "broken.yaml").write_text("version: 1\nkind: conection\n")
    assert cli("apply", "newsletter", "--yes", "--quiet").code == 0


def test_every_result_has_words_and_a_code():
    assert CODES.keys() < RESULTS.keys()
    assert RESULTS.keys() == {"ok", "refused", "failed", "stalled", "abandoned", "busy"}


def test_of_several_connections_each_is_named_and_stands_apart(cli, specs):
    first = (specs / "newsletter.yaml").read_text()
    (specs / "second.yaml").write_text(first.replace("name: newsletter", "name: second"))
    said = cli("apply", "--yes", "--quiet")
    one, other = said.out.split("\n\n")
    assert [text.splitlines()[0].split(":")[0] for text in (one, other)] == ["newsletter", "second"]
    assert [text.splitlines()[1].split(":")[0] for text in (one, other)] == ["Done", "Done"]
    planned = cli("plan").out
    assert "\n\nsecond: crm (salesforce contacts)" in planned

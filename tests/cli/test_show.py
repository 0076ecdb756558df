from __future__ import annotations

import pytest

EMAIL = "dirk.devries.2@example.net"


@pytest.fixture(autouse=True)
def _synced(cli, specs):
    assert cli("apply", "--yes", "--quiet", "--config", str(specs)).code == 0


def test_an_id_finds_the_pair_from_either_side(cli, apps, seen):
    crm, news = apps.org.find(EMAIL)[0], apps.folder.find(EMAIL)[0]
    said = cli("show", f"crm:{crm}")
    assert said.code == 0
    assert seen(said.out)
    for asked in (crm, f"news:{news}", news):
        assert cli("show", asked).out == said.out


def test_an_address_finds_it_by_its_fingerprint_in_any_spelling(cli, apps):
    by_id = cli("show", apps.org.find(EMAIL)[0]).out
    assert [cli("show", asked).out for asked in (EMAIL, EMAIL.upper(), f" {EMAIL} ")] == [by_id] * 3


def test_values_are_shown_only_when_asked_for(cli, seen):
    assert EMAIL not in cli("show", EMAIL).out
    assert seen(cli("show", EMAIL, "--live").out)


def test_why_somebody_is_left_alone(cli, apps):
    excluded = next(one for one, values in apps.org.contacts().items() if values["MailingCountry"] == "Germany")
    said = cli("show", excluded)
    assert f"crm: {excluded}  excluded   # no rule matches" in said.out
    assert "news: no counterpart" in said.out


def test_nobody_is_an_answer_too(cli):
    said = cli("show", "nobody@example.com")
    assert (said.code, said.out) == (1, "")
    assert "No connection knows this contact" in said.err


def test_a_contact_that_went_away_is_still_told_of(cli, apps):
    crm, news = apps.org.find(EMAIL)[0], apps.folder.find(EMAIL)[0]
    apps.folder.delete(news)
    cli("apply", "--yes", "--quiet")
    said = cli("show", crm)
    assert f"news: {news}, not there any more" in said.out
    assert "trashed" in said.out
    assert cli("show", crm, "--live").code == 0

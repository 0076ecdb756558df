from __future__ import annotations

import json

import pytest

from reconciler.model.field import Field
from tests.cli.test_login import NEWS, spec


@pytest.mark.usefixtures("specs")
def test_every_account_says_who_it_is_and_who_uses_it(cli, seen) -> None:
    said = cli("accounts")
    assert (said.code, said.err) == (0, "")
    assert seen(said.out)


@pytest.mark.usefixtures("specs")
def test_one_that_does_not_open_says_what_it_stalls_and_leaves_the_other_alone(cli, monkeypatch) -> None:
    monkeypatch.setenv("RECONCILER_SANDBOX_ICONTACT_PASSWORD", "wrong")
    said = cli("accounts", "--format", "json")
    found = {one["app"]: one for one in json.loads(said.out)}
    assert said.code == 1
    assert {app: one["works"] for app, one in found.items()} == {"icontact": False, "salesforce": True}
    assert "check app_id, username and the application password" in found["icontact"]["problem"]
    assert found["icontact"]["connections"] == ["newsletter"]
    assert "stalls newsletter; nothing else" in cli("accounts").out


@pytest.mark.usefixtures("specs")
def test_a_variable_that_is_not_set_is_named(cli, monkeypatch) -> None:
    monkeypatch.delenv("RECONCILER_SANDBOX_ICONTACT_PASSWORD")
    assert "RECONCILER_SANDBOX_ICONTACT_PASSWORD, which holds 'password', is not set" in cli("accounts").out


def test_a_folder_without_accounts_says_so(cli, home) -> None:
    (home / "connections.d").mkdir()
    said = cli("accounts")
    assert said.code == 0
    assert "holds no account" in said.out


@pytest.mark.usefixtures("specs")
def test_quotas_are_told_where_the_app_tells(cli) -> None:
    found = {one["app"]: one for one in json.loads(cli("accounts", "--format", "json").out)}
    assert found["salesforce"]["calls_limit"] == 1_000_000
    assert found["icontact"]["calls_left"] is None


@pytest.mark.usefixtures("specs")
def test_two_commands_log_in_once(cli, apps) -> None:
    for _ in range(3):
        assert cli("accounts").code == 0
    assert apps.org.calls["token"] == 1


@pytest.fixture
def account_of(cli, specs):
    """An account of the starter folder, by its app."""
    assert specs
    return {one["app"]: one["account"] for one in json.loads(cli("accounts", "--format", "json").out)}.__getitem__


class TestFields:
    def test_custom_fields_of_the_account_are_among_them(self, cli, apps, home) -> None:
        spec(home, NEWS.replace("{{login: true}}", "{{env: X}}"), url=apps.icontact_url)
        standard = json.loads(cli("fields", "news", "--offline", "--format", "json").out)
        assert {one["name"] for one in standard} >= {"email", "firstName"}
        assert not [one for one in standard if one["custom"]]

    def test_a_person_sees_what_specs_can_name(self, cli, seen, account_of) -> None:
        name = account_of("icontact")
        said = cli("fields", name)
        assert (said.code, said.err) == (0, "")
        assert seen(said.out)

    def test_an_entity_that_is_not_there_gets_the_nearest_name(self, cli, account_of) -> None:
        name = account_of("salesforce")
        said = cli("fields", name, "--entity", "lead")
        assert said.code == 1
        assert "did you mean 'leads'?" in said.err

    def test_every_field_is_as_the_model_knows_it(self, cli, account_of) -> None:
        name = account_of("salesforce")
        for one in json.loads(cli("fields", name, "--entity", "leads", "--format", "json").out):
            assert Field(**one).name == one["name"]


class TestApps:
    def test_one_app_in_detail_tells_what_each_lack_costs(self, cli, seen) -> None:
        said = cli("apps", "icontact")
        assert (said.code, said.err) == (0, "")
        assert seen(said.out)

    def test_every_entity_stands_in_the_overview(self, cli) -> None:
        rows = cli("apps").out.splitlines()
        entities = json.loads(cli("apps", "--format", "json").out)
        assert len(rows) == len(entities) + 1

    def test_an_unknown_app_gets_the_nearest_name(self, cli) -> None:
        said = cli("apps", "salesforse")
        assert said.code == 1
        assert "did you mean 'salesforce'?" in said.err

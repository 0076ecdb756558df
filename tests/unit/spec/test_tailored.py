"""Apps whose catalogue follows the options of an account, and apps that no base URL leads to."""

from __future__ import annotations

from reconciler.spec.check import Resolution, resolve
from reconciler.spec.load import Loaded, parse
from reconciler.wiring import Apps
from tests.unit.spec.facts import ACCOUNTS, APPS

SPEC = """\
version: 1
kind: account
name: shop
app: sql
auth: {{url: {{env: DATABASE_URL}}}}
options: {{table: customers, {options}}}
{more}
---
version: 1
kind: connection
name: both
sync: crm <-> db
winner: {winner}
sides:
  crm: {{app: crmapp, account: crm-prod, entity: contacts}}
  db: {{app: sql, account: shop, entity: rows}}
match: [{{crm: Email, db: {key}}}]
"""


def resolved(options: str = "key: no", more: str = "", winner: str = "crm", key: str = "email") -> Resolution:
    text = SPEC.format(options=options, more=more, winner=winner, key=key)
    parts = [parse("accounts.yaml", ACCOUNTS), parse("both.yaml", text)]
    return resolve(Loaded({part.file: part for part in parts}), {**APPS, "sql": Apps()["sql"]})


def pairs(found: Resolution) -> dict[str, str]:
    assert found.problems == ()
    return {one.right[0].role: one.right[0].name for one in found.connections["both"].mappings}


def test_default_mappings_follow_the_roles_that_an_account_gives() -> None:
    assert pairs(resolved())["email"] == "email"
    given = pairs(resolved("roles: {mail: email, job: title}", key="mail"))
    assert (given["email"], given["title"], given["phone"]) == ("mail", "job", "phone")


def test_a_role_is_a_match_key_although_the_account_may_lack_it() -> None:
    found = resolved(key="email")
    text = SPEC.format(options="key: no", more="", winner="crm", key="x").replace("[{crm: Email, db: x}]", "[email]")
    parts = [parse("accounts.yaml", ACCOUNTS), parse("both.yaml", text)]
    by_role = resolve(Loaded({part.file: part for part in parts}), {**APPS, "sql": Apps()["sql"]})
    assert by_role.problems == ()
    assert by_role.connections["both"].keys[0].right == found.connections["both"].keys[0].right


def test_any_column_may_be_there_and_no_name_is_a_guess() -> None:
    assert resolved(key="any_name").warnings == ()


def test_what_an_app_can_do_follows_the_options_as_well() -> None:
    assert resolved("modified: changed", winner="newest").problems == ()
    (problem,) = resolved(winner="newest").problems
    assert "sql rows do not have" in problem.message


def test_options_that_are_wrong_are_said_once_where_they_stand() -> None:
    (problem,) = resolved("roles: {mail: emial}").problems
    assert (problem.line, "no role is called 'emial'" in problem.message) == (6, True)


def test_an_address_for_http_is_one_too_many() -> None:
    (problem,) = resolved(more="base_url: https://db.example.com").problems
    assert "SQL table is not reached over HTTP" in problem.message

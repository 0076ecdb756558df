from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.connectors.registry import app_names, app_traits, load_app
from reconciler.model.connection import Direction, End, Key, Limit, Membership, SetField
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side
from reconciler.spec.check import AppFacts, resolve
from reconciler.spec.load import load_folder
from tests.unit.spec.facts import ACCOUNTS, NEWSLETTER, connection, minimal, problems, resolved

EXAMPLES = Path(__file__).parents[3] / "connections.d"


def test_a_connection_with_everything_decided() -> None:
    found = connection()
    assert found.left == End("crm", "crmapp", "crm-prod", "contacts")
    assert found.direction is Direction.BOTH
    assert [(key.left.name, key.right.name) for key in found.keys] == [("Email", "email")]
    assert (found.every, found.paused, found.region, found.create_without_key) == (300.0, False, "BE", False)
    assert found.limits == (Limit("update", share=0.3), Limit("delete", count=0))


def test_rules_carry_their_actions() -> None:
    there, back = connection().rules
    assert (there.source, there.create, there.revert, there.origin.line) == (Side.LEFT, True, True, 13)
    assert [(one.field.name, one.items, one.present) for one in there.actions if isinstance(one, Membership)] == [
        ("lists", ("Customers",), True)
    ]
    assert (back.source, back.create, back.revert) == (Side.RIGHT, False, False)
    assert [(one.field.name, one.value) for one in back.actions if isinstance(one, SetField)] == [("OptOut", True)]


@pytest.mark.parametrize(
    ("sync", "sources"),
    [("crm <-> news", [Side.LEFT, Side.RIGHT]), ("crm -> news", [Side.LEFT]), ("crm <- news", [Side.RIGHT])],
)
def test_without_rules_every_sender_creates(sync: str, sources: list) -> None:
    found = connection(minimal(sync))
    assert sorted(rule.source for rule in found.rules) == sorted(sources)
    assert all(rule.create for rule in found.rules)


def test_rules_of_a_receiver_do_nothing_and_say_so() -> None:
    resolution = resolved(minimal("crm -> news", extra="rules: [{name: a, from: crm}, {name: b, from: news}]"))
    assert [rule.name for rule in resolution.connections["small"].rules] == ["a"]
    assert [warning.message for warning in resolution.warnings] == ["the rule 'b' does nothing"]


def test_who_wins_is_said_or_warned_of() -> None:
    (warning,) = resolved(minimal(extra="")).warnings
    assert "'crm' wins" in warning.message
    assert resolved(minimal("crm -> news", extra="")).warnings == ()


def test_creating_without_what_the_app_requires_is_told() -> None:
    (problem,) = problems(minimal("news -> leads", "news", "leads", ""))
    assert "leads.Company" in problem.message
    assert "create: false" in problem.hint


@pytest.mark.parametrize(
    "extra",
    [
        "rules: [{name: a, from: news, then: {set: {Company: Unknown}}}]",
        "rules: [{name: a, from: news, then: {create: false}}]",
        "fields: {map: [news.business -> leads.Company]}",
    ],
)
def test_what_the_app_requires_can_be_brought(extra: str) -> None:
    assert problems(minimal("news -> leads", "news", "leads", extra)) == ()


def test_custom_fields_go_by_their_names_until_the_account_is_asked() -> None:
    text = minimal(extra="winner: crm\nfields: {map: [crm.Vip__c -> news.vip]}")
    offline = resolved(text)
    assert [one.message for one in offline.warnings] == ["'vip' is not a standard field of mailapp contacts"]
    asked = {"small": {"crm": (Field("Vip__c", FieldType.BOOLEAN, custom=True),), "news": (Field("vip", custom=True),)}}
    online = resolved(text, custom=asked)
    assert (online.problems, online.warnings) == ((), ())
    assert online.connections["small"].mappings[-1].left[0].type is FieldType.BOOLEAN


def test_a_custom_field_that_the_account_does_not_have_is_told() -> None:
    text = minimal(extra="winner: crm\nfields: {map: [crm.Vpi__c -> news.firstName2]}")
    asked = {"small": {"crm": (Field("Vip__c", custom=True),), "news": (Field("firstName2", custom=True),)}}
    (problem,) = resolved(text, custom=asked).problems
    assert problem.hint == "did you mean 'Vip__c'?"


def test_a_name_near_a_standard_field_is_not_taken_for_a_custom_one() -> None:
    (problem,) = problems(minimal(extra="winner: crm\nfields: {map: [crm.Title -> news.fristName]}"))
    assert problem.hint == "did you mean 'firstName'?"


@pytest.mark.parametrize(
    ("match", "keys"),
    [
        ("email", [("Email", "email")]),
        ("[phone, email]", [("Phone", "phone"), ("Email", "email")]),
        ("[{crm: External_Id__c, news: extid}, email]", [("External_Id__c", "extid"), ("Email", "email")]),
        ("{crm: Title, news: email}", [("Title", "email")]),
    ],
)
def test_match_keys(match: str, keys: list) -> None:
    found: tuple[Key, ...] = connection(minimal(extra=f"winner: crm\nmatch: {match}")).keys
    assert [(key.left.name, key.right.name) for key in found] == keys


@pytest.mark.parametrize(
    ("rules", "clash"),
    [
        ("[{name: a, from: crm, then: {add: {lists: [A]}}}, {name: b, from: crm, then: {add: {lists: [B]}}}]", False),
        ("[{name: a, from: crm, then: {add: {tags: [A]}}}]", False),
        ("[{name: a, from: crm, then: {set: {score: 1}}}, {name: b, from: crm, then: {set: {score: 1}}}]", False),
        ("[{name: a, from: crm, then: {set: {country: BE}}}]", True),
    ],
)
def test_one_field_has_one_writer(rules: str, clash: object) -> None:
    found = [problem.message for problem in problems(minimal(extra=f"winner: crm\nrules: {rules}"))]
    assert any("two things write" in message for message in found) is clash
    assert bool(found) is clash


def test_two_rules_that_set_one_field_are_warned_of() -> None:
    rules = "[{name: a, from: crm, then: {set: {score: 1}}}, {name: b, from: crm, then: {set: {score: 2}}}]"
    resolution = resolved(minimal(extra=f"winner: crm\nrules: {rules}"))
    assert resolution.problems == ()
    (warning,) = resolution.warnings
    assert "two things write news.score" in warning.message


def test_a_rule_may_add_to_a_list_that_is_mapped_one_way() -> None:
    rules = "rules: [{name: a, from: crm, then: {add: {tags: [A]}}}]"
    assert problems(minimal("crm -> news", extra=rules)) == ()


@pytest.mark.parametrize("name", ["vip", "phone2", "rated", "birthday"])
def test_other_names_are(name: str) -> None:
    resolution = resolved(minimal(extra=f"winner: crm\nfields: {{map: [crm.Title -> news.{name}]}}"))
    assert resolution.problems == ()
    assert len(resolution.warnings) == 1


def test_one_bad_connection_does_not_take_its_neighbours_along() -> None:
    text = NEWSLETTER + "---\n" + minimal(extra="winner: nobody")
    resolution = resolved(text)
    assert list(resolution.connections) == ["newsletter"]
    assert len(resolution.problems) == 1


def test_a_bad_account_takes_its_connections_along() -> None:
    resolution = resolved(accounts=ACCOUNTS.replace("page_size: 100", "page_size: 0"))
    assert (list(resolution.connections), list(resolution.accounts)) == ([], ["crm-prod", "book-home"])


@pytest.mark.parametrize(
    "same",
    [
        NEWSLETTER.replace("every: 5m", "every: 300   # seconds"),
        "# a comment\n" + NEWSLETTER,
        NEWSLETTER.replace("match: [email]", "match: email"),
        NEWSLETTER.replace("winner: crm\n", "winner: crm\ndescription: other words\n"),
        NEWSLETTER.replace("crm.Rating -> news.rating", "news.rating <- crm.Rating"),
        NEWSLETTER.replace("OptOut: false", "OptOut: {is: false}"),
    ],
)
def test_the_digest_is_of_the_meaning(same: str) -> None:
    assert connection(same).digest == connection().digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("winner: crm", "winner: news"),
        ("OptOut: false", "OptOut: true"),
        ("      OptOut: false\n      Country:", "      any: [{OptOut: false}]\n      Country:"),
        ("region: BE", "region: NL"),
        ("create: false", "create: true"),
        ("on_leave: revert", "on_leave: keep"),
        ("update: 30%", "update: 31%"),
        ("crm.Rating -> news.rating", "crm.Rating -> news.rated"),
    ],
)
def test_the_digest_changes_with_the_meaning(old: str, new: str) -> None:
    assert old in NEWSLETTER
    assert connection(NEWSLETTER.replace(old, new)).digest != connection().digest


def test_the_digest_knows_the_account_settings() -> None:
    other = resolved(accounts=ACCOUNTS.replace("page_size: 100", "page_size: 200"))
    assert other.connections["newsletter"].digest != connection().digest


def test_the_shipped_examples_resolve() -> None:
    apps = {}
    for name in app_names():
        app = load_app(name)
        apps[name] = AppFacts(app.catalogue, app.credentials, app.options, app_traits(app), app.base_url)
    resolution = resolve(load_folder(EXAMPLES), apps)
    assert [str(finding) for finding in (*resolution.problems, *resolution.warnings)] == []
    assert set(resolution.accounts) == {"sf-sandbox", "icontact-sandbox"}
    assert set(resolution.connections) == {"newsletter"}


def test_a_fifth_match_key_is_one_too_many() -> None:
    (problem,) = problems(minimal(extra="winner: crm\nmatch: [email, phone, first_name, last_name, country]"))
    assert problem.message == "5 match keys are too many"

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.errors import Denied, Retryable
from reconciler.model.outcome import Draft, Lost, Refused, Unsent, Written
from tests.unit.connectors.hubspot.portal import Portal, Told, batch, patch, refusal, row, stored
from tests.unit.connectors.wire import answer

BAD = '[{"isValid":false,"message":"Email address p2@example.com is invalid","error":"INVALID_EMAIL","name":"email"}]'


def draft(number: int, **values: object) -> Draft:
    return Draft({"email": f"p{number}@example.com", "firstname": f"P{number}", **values})


def test_a_hundred_go_in_one_call_and_come_back_in_another_order(portal: Portal) -> None:
    outcomes = portal.open().create([draft(number) for number in range(100)])
    assert [stored(one).values["firstname"] for one in outcomes] == [f"P{number}" for number in range(100)]
    answered = portal.bodies("/batch/create")
    assert len(answered) == 1
    assert [one["objectWriteTraceId"] for one in answered[0]["inputs"]] == [str(number) for number in range(100)]
    assert portal.lines.count("POST /crm/v3/objects/contacts/batch/read") == 1


def test_without_marks_in_the_answer_rows_are_told_by_address_or_by_all_that_was_sent(portal: Portal) -> None:
    portal.world.quirks.marks = False
    nameless = [Draft({"firstname": "Only", "lastname": name}) for name in ("One", "Two")]
    outcomes = portal.open().create([draft(1), *nameless, draft(4)])
    assert [stored(one).values["lastname"] for one in outcomes] == [None, "One", "Two", None]


def test_two_alike_without_an_address_cannot_be_told_apart_and_are_not_guessed_at(portal: Portal) -> None:
    portal.world.quirks.marks = False
    outcomes = portal.open().create([Draft({"firstname": "Same"})] * 2)
    assert {type(one) for one in outcomes} <= {Lost, Written}
    assert Lost in {type(one) for one in outcomes}


def test_one_bad_row_does_not_spoil_the_others(portal: Portal) -> None:
    theirs = portal.person(2)
    bad = [draft(1), draft(2), draft(3, email="mine@"), draft(4, hs_lead_status="WHATEVER"), draft(5)]
    first, twin, wrong, option, last = portal.open("email", "firstname", "hs_lead_status").create(bad)
    assert [type(one) for one in (first, last)] == [Written, Written]
    said = f"contact {theirs} has this address already, perhaps as a second one: merge them, or change it"
    assert twin == Refused("CONFLICT", said, "email")
    assert wrong == Refused("INVALID_EMAIL", "email: Email address [value] is invalid", "email")
    assert (option.code, option.field) == ("INVALID_OPTION", "hs_lead_status")
    assert len(portal.bodies("/batch/create")) == 1


def test_an_address_that_is_somebodys_second_one_is_taken_and_does_not_make_it_theirs(portal: Portal) -> None:
    winner, loser = portal.person(1), portal.person(2)
    heir = portal.world.merge(winner, loser)
    connector = portal.open()
    (outcome,) = connector.create([draft(2)])
    assert outcome.code == "CONFLICT"
    assert heir in outcome.message
    assert connector.find("email", ["p2@example.com"]) == []


@pytest.mark.parametrize("values", [{}, {"lastname": None}, {"phone": "1"}])
def test_nobody_without_address_and_name_is_sent(portal: Portal, values: dict) -> None:
    first, second = portal.open("email", "phone").create([Draft(values), draft(1)])
    assert (first.code, type(second)) == ("no_name", Written)
    assert len(portal.bodies("/batch/create")[0]["inputs"]) == 1


def test_two_new_contacts_with_one_address_are_not_sent_together(portal: Portal) -> None:
    first, second = portal.open().create([draft(1), draft(1, email=" P1@Example.com")])
    assert (type(first), second.code, second.field) == (Written, "duplicate_email", "email")


def test_a_batch_that_is_refused_as_a_whole_is_halved_until_the_bad_row_is_found() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/read"):
            return batch(*(row(one["id"], email=f"p{one['id']}@example.com") for one in body["inputs"]))
        emails = [one["properties"]["email"] for one in body["inputs"]]
        if "p2@example.com" in emails:
            return refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {BAD}")
        return batch(*(row(one[1], email=one) for one in emails))

    wire = Told(answer())
    told = wire.reply
    wire.answers = [lambda request: told(request) if request.method == "GET" else reply(request)]
    outcomes = wire.open().create([draft(number) for number in range(5)])
    assert [type(one).__name__ for one in outcomes] == ["Written", "Written", "Refused", "Written", "Written"]
    assert (outcomes[2].code, outcomes[2].field) == ("INVALID_EMAIL", None)
    assert "p2@example.com" not in outcomes[2].message


def test_a_create_without_an_answer_is_lost_and_an_update_is_repeated() -> None:
    wire = Told(httpx.ReadTimeout("x"))
    assert [type(one) for one in wire.open().create([draft(1), draft(2)])] == [Lost, Lost]
    assert len(wire.requests) == 2
    done = batch(row("1", "0", email="a@example.com"))
    wire = Told(httpx.ReadTimeout("x"), done, done)
    assert isinstance(wire.open().update([patch("1", lastname="x")])[0], Written)


def test_a_row_that_the_answer_leaves_out_is_lost() -> None:
    made = batch(row("1", "0", email="p1@example.com"))
    first, second = Told(made, made).open().create([draft(1), draft(2)])
    assert (type(first), type(second)) == (Written, Lost)


def test_a_write_stands_even_where_it_cannot_be_read_back() -> None:
    (outcome,) = Told(batch(row("1", "0", email="p1@example.com")), answer(status=500)).open().create([draft(1)])
    assert (outcome.id, dict(stored(outcome).values)) == ("1", {})


def test_what_ends_a_long_write_leaves_what_was_written_before(portal: Portal) -> None:
    connector = portal.open()
    portal.world.quirks.daily = 3
    outcomes = connector.create([draft(number) for number in range(250)])
    assert [type(one) for one in outcomes[:200]] == [Written] * 200
    assert [type(one) for one in outcomes[200:]] == [Unsent] * 50


def test_an_update_names_the_fields_that_changed_and_an_empty_one_clears(portal: Portal) -> None:
    one = portal.person(1, lastname="Old", city="Gent")
    (outcome,) = portal.open("email", "lastname", "city").update([patch(one, lastname=None, city="Brugge")])
    assert portal.bodies("/batch/update")[0]["inputs"] == [
        {"id": one, "properties": {"lastname": "", "city": "Brugge"}, "objectWriteTraceId": "0"}
    ]
    assert stored(outcome).values == {"email": "p1@example.com", "lastname": None, "city": "Brugge"}
    assert portal.open("lastname").get([one])[0].values == {"lastname": None}, 'cleared reads "", never set null'


def test_who_is_gone_is_stale_and_leaves_the_neighbours(portal: Portal) -> None:
    one, two, three = (portal.person(number) for number in (1, 2, 3))
    portal.world.delete(two)
    outcomes = portal.open().update([patch(each, lastname="New") for each in (one, two, three)])
    assert [type(each) for each in outcomes] == [Written, Refused, Written]
    assert (outcomes[1].code, outcomes[1].stale) == ("OBJECT_NOT_FOUND", True)


def test_an_update_that_landed_on_another_contact_is_not_called_done(portal: Portal) -> None:
    winner, loser = portal.person(1), portal.person(2)
    heir = portal.world.merge(winner, loser)
    (outcome,) = portal.open().update([patch(loser, lastname="New")])
    assert isinstance(outcome, Refused)
    assert outcome.stale
    assert portal.world.read(heir)["lastname"] == "New", "HubSpot did it, and the next read shows where"


def test_an_address_of_somebody_else_is_that_updates_own_conflict(portal: Portal) -> None:
    one, two = portal.person(1), portal.person(2)
    first, second = portal.open().update([patch(one, email="p2@example.com"), patch(two, lastname="New")])
    assert (first.code, type(second)) == ("CONFLICT", Written)
    assert two in first.message


@pytest.mark.parametrize(("before", "after"), [("customer", "lead"), ("other", "subscriber")])
def test_a_step_back_in_the_life_cycle_is_refused_before_it_is_sent(portal: Portal, before: str, after: str) -> None:
    one = portal.person(1, lifecyclestage=before)
    (outcome,) = portal.open("lifecyclestage").update(
        [patch(one, {"lifecyclestage": before}, lifecyclestage=after, firstname="x")]
    )
    assert (outcome.code, outcome.field) == ("stage_backwards", "lifecyclestage")
    assert before in outcome.message
    assert portal.bodies("/batch/update") == []


@pytest.mark.parametrize(("before", "after"), [("lead", "customer"), ("customer", "customer"), ("customer", None)])
def test_a_step_forward_and_a_clearing_are_sent(portal: Portal, before: str, after: str | None) -> None:
    one = portal.person(1, lifecyclestage=before)
    connector = portal.open("lifecyclestage")
    (outcome,) = connector.update([patch(one, {"lifecyclestage": before}, lifecyclestage=after)])
    assert stored(outcome).values == {"lifecyclestage": after}


def test_a_step_back_that_got_through_shows_in_what_is_read_back(portal: Portal) -> None:
    """The plan was made when the contact was still a lead: HubSpot ignores the write, and says nothing."""
    one = portal.person(1, lifecyclestage="customer")
    connector = portal.open("lifecyclestage")
    (outcome,) = connector.update([patch(one, {"lifecyclestage": "subscriber"}, lifecyclestage="lead")])
    assert stored(outcome).values == {"lifecyclestage": "customer"}


def test_consent_cannot_be_written(portal: Portal) -> None:
    one = portal.person(1)
    (outcome,) = portal.open("hs_email_optout").update([patch(one, hs_email_optout=True)])
    assert (outcome.code, outcome.field) == ("read_only", "hs_email_optout")
    assert "subscriptions are not part of a contact" in outcome.message
    portal.world.edit(one, {"hs_email_optout": True})
    assert portal.open("hs_email_optout").get([one])[0].values == {"hs_email_optout": True}


def test_rules_that_an_administrator_made_hold_in_dated_versions_only(portal: Portal) -> None:
    portal.world.quirks.required = "city"
    assert isinstance(portal.open().create([draft(1)])[0], Written)
    (outcome,) = portal.open(api_version="2026-09").create([draft(2)])
    assert (outcome.code, outcome.field) == ("MISSING_REQUIRED_PROPERTY", "city")


def test_archiving_is_one_call_and_who_is_gone_is_done(portal: Portal) -> None:
    one, two = portal.person(1), portal.person(2)
    portal.world.delete(two)
    assert portal.open().delete([one, two, "999"]) == [Written(one), Written(two), Written("999")]
    assert portal.world.ids() == []
    assert portal.bodies("/batch/archive") == [{"inputs": [{"id": one}]}]


def test_archiving_who_was_merged_leaves_the_other_alone(portal: Portal) -> None:
    winner, loser = portal.person(1), portal.person(2)
    heir = portal.world.merge(winner, loser)
    assert portal.open().delete([loser]) == [Written(loser)]
    assert portal.world.ids() == [heir]


def test_a_batch_that_cannot_be_archived_goes_one_by_one() -> None:
    there = batch(row("1"), row("2"))
    wire = Told(there, refusal(400, "VALIDATION_ERROR"), answer(status=204), refusal(404))
    assert wire.open().delete(["1", "2"]) == [Written("1"), Written("2")]
    assert wire.lines[-2:] == ["DELETE /crm/v3/objects/contacts/1", "DELETE /crm/v3/objects/contacts/2"]


def test_a_row_that_cannot_be_archived_says_why() -> None:
    errors = ({"category": "LOCKED", "message": "locked", "context": {"ids": ["2"]}},)
    first, second = Told(batch(row("1"), row("2")), batch(errors=errors)).open().delete(["1", "2"])
    assert (first, second) == (Written("1"), Refused("LOCKED", "locked"))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (refusal(403, "MISSING_SCOPES"), Denied),
        (refusal(429, "RATE_LIMITS", policyName="DAILY"), Retryable),
        (refusal(500), Retryable),
    ],
    ids=["no permission", "a spent day", "broken"],
)
def test_what_concerns_everybody_is_no_ones_outcome(said: httpx.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        Told(said).open().update([patch("1", lastname="x")])

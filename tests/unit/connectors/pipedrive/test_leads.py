"""A lead has no email of its own: it is its person's, so reading, writing and finding a lead mean two records."""

from __future__ import annotations

import httpx
import pytest

from reconciler.model.outcome import Draft, Lost, Refused, Written
from tests.unit.connectors.pipedrive.company import Company, draft, made, patch, refusal

FIELDS = ("title", "name", "email", "phone")
ANN = {"title": "Big deal", "name": "Ann", "email": "ann@example.com"}


def listed(company: Company, since: str | None = None, **options: object) -> dict[str, dict]:
    pages = list(company.leads(*FIELDS, **options).list(since))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    return {record.id: dict(record.values) for page in pages for record in page.records}


def test_a_lead_is_read_with_its_person_and_modified_when_either_was() -> None:
    company = Company()
    lead = company.world.add({**ANN, "organization": "Acme"}, "leads")
    company.clock.advance(100)
    company.world.edit("1", {"phone": "+3212345"})
    (record,) = company.leads(*FIELDS, "organization", "person_id").get([lead])
    assert record.values == {**ANN, "phone": "+3212345", "organization": "Acme", "person_id": "1"}
    assert record.modified is not None
    assert record.modified.timestamp() == int(company.clock())


def test_people_of_a_page_are_read_a_hundred_at_a_time_and_only_where_they_are_wanted() -> None:
    company = Company()
    for number in range(120):
        company.world.add({"title": f"T{number}", "name": f"P{number}"}, "leads")
    assert len(listed(company)) == 120
    assert len(company.asked("GET", "/persons")) == 2
    list(company.leads("title").list())
    assert len(company.asked("GET", "/persons")) == 2


def test_a_lead_of_an_organisation_alone_has_nobodys_values() -> None:
    company = Company()
    lead = company.world.add({"title": "Big", "organization": "Acme"}, "leads")
    assert listed(company)[lead] == {"title": "Big", "name": None, "email": None, "phone": None}
    record = made(company.leads(*FIELDS).update(patch(lead, name="Ann", email="ann@example.com")))
    assert record.values["email"] == "ann@example.com"
    assert refusal(company.leads("title").create(draft(title="Bigger", phone="+3212345"))).code == "no_name"


def test_archived_leads_are_read_unless_they_shall_not_be() -> None:
    company = Company()
    lead = company.world.add(ANN, "leads")
    archived = company.world.add({**ANN, "email": "bob@example.com", "is_archived": True}, "leads")
    assert set(listed(company)) == {lead, archived}
    assert set(listed(company, archived=False)) == {lead}
    connector = company.leads("is_archived", archived=False)
    assert connector.get([archived])[0].values == {"is_archived": True}
    assert [one.id for one in connector.find("email", ["bob@example.com"])] == [archived]


def test_a_listing_that_came_up_short_is_not_taken_for_whole() -> None:
    company = Company()
    company.world.add(ANN, "leads")
    company.clock.advance(60)
    nobody = {"success": True, "data": [], "additional_data": None}
    company.script = lambda request: (
        httpx.Response(200, json=nobody) if request.url.params.get("sort") == "add_time ASC" else None
    )
    (page,) = company.leads("title").list()
    assert (page.last, page.cursor) == (False, None)


def test_a_new_lead_makes_its_person() -> None:
    company = Company()
    record = made(company.leads(*FIELDS, "person_id").create(draft(**ANN, phone="+3212345")))
    assert record.values == {**ANN, "phone": "+3212345", "person_id": "1"}
    assert company.world.read("1")["email"] == "ann@example.com"


def test_a_new_lead_takes_the_person_who_is_there_fills_what_is_empty_and_overwrites_nothing() -> None:
    company = Company()
    company.world.add({"name": "Ann Lee", "emails": ("other@example.com", "ann@example.com")})
    company.clock.advance(3600)
    record = made(company.leads(*FIELDS).create(draft(**ANN, phone="+3212345")))
    assert record.values == {"title": "Big deal", "name": "Ann Lee", "email": "other@example.com", "phone": "+3212345"}
    assert len(company.world.persons) == 1


def test_somebody_made_this_moment_is_not_made_twice() -> None:
    company = Company()
    company.persons().create(draft(name="Ann", email="ann@example.com"))
    company.leads("title").create(draft(**ANN))
    assert len(company.world.persons) == 1


def test_several_new_leads_of_one_email_share_their_person() -> None:
    company = Company()
    company.hold_first("/persons")
    drafts = [Draft({**ANN, "title": f"Deal {number}"}) for number in range(6)]
    outcomes = company.leads("person_id").create(drafts)
    assert {outcome.record.values["person_id"] for outcome in outcomes} == {"1"}
    assert len(company.world.persons) == 1


def test_which_of_two_people_is_meant_is_for_people_to_say() -> None:
    company = Company()
    for name in ("Ann", "Anna"):
        company.world.add({"name": name, "email": "ann@example.com"})
    why = refusal(company.leads("title").create(draft(**ANN)))
    assert why.code == "ambiguous_person"
    assert "(1, 2)" in why.message
    assert "ann@" not in why.message


def test_a_lead_that_is_refused_leaves_a_person_whom_the_next_attempt_takes() -> None:
    company = Company()
    connector = company.leads("email")
    assert isinstance(refusal(connector.create(draft(**{**ANN, "title": "x" * 300}))), Refused)
    made(connector.create(draft(**ANN)))
    assert (len(company.world.persons), len(company.world.leads)) == (1, 1)
    assert refusal(connector.create(draft(name="Bob"))).code == "no_title"
    assert len(company.world.persons) == 1


def test_a_lead_that_was_written_stands_even_where_its_person_cannot_be_read() -> None:
    company = Company()
    connector = company.leads(*FIELDS)
    company.script = lambda request: httpx.Response(400, json={}) if "ids" in request.url.params else None
    record = made(connector.create(draft(**ANN)))
    assert record.values == {"title": "Big deal"}
    assert made(connector.update(patch(record.id, name="Anna"))).values == {"title": "Big deal"}
    assert company.world.read(record.id, "leads")["name"] == "Anna"


@pytest.mark.parametrize("lost", ["/persons", "/leads"])
def test_a_create_without_an_answer_is_lost_and_found_or_taken_up_again(lost: str) -> None:
    company = Company()
    company.lose("POST", lost)
    connector = company.leads("email")
    (outcome,) = connector.create(draft(**ANN))
    assert isinstance(outcome, Lost)
    if not connector.find("email", ["ann@example.com"]):
        made(connector.create(draft(**ANN)))
    assert (len(company.world.persons), len(company.world.leads)) == (1, 1)


def test_an_update_writes_each_part_where_it_belongs_and_shows_in_all_leads_of_the_person() -> None:
    company = Company()
    lead = company.world.add(ANN, "leads")
    connector = company.leads(*FIELDS)
    other = made(connector.create(draft(**{**ANN, "title": "Second"})))
    company.requests.clear()
    record = made(connector.update(patch(lead, title="Bigger", email="new@example.com")))
    assert [(one.method, one.url.path.split("/")[3]) for one in company.requests if one.method == "PATCH"] == [
        ("PATCH", "persons"),
        ("PATCH", "leads"),
    ]
    assert record.values == {"title": "Bigger", "name": "Ann", "email": "new@example.com", "phone": None}
    assert connector.get([other.id])[0].values["email"] == "new@example.com"
    company.requests.clear()
    connector.update(patch(lead, title="Biggest"))
    assert [one.url.path for one in company.requests if one.method == "PATCH"] == [f"/api/v1/leads/{lead}"]


def test_an_archived_lead_is_updated_and_a_new_one_can_be_archived() -> None:
    company = Company()
    connector = company.leads("is_archived", "title")
    record = made(connector.create(draft(**ANN, is_archived=True)))
    assert record.values["is_archived"] is True
    assert made(connector.update(patch(record.id, title="Old"))).values == {"is_archived": True, "title": "Old"}
    assert made(connector.update(patch(record.id, is_archived=None))).values["is_archived"] is False


def test_a_new_lead_stands_even_where_it_could_not_be_archived() -> None:
    company = Company()
    company.script = lambda request: httpx.Response(400, json={}) if request.method == "PATCH" else None
    assert made(company.leads("is_archived").create(draft(**ANN, is_archived=True))).values == {"is_archived": False}


def test_an_amount_has_a_currency() -> None:
    company = Company()
    connector = company.leads("value", "currency")
    record = made(connector.create(draft(**ANN, value=10)))
    assert record.values == {"value": 10, "currency": "EUR"}
    record = made(connector.update(patch(record.id, currency="USD")))
    record = made(connector.update(patch(record.id, value=12)))
    assert record.values == {"value": 12, "currency": "USD"}
    assert made(connector.update(patch(record.id, value=None))).values == {"value": None, "currency": None}
    both = {"currency": "GBP", "value": 3}
    assert made(connector.create(draft(**{**ANN, **both}))).values == both
    assert made(connector.update(patch(record.id, currency="USD"))).values == {"value": None, "currency": None}


def test_deleting_a_lead_keeps_its_person() -> None:
    company = Company()
    lead = company.world.add(ANN, "leads")
    for _ in range(2):
        assert list(company.leads().delete([lead])) == [Written(lead)]
    assert (len(company.world.persons), len(company.world.leads)) == (1, 0)
    assert refusal(company.leads("title").update(patch(lead, title="X"))).stale
    assert company.leads("title").get([lead]) == ()


def test_a_lead_whose_person_was_deleted_gets_another_when_it_is_written() -> None:
    company = Company()
    lead = company.world.add(ANN, "leads")
    company.world.delete("1")
    assert "email" not in company.leads(*FIELDS).get([lead])[0].values
    made(company.leads(*FIELDS).update(patch(lead, name="Ann", email="ann@example.com")))
    assert company.world.read(lead, "leads")["person_id"] == "2"


def test_a_lead_is_found_by_its_person_and_by_nothing_that_is_not_searched() -> None:
    company = Company()
    leads = [company.world.add(ANN, "leads"), company.world.add({**ANN, "email": "x@example.com"}, "leads")]
    connector = company.leads(*FIELDS)
    assert [one.id for one in connector.find("email", ["ANN@example.com", "nobody@example.com"])] == leads[:1]
    assert {one.id for one in connector.find("name", ["ann"])} == set(leads)
    assert {one.id for one in connector.find("title", ["big deal"])} == set(leads)
    assert list(connector.find("title", [])) == []


def test_an_error_on_one_lead_is_not_an_absence() -> None:
    company = Company()
    lead = company.world.add(ANN, "leads")
    company.script = lambda _request: httpx.Response(400, json={"success": False, "error": "no"})
    with pytest.raises(Exception, match="400"):
        company.leads("title").get([lead])


def test_labels_of_leads_are_their_own() -> None:
    company = Company()
    company.world.add_label("Person's")
    company.world.add_lead_label("Hot")
    connector = company.leads("labels")
    record = made(connector.create(draft(**ANN, labels=("Hot",))))
    assert record.values == {"labels": ("Hot",)}
    company.world.add_lead_label("Cold")
    assert made(connector.update(patch(record.id, {"labels": ("Hot",)}, labels=("Cold",)))).values["labels"] == (
        "Cold",
    )
    assert refusal(connector.update(patch(record.id, labels=("Person's",)))).code == "no_such_option"


def test_custom_fields_of_leads_are_those_of_deals_and_left_out_where_empty() -> None:
    company = Company()
    key = company.world.add_field("Fleet", "double", entity="deals")
    company.world.add_field("Region", "set", ["North", "South"], "deals")
    company.world.add_field("Budget", "monetary", entity="deals")
    connector = company.leads("Fleet", "Region")
    record = made(connector.create(draft(**ANN, Fleet=3, Region=("North",))))
    assert record.values == {"Fleet": 3, "Region": ("North",)}
    assert company.sent("POST")[key] == 3
    record = made(connector.update(patch(record.id, dict(record.values), Region=("North", "South"))))
    assert record.values["Region"] == ("North", "South")
    record = made(connector.update(patch(record.id, dict(record.values), Fleet=None, Region=None)))
    assert record.values == {"Fleet": None, "Region": None}
    fields = {field.name: field.writable for field in connector.describe() if field.custom}
    assert fields == {"Fleet": True, "Region": True, "Budget": False}

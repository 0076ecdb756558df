from __future__ import annotations

import httpx
import pytest

from reconciler.errors import Denied
from reconciler.model.outcome import Draft, Lost, Refused, Written
from tests.unit.connectors.pipedrive.company import Company, draft, made, patch, refusal

TWO = [
    {"value": "first@example.com", "primary": True, "label": "work"},
    {"value": "second@example.com", "primary": False, "label": "home"},
]


def with_two(company: Company) -> str:
    person = company.world.add({"name": "Ann"})
    company.world.save_person({**company.world.persons[person].values, "emails": TWO}, person)
    return person


def test_the_primary_address_changes_and_the_others_are_kept() -> None:
    company = Company()
    person = with_two(company)
    record = made(company.persons("email", "emails").update(patch(person, email="new@example.com")))
    assert company.sent() == {"emails": [{**TWO[0], "value": "new@example.com"}, TWO[1]]}
    assert record.values == {"email": "new@example.com", "emails": ("new@example.com", "second@example.com")}


def test_clearing_the_primary_address_keeps_the_others_and_says_which_it_is_now() -> None:
    company = Company()
    person = with_two(company)
    record = made(company.persons("email").update(patch(person, email=None)))
    assert company.sent() == {"emails": [{**TWO[1], "primary": True}]}
    assert record.values == {"email": "second@example.com"}


def test_an_address_that_a_person_added_meanwhile_survives_a_list() -> None:
    company = Company()
    person = with_two(company)
    old = {"emails": ("first@example.com",)}
    record = made(company.persons("emails").update(patch(person, old, emails=("third@example.com",))))
    assert record.values["emails"] == ("second@example.com", "third@example.com")


def test_a_list_and_its_first_can_be_written_together() -> None:
    company = Company()
    values = {"emails": ("a@example.com", "b@example.com"), "email": "b@example.com"}
    record = made(company.persons("email", "emails").create(draft(name="Ann", **values)))
    assert record.values in ({"emails": ("b@example.com",), "email": "b@example.com"}, values)


def test_a_field_that_needs_nothing_that_is_stored_is_written_without_a_look() -> None:
    company = Company()
    person = company.world.add({"name": "Ann"})
    company.persons("name").update(patch(person, name="Ann Lee"))
    assert [one.method for one in company.requests] == ["PATCH"]


def test_numbers_travel_as_numbers_and_nothing_is_sent_for_nothing() -> None:
    company = Company()
    made(company.persons("owner_id").create(draft(name="Ann", owner_id="6", visible_to="1", email=None, birthday=None)))
    assert company.sent("POST") == {"name": "Ann", "owner_id": 6, "visible_to": 1}
    assert refusal(company.persons().create(draft(name="Bob", owner_id="Bob"))).code == "not_an_id"
    assert refusal(company.persons().create(draft(name="Bob", owner_id="99"))).code == "ERR_SCHEMA_VALIDATION_FAILED"


def test_labels_go_by_name_and_as_a_difference() -> None:
    company = Company()
    for label in ("Customer", "Hot lead", "Partner"):
        company.world.add_label(label)
    person = company.world.add({"name": "Ann", "labels": ("Customer", "Partner")})
    old = {"labels": ("Customer",)}
    record = made(company.persons("labels").update(patch(person, old, labels=("Hot lead",))))
    assert record.values["labels"] == ("Hot lead", "Partner")
    why = refusal(company.persons("labels").update(patch(person, labels=("Custmer",))))
    assert why.code == "no_such_option"
    assert "Customer, Hot lead, Partner" in why.message


def test_a_label_made_while_the_connection_is_open_is_found_and_read() -> None:
    company = Company()
    company.world.add_label("Old")
    person = company.world.add({"name": "Ann", "labels": ("Old",)})
    connector = company.persons("labels")
    assert connector.get([person])[0].values["labels"] == ("Old",)
    company.world.add_label("New")
    assert made(connector.update(patch(person, {"labels": ("Old",)}, labels=("New",)))).values["labels"] == ("New",)
    company.world.add_label("Newer")
    company.world.edit(person, {"labels": ("Newer",)})
    assert connector.get([person])[0].values["labels"] == ("Newer",)


def test_one_organisation_is_made_for_all_who_work_there() -> None:
    company = Company()
    company.hold_first("/organizations")
    drafts = [Draft({"name": f"P{number}", "organization": "Acme"}) for number in range(8)]
    outcomes = company.persons("organization").create(drafts)
    assert {outcome.record.values["organization"] for outcome in outcomes} == {"Acme"}
    assert len(company.asked("POST", "/organizations")) == 1


def test_an_organisation_that_the_index_does_not_show_yet_is_not_made_twice() -> None:
    company = Company()
    company.world.organisation("Acme")
    made(company.persons("organization").create(draft(name="Ann", organization="Acme")))
    assert len(company.world.organisations) == 1


def test_the_same_letters_come_before_other_capitals_and_a_company_is_never_renamed() -> None:
    company = Company()
    for name in ("ACME", "Acme", "Acme"):
        company.world.save_organisation({"name": name})
    person = company.world.add({"name": "Ann"})
    connector = company.persons("organization", "org_id")
    assert made(connector.update(patch(person, organization="Acme"))).values["org_id"] == "2"
    assert made(connector.update(patch(person, organization="acme"))).values == {"organization": "ACME", "org_id": "1"}
    assert made(connector.update(patch(person, organization=None))).values["organization"] is None
    assert [row.get("name") for row in company.world.organisations.rows.values()] == ["ACME", "Acme", "Acme"]


def test_where_none_may_be_made_a_missing_organisation_is_refused_before_the_person() -> None:
    company = Company()
    connector = company.persons("organization", create_organizations=False)
    assert refusal(connector.create(draft(name="Ann", organization="Acme"))).code == "no_such_organization"
    assert not len(company.world.persons)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("unsubscribed", "subscribed", "status_locked"),
        ("subscribed", "no_consent", "status_invalid"),
        ("no_consent", "archived", "status_invalid"),
        ("subscribed", None, "status_invalid"),
    ],
)
def test_a_status_that_would_be_passed_over_in_silence_is_refused_and_never_sent(before, after, code) -> None:
    company = Company()
    person = company.world.add({"name": "Ann", "email": "a@example.com", "marketing_status": before})
    why = refusal(company.persons("marketing_status").update(patch(person, marketing_status=after)))
    assert (why.code, why.field) == (code, "marketing_status")
    assert not company.asked("PATCH", "")


def test_a_status_needs_an_email() -> None:
    company = Company()
    person = company.world.add({"name": "Ann"})
    connector = company.persons("marketing_status")
    assert refusal(connector.update(patch(person, marketing_status="subscribed"))).code == "no_email"
    assert refusal(connector.create(draft(name="Ann", marketing_status="subscribed"))).code == "no_email"
    values = {"email": "a@example.com", "marketing_status": "subscribed"}
    assert made(connector.update(patch(person, **values))).values["marketing_status"] == "subscribed"
    assert made(connector.create(draft(name="Bob", **values))).values["marketing_status"] == "subscribed"


def test_a_change_of_status_that_the_app_left_undone_is_told() -> None:
    company = Company()
    values = {"email": "a@example.com", "marketing_status": "no_consent"}
    person = company.world.add({"name": "Ann", **values})
    connector = company.persons("marketing_status")
    made(connector.update(patch(person, marketing_status="subscribed")))
    company.world.edit(person, {"marketing_status": "no_consent"})
    assert refusal(connector.update(patch(person, marketing_status="subscribed"))).code == "status_unchanged"


def test_without_contact_sync_its_fields_are_not_there() -> None:
    company = Company(contact_sync=False)
    names = {field.name for field in company.persons().describe()}
    assert not names & {"job_title", "birthday", "notes", "im", "postal_address", "postal_address.locality"}
    assert "organization" in names
    assert "job_title" in {field.name for field in company.persons(contact_sync=True).describe()}
    assert "job_title" not in {field.name for field in Company().persons(contact_sync=False).describe()}
    with pytest.raises(Denied, match="no field job_title"):
        list(company.persons("job_title").list())


def test_an_address_is_worked_out_by_the_app_a_moment_later() -> None:
    company = Company()
    connector = company.persons("postal_address", "postal_address.locality", "update_time")
    record = made(connector.create(draft(name="Ann", postal_address="Kerkstraat 1, Antwerpen, Belgium")))
    assert record.values["postal_address.locality"] is None
    company.clock.advance(1.5)
    (now,) = connector.get([record.id])
    assert now.values["postal_address.locality"] == "Antwerpen"
    assert now.values["postal_address"] == record.values["postal_address"]
    assert now.values["update_time"] != record.values["update_time"]


def test_one_refused_person_leaves_its_neighbours() -> None:
    company = Company()
    drafts = [
        Draft({"name": "Ann"}),
        Draft({"name": "x" * 300}),
        Draft({"email": "no@example.com"}),
        Draft({"name": "Bob"}),
    ]
    outcomes = company.persons("name").create(drafts)
    assert [type(one) for one in outcomes] == [Written, Refused, Refused, Written]
    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["ERR_SCHEMA_VALIDATION_FAILED", "no_name"]


def test_a_create_without_an_answer_is_lost_and_found_again() -> None:
    company = Company()
    company.lose("POST", "/persons")
    connector = company.persons("email")
    (outcome,) = connector.create(draft(name="Ann", email="ann@example.com"))
    assert isinstance(outcome, Lost)
    assert len(company.world.persons) == 1
    assert len(connector.find("email", ["ann@example.com"])) == 1


def broken(*paths: str):
    """Reads below these paths fail for good."""
    return lambda request: (
        httpx.Response(400, json={}) if request.method == "GET" and request.url.path.startswith(paths) else None
    )


def test_a_person_who_was_written_stands_even_where_reading_back_fails() -> None:
    company = Company()
    company.world.organisation("Acme")
    company.clock.advance(60)
    made_by_hand = company.world.add({"name": "Bob", "organization": "Acme"})
    company.script = broken("/api/v2/organizations", "/api/v2/persons/")
    connector = company.persons("name", "organization", "marketing_status")
    company.world.quirks.campaigns = False
    assert made(connector.create(draft(name="Ann"))).values == {"name": "Ann", "organization": None}
    assert made(connector.update(patch(made_by_hand, name="Bobby"))).values == {"name": "Bobby"}


def test_a_person_who_was_written_stands_even_where_a_label_cannot_be_looked_up() -> None:
    company = Company()
    company.world.add_label("Customer")
    person = company.world.add({"name": "Ann", "labels": ("Customer",)})
    company.script = broken("/api/v2/personFields")
    assert made(company.persons("name", "labels").update(patch(person, name="Anna"))).id == person
    assert company.world.read(person)["name"] == "Anna"


def test_an_update_without_an_answer_is_repeated() -> None:
    company = Company()
    person = company.world.add({"name": "Ann"})
    company.lose("PATCH", f"/persons/{person}")
    assert made(company.persons("name").update(patch(person, name="Ann Lee"))).values == {"name": "Ann Lee"}
    assert len(company.asked("PATCH", "")) == 2


@pytest.mark.parametrize("values", [{"name": "X"}, {"email": "x@example.com"}])
def test_an_update_of_somebody_deleted_is_stale(values: dict[str, str]) -> None:
    company = Company()
    person = company.world.add({"name": "Ann"})
    company.world.delete(person)
    assert refusal(company.persons("name").update(patch(person, **values))).stale


def test_an_unreadable_answer_to_a_create_may_have_been_done() -> None:
    company = Company()
    company.script = lambda request: httpx.Response(200, text="<oops>") if request.method == "POST" else None
    (outcome,) = company.persons("name").create(draft(name="Ann"))
    assert isinstance(outcome, Lost)


def test_deleting_twice_is_done_twice() -> None:
    company = Company()
    person = company.world.add({"name": "Ann"})
    for _ in range(2):
        assert list(company.persons().delete([person])) == [Written(person)]

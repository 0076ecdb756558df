"""Ten a call; one bad item spoils nothing; an answer that got lost makes no second copy."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import Retryable
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Unsent, Written
from reconciler.sandbox.wire import Answer
from tests.unit.connectors.copper.office import Office, made
from tests.unit.connectors.wire import Wire, answer, http_over


@pytest.fixture
def office() -> Office:
    return Office()


def drafts(count: int, **values: object) -> list[Draft]:
    return [Draft({"name": f"Person {number}", "email": f"{number}@example.com", **values}) for number in range(count)]


def test_many_go_in_one_call_and_one_alone_by_itself(office: Office) -> None:
    connector = office.open("people")
    assert all(isinstance(one, Written) for one in connector.create(drafts(10)))
    made(connector, name="Zoe")
    assert [path for _, path, _ in office.asked] == ["/people/bulk_create", "/people"]


def test_ten_updates_cost_one_look_and_one_write(office: Office) -> None:
    connector = office.open("people", "city")
    records = [one.record for one in connector.create(drafts(10, city="Gent")) if isinstance(one, Written)]
    office.settle()
    office.asked.clear()
    outcomes = connector.update([Patch(one.id, {"city": "Brugge"}, {}) for one in records if one])
    assert all(isinstance(one, Written) for one in outcomes)
    assert [path for _, path, _ in office.asked] == ["/people/search", "/people/bulk_update"]


@pytest.mark.parametrize("count", [1, 3])
def test_an_address_that_another_person_has_is_refused_for_that_one_alone(office: Office, count: int) -> None:
    connector = office.open("people", "email", "emails")
    made(connector, name="Ann", emails=("ann@example.com", "0@example.com"))
    outcomes = connector.create(drafts(count))
    assert [type(one) for one in outcomes] == [Refused, *[Written] * (count - 1)]
    refused = outcomes[0]
    assert isinstance(refused, Refused)
    assert (refused.code, refused.field) == ("duplicate_email", "email")
    assert "perhaps as a second one" in refused.message
    assert "example.com" not in refused.message


def test_an_update_to_a_taken_address_is_refused(office: Office) -> None:
    connector = office.open("people")
    made(connector, name="Ann", email="a@example.com")
    ids = [made(connector, name=name).id for name in ("Bob", "Cid")]
    office.settle()
    bob, cid = connector.update([Patch(ids[0], {"email": "a@example.com"}, {}), Patch(ids[1], {"name": "C"}, {})])
    assert isinstance(bob, Refused)
    assert bob.code == "duplicate_email"
    assert isinstance(cid, Written)


def test_a_refused_item_says_what_is_wrong_and_nothing_personal(office: Office) -> None:
    (_, bad) = office.open("people").create([*drafts(1), Draft({"name": "Ann", "email": "no address"})])
    assert bad == Refused("refused", "emails: invalid", "email")
    (bad,) = office.open("leads").create([Draft({"name": "Ann", "assignee_id": "7"})])
    assert isinstance(bad, Refused)
    assert bad.field == "assignee_id"
    assert "Validation errors: Assignee Id: Invalid value" in bad.message


def test_who_is_gone_is_stale_and_their_neighbours_are_written(office: Office) -> None:
    connector = office.open("people", "title", "city")
    ids = [one.id for one in connector.create(drafts(3)) if isinstance(one, Written)]
    office.settle()
    office.world.delete(ids[1])
    for values in ({"title": "CEO"}, {"city": "Gent"}):  # without a look at the record before, and with one
        outcomes = connector.update([Patch(one, values, {}) for one in ids])
        assert [type(one) for one in outcomes] == [Written, Refused, Written]
        assert isinstance(outcomes[1], Refused)
        assert outcomes[1].stale


def test_where_the_bulk_call_is_refused_its_items_go_one_by_one(office: Office) -> None:
    handled = office.api.answer

    def without_bulk(call):
        return Answer(404, {"error": "not_found"}) if "bulk_" in call.path else handled(call)

    office.api.answer = without_bulk
    outcomes = office.open("people").create([*drafts(2), Draft({"name": "Ann", "email": "no address"})])
    assert [type(one) for one in outcomes] == [Written, Written, Refused]


@pytest.mark.parametrize("count", [1, 4])
def test_a_create_without_an_answer_is_lost_and_not_repeated(office: Office, count: int) -> None:
    office.lost = {"create"}
    connector = office.open("people")
    assert [type(one) for one in connector.create(drafts(count))] == [Lost] * count
    assert office.world.calls["create"] == 1
    found = connector.find("email", ["0@example.com"])  # at once, although searches lag
    assert [one.values["name"] for one in found] == ["Person 0"]


@pytest.mark.parametrize("count", [1, 4])
def test_an_update_without_an_answer_is_repeated(office: Office, count: int) -> None:
    connector = office.open("people", "title")
    ids = [made(connector, name=f"Person {number}").id for number in range(count)]
    office.lost = {"update"}
    outcomes = connector.update([Patch(one, {"title": "CEO"}, {}) for one in ids])
    assert all(isinstance(one, Written) for one in outcomes)
    assert office.world.calls["update"] == 2


def test_an_answer_that_is_short_of_items_leaves_it_open_what_happened() -> None:
    wire = Wire(answer([{"id": 1, "name": "Person 0"}]))
    office = Office()
    connector = office.open("people", "name")
    connector._entity.http = connector._entity.http.speaking(connector._entity.http.dialect)
    connector._entity.http = http_over(wire, app="copper")
    assert [type(one) for one in connector.create(drafts(2))] == [Lost, Lost]
    with pytest.raises(Retryable):
        connector.update([Patch(str(number), {"name": "x"}, {}) for number in (1, 2)])


def test_deleting_stops_where_the_account_does_not_answer() -> None:
    office = Office()
    connector = office.open("people")
    connector._entity.http = http_over(
        Wire(answer({"id": 1, "is_deleted": True}), httpx.ReadTimeout("x")), app="copper"
    )
    connector._threads = 1
    assert [type(one) for one in connector.delete(["1", "2", "3"])] == [Written, Unsent, Unsent]


def test_leads_can_be_made_by_their_address(office: Office) -> None:
    held = office.world.add({"name": "Ann", "email": "ann@example.com", "title": "CEO"}, "leads")
    connector = office.open("leads", "name", "title", upsert_leads=True)
    assert connector.traits.unique == ("email",)
    taken, new, nameless = connector.create(
        [Draft({"name": "Anna", "email": "ann@example.com"}), Draft({"name": "Bob"}), Draft({"email": "c@example.com"})]
    )
    assert isinstance(taken, Written)
    assert (taken.id, taken.record and taken.record.values) == (held, {"name": "Anna", "title": "CEO"})
    assert isinstance(new, Written)
    assert isinstance(nameless, Refused)


def test_an_upsert_without_an_answer_is_repeated_and_makes_no_second_lead(office: Office) -> None:
    office.lost = {"upsert"}
    (outcome,) = office.open("leads", upsert_leads=True).create(drafts(1))
    assert isinstance(outcome, Written)
    assert len(office.world.ids("leads")) == 1


def test_several_leads_with_one_address_refuse_an_upsert(office: Office) -> None:
    for _ in range(2):
        office.world.add({"name": "Ann", "email": "0@example.com"}, "leads")
    (outcome,) = office.open("leads", upsert_leads=True).create(drafts(1))
    assert isinstance(outcome, Refused)
    assert outcome.code == "several_leads"
    assert "merge them in Copper" in outcome.message


def test_a_status_that_was_made_after_it_was_refused_can_be_written(office: Office) -> None:
    connector = office.open("leads", "status")
    wanted = drafts(10, status="Won")
    assert {type(one) for one in connector.create(wanted)} == {Refused}
    assert office.world.calls["describe"] == 1
    office.world.tables.lead_statuses.append({"id": 9, "name": "Won", "order": 9, "is_default": False})
    assert {type(one) for one in connector.create(wanted)} == {Written}

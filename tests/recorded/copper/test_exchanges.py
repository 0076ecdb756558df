"""The connector over what Copper's reference shows, and what real accounts answered; and the emulator beside both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.connectors.apps.copper import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.copper.custom import definitions
from reconciler.errors import Rejected
from reconciler.model.outcome import Draft, Patch, Written
from tests.recorded.exchanges import recorded
from tests.unit.connectors.wire import Wire, answer, http_over
from tests.unit.sandbox.copper.desk import CopperDesk

if TYPE_CHECKING:
    import httpx

TAPE = recorded("copper.examples.json")
TAPES = [TAPE] if TAPE else []

pytestmark = pytest.mark.parametrize("tape", TAPES, ids=["reference"][: len(TAPES)])


def page(tape: Any, name: str) -> Any:
    return next(said for path, said in tape["docs"].items() if path.endswith(name + ".md"))


def bodies(tape: Any, name: str) -> list[Any]:
    return [said["body"] for said in page(tape, name)["responses"].values() if said.get("body") is not None]


def connector(wire: httpx.BaseTransport, entity: str, *fields: str):
    return APP.open(Opening(http_over(wire, app="copper"), entity, {}, fields))


def everything(entity: str) -> tuple[str, ...]:
    """All fields but those that need the account's tables."""
    named = {"contact_type", "status", "customer_source"}
    return tuple(one.name for one in APP.catalogue.entities[entity].fields if one.name not in named)


def test_the_account_is_its_number(tape: Any) -> None:
    (body,) = bodies(tape, "fetch-account-details")
    assert connector(Wire(answer(body)), "people").probe().id == str(body["id"])


@pytest.mark.parametrize(("entity", "name"), [("people", "list-people-search"), ("leads", "list-leads-search")])
def test_every_page_of_the_reference_is_read(tape: Any, entity: str, name: str) -> None:
    for body in bodies(tape, name):
        wire = Wire(answer(body[:1]), answer(body))
        (listed,) = connector(wire, entity, *everything(entity)).list()
        for record, row in zip(listed.records, body, strict=True):
            values = record.values
            assert (record.id, values["name"]) == (str(row["id"]), row["name"])
            assert record.modified is not None
            assert record.modified.timestamp() == row["date_modified"]
            assert values["city"] == ((row["address"] or {}).get("city") or None)
            assert values["phone"] == next((one["number"] for one in row["phone_numbers"]), None)
            email = row["emails"][0] if entity == "people" else row["email"]
            assert values["email"] == email["email"]


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_a_create_is_sent_and_read_as_in_the_reference(tape: Any, entity: str) -> None:
    told = page(tape, "create-a-new-person" if entity == "people" else "create-a-new-lead")
    body = next(iter(told["responses"].values()))["body"]
    wire = Wire(answer(body))
    values = {"name": body["name"], "mobile": body["phone_numbers"][0]["number"]}
    email = (body["emails"][0] if entity == "people" else body["email"])["email"]
    (outcome,) = connector(wire, entity, "name", "email", "mobile").create([Draft({**values, "email": email})])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {**values, "email": email}
    sent = wire.body()
    assert sent == {key: told["request"][key] for key in sent}


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_an_update_is_sent_and_read_as_in_the_reference(tape: Any, entity: str) -> None:
    told = page(tape, "update-a-person" if entity == "people" else "update-a-lead")
    body = next(iter(told["responses"].values()))["body"]
    wire = Wire(answer(body))
    patch = Patch(str(body["id"]), told["request"], {})
    (outcome,) = connector(wire, entity, "details").update([patch])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == told["request"]
    assert wire.body() == told["request"]


def test_an_upsert_is_sent_as_in_the_reference(tape: Any) -> None:
    told = page(tape, "upsert-a-lead")
    body = next(iter(told["responses"].values()))["body"]
    wire = Wire(answer(body))
    lead = APP.open(Opening(http_over(wire, app="copper"), "leads", {"upsert_leads": True}, ("name",)))
    properties = told["request"]["properties"]
    lead.create([Draft({"name": properties["name"], "email": properties["email"]["email"]})])
    assert wire.body() == told["request"]


def test_refusals_are_told_in_its_words(tape: Any) -> None:
    known = {"amp-labs/invalid-params": "pageSize", "amp-labs/write/unprocessable-entity": "can't be blank"}
    for name, words in known.items():
        with pytest.raises(Rejected, match=words):
            connector(Wire(answer(tape[name], 422)), "people").probe()
    with pytest.raises(Rejected, match="not_found"):
        connector(Wire(answer(tape["amp-labs/not-found"], 404)), "people").probe()


def test_a_real_accounts_custom_fields_are_read(tape: Any) -> None:
    known = definitions(lambda: tape["amp-labs/custom/fields"], "company", ZoneInfo("America/Los_Angeles"), ())
    (row,) = tape["amp-labs/read/companies/with-custom-fields"]
    read = {name: part.read(row) for name, part in known.items()}
    assert read == {
        "Fruits": "Banana",
        "Parent of": None,
        "Child of": None,
        "Hryvnia": 2.0,
        "Birthday": "2025-08-01",
        "Many": ("Option 1", "Option 2"),
        "FavNum": 3.0,
        "Story": "The lore of the company creation.",
        "MyWebsite": "https://test.com",
        "IsBouillonSoup": True,
        "TextEntry": "Cake",
        "Progression": 95,
    }
    assert [name for name, part in known.items() if not part.described.writable] == ["Parent of", "Child of"]


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_the_emulator_shows_the_keys_that_the_reference_shows(tape: Any, entity: str) -> None:
    (real, *_) = bodies(tape, f"list-{entity}-search")
    desk = CopperDesk()
    record_id = desk.world.add({"name": "Ann", "email": "ann@example.com"}, entity)
    ours = desk.ask("GET", f"/{entity}/{record_id}").body
    assert set(real[0]) == set(ours)


def test_the_emulator_refuses_in_the_same_words(tape: Any) -> None:
    desk = CopperDesk()
    assert desk.ask("POST", "/people/search", {"pageSize": 5}).body == tape["amp-labs/invalid-params"]
    assert desk.ask("POST", "/people", {}).body == tape["amp-labs/write/unprocessable-entity"]
    assert desk.ask("GET", "/shoes").body == tape["amp-labs/not-found"]


def _ask(desk: CopperDesk, method: str, path: str, body: object = None) -> Any:
    return desk.ask(method, path, body).body.body

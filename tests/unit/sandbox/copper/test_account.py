"""Who may call and how often, the account's tables and subscriptions, and a person's hands."""

from __future__ import annotations

import json

import pytest

from reconciler.sandbox.copper.emulator import EMULATOR
from reconciler.sandbox.seed import people
from tests.unit.sandbox.copper.desk import CopperDesk

HOOK = {"target": "https://hooks.example.com", "type": "person", "event": "update", "secret": {"key": "secret"}}


@pytest.mark.parametrize("name", ["x-pw-accesstoken", "x-pw-application", "x-pw-useremail"])
def test_all_three_headers_must_be_right(desk: CopperDesk, name: str) -> None:
    desk.headers[name] = "wrong"
    assert desk.refused("GET", "/account") == (401, "Unauthorized")


def test_an_unknown_path_has_but_one_word(desk: CopperDesk) -> None:
    assert desk.refused("GET", "/shoes")[0] == 404
    assert desk.refused("DELETE", "/account") == (404, "not_found")


def test_a_body_must_say_that_it_is_json(desk: CopperDesk) -> None:
    desk.headers["content-type"] = "text/plain"
    assert desk.ask("POST", "/people", {"name": "Ann"}).status == 415


def test_the_account_and_its_tables_are_told(desk: CopperDesk) -> None:
    assert desk.body("GET", "/account")["id"] == 100_624
    assert desk.body("GET", "/users/me")["id"] == 137_658
    assert len(desk.body("POST", "/users/search", {})) == 2
    assert desk.body("GET", "/contact_types")[0] == {"id": 451_490, "name": "Potential Customer"}
    assert desk.body("GET", "/lead_statuses")[0] == {"id": 208_231, "name": "New", "order": 1, "is_default": True}
    assert desk.body("GET", "/customer_sources")[0] == {"id": 331_240, "name": "Email"}
    desk.world.tables.define("Colour", "Dropdown", ("Red",))
    (definition,) = desk.body("GET", "/custom_field_definitions")
    assert definition["options"] == [{"id": 2_082_340, "name": "Red", "rank": 0}]
    desk.world.add({"name": "Ann", "tags": ("VIP",)})
    desk.world.add({"name": "Bob", "tags": ("VIP",)}, "leads")
    assert desk.body("GET", "/tags") == [{"name": "VIP", "count": 2}]


def test_180_calls_a_minute_are_borne() -> None:
    desk = CopperDesk(retry_after=True)
    assert {desk.ask("GET", "/account").status for _ in range(180)} == {200}
    answer = desk.ask("GET", "/account")
    assert (answer.status, answer.headers) == (429, {"Retry-After": "61"})
    desk.clock.advance(60)
    assert desk.ask("GET", "/account").status == 200


def test_three_bulk_calls_a_second_are_borne(desk: CopperDesk) -> None:
    def bulk() -> int:
        return desk.ask("POST", "/people/bulk_create", {"people": []}).status

    assert [bulk() for _ in range(4)] == [200, 200, 200, 429]
    assert desk.ask("GET", "/account").status == 200
    desk.clock.advance(1)
    assert bulk() == 200


def test_a_subscription_is_made_shown_and_ended(desk: CopperDesk) -> None:
    made = desk.body("POST", "/webhooks", HOOK)
    assert made == {**HOOK, "id": made["id"], "created_at": int(desk.clock())}
    assert desk.body("GET", "/webhooks") == [made]
    assert desk.body("GET", f"/webhooks/{made['id']}") == made
    assert desk.body("DELETE", f"/webhooks/{made['id']}") == {"id": made["id"]}
    assert desk.ask("GET", f"/webhooks/{made['id']}").status == 404
    assert desk.ask("GET", "/webhooks/all").status == 404


@pytest.mark.parametrize(
    "wrong", [{"target": "http://hooks.example.com"}, {"type": "shoe"}, {"event": "seen"}, {"secret": "text"}]
)
def test_a_subscription_that_cannot_be_is_refused(desk: CopperDesk, wrong: dict) -> None:
    assert desk.refused("POST", "/webhooks", {**HOOK, **wrong})[0] == 422


def test_there_are_100_subscriptions_at_most(desk: CopperDesk) -> None:
    desk.world.configure({"calls_per_minute": 0})
    assert {desk.ask("POST", "/webhooks", HOOK).status for _ in range(100)} == {200}
    assert "100 subscriptions" in desk.refused("POST", "/webhooks", HOOK)[1]


def test_a_change_is_notified_with_the_secret_and_what_changed(desk: CopperDesk) -> None:
    ann = desk.world.add({"name": "Ann"})
    hook = desk.body("POST", "/webhooks", HOOK)["id"]
    desk.world.edit(ann, {"title": "CEO"})
    (posted,) = desk.world.outbox
    assert posted.url == HOOK["target"]
    assert json.loads(posted.body) == {
        "ids": [int(ann)],
        "type": "person",
        "event": "update",
        "subscription_id": hook,
        "key": "secret",
        "timestamp": "2024-01-01T00:00:00.000Z",
        "updated_attributes": {"title": [None, "CEO"]},
    }


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_what_hands_write_hands_read(desk: CopperDesk, entity: str) -> None:
    define = desk.world.tables.define
    define("Birthday", "Date")
    define("Colour", "Dropdown", ("Red", "Green"))
    define("Likes", "MultiSelect", ("Music", "Sport"))
    values: dict[str, object] = {
        "name": "Ann Lee",
        "email": "ann@example.com",
        "phone": "1",
        "mobile": "2",
        "home_phone": "3",
        "website": "https://example.com",
        "linkedin": "https://linkedin.com/in/ann",
        "city": "Gent",
        "title": "CEO",
        "tags": ("Fair", "VIP"),
        "Birthday": "1980-02-29",
        "Colour": "Green",
        "Likes": ("Music", "Sport"),
    }
    values |= {"contact_type": "Other"} if entity == "people" else {"status": "New", "customer_source": "Email"}
    ann = desk.world.add(values, entity)
    seen = desk.world.read(ann, entity)
    assert {name: seen.get(name) for name in values} == values
    assert seen["phones"] == ("1", "2", "3")
    desk.world.edit(ann, {"mobile": None, "Colour": None, "phone": "11"}, entity)
    seen = desk.world.read(ann, entity)
    assert seen["phones"] == ("11", "3")
    assert "Colour" not in seen


def test_hands_cannot_give_two_people_one_address(desk: CopperDesk) -> None:
    desk.world.add({"name": "Ann", "email": "a@example.com"})
    bob = desk.world.add({"name": "Bob"})
    with pytest.raises(ValueError, match="another person"):
        desk.world.edit(bob, {"emails": ("b@example.com", "A@example.com")})
    with pytest.raises(KeyError):
        desk.world.edit("7", {"name": "Cid"})


@pytest.mark.parametrize("entity", ["people", "leads"])
def test_seeded_people_live_here(desk: CopperDesk, entity: str) -> None:
    for person in people(300):
        record_id = desk.world.add(EMULATOR.values(person, entity), entity)
        assert desk.world.find(person.email.upper(), entity) == [record_id]
        assert desk.world.read(record_id, entity)["name"] == f"{person.first_name} {person.last_name}"
    assert desk.world.counts()[entity] == 300

"""The vendor's own client, unchanged but for the host, finds the emulator to be its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.mailchimp.world import address_hash
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.sandbox.mailchimp.world import MailchimpWorld

pytestmark = pytest.mark.clients

ANNA = {"email_address": "Anna@example.com", "status": "subscribed", "merge_fields": {"FNAME": "Anna"}}


@pytest.fixture
def world() -> MailchimpWorld:
    world: Any = load_emulator("mailchimp").world(FakeClock())
    world.add_group("Interests", ("Sport", "Weather"))
    return world


@pytest.fixture
def client(world: MailchimpWorld) -> Iterator[mailchimp_marketing.Client]:
    with serve(create_app(load_emulator("mailchimp").api(world))) as server:
        client = mailchimp_marketing.Client({"api_key": world.keys.api_key})
        client.api_client.host = f"{server.url}/3.0"
        yield client


def test_it_knows_whose_account_it_is(client, world) -> None:
    assert client.ping.get() == {"health_status": "Everything's Chimpy!"}
    assert client.root.get_root()["role"] == "owner"
    assert [one["id"] for one in client.lists.get_all_lists()["lists"]] == [world.list_id]
    assert client.lists.get_list(world.list_id)["name"] == "Newsletter"


def test_it_pages_through_the_members(client, world) -> None:
    for number in range(25):
        world.add({"email_address": f"p{number}@example.com"})
    first = client.lists.get_list_members_info(world.list_id)
    assert (len(first["members"]), first["total_items"]) == (10, 25)
    rest = client.lists.get_list_members_info(world.list_id, count=1000, offset=10, fields=["members.email_address"])
    assert [set(row) for row in rest["members"]] == [{"email_address"}] * 15


def test_a_member_is_made_changed_found_and_archived(client, world) -> None:
    hashed = address_hash("anna@example.com")
    made = client.lists.add_list_member(world.list_id, {**ANNA, "tags": ["vip"]})
    assert (made["id"], made["status"], [tag["name"] for tag in made["tags"]]) == (hashed, "subscribed", ["vip"])
    changed = client.lists.update_list_member(world.list_id, made["contact_id"], {"merge_fields": {"LNAME": "Li"}})
    assert (changed["full_name"], changed["contact_id"]) == ("Anna Li", made["contact_id"])
    found = client.searchMembers.search("anna@example.com")
    assert [row["id"] for row in found["exact_matches"]["members"]] == [hashed]
    client.lists.update_list_member_tags(world.list_id, hashed, {"tags": [{"name": "vip", "status": "inactive"}]})
    assert client.lists.get_list_member_tags(world.list_id, hashed)["tags"] == []
    assert client.lists.delete_list_member(world.list_id, hashed).status_code == 204
    assert client.lists.get_list_member(world.list_id, hashed)["status"] == "archived"
    assert client.lists.get_list_members_info(world.list_id)["total_items"] == 0


def test_a_put_makes_and_then_changes(client, world) -> None:
    hashed = address_hash("anna@example.com")
    body = {"email_address": "anna@example.com", "status_if_new": "pending"}
    assert client.lists.set_list_member(world.list_id, hashed, body)["status"] == "pending"
    again = client.lists.set_list_member(world.list_id, hashed, {**body, "status_if_new": "subscribed", "vip": True})
    assert (again["status"], again["vip"]) == ("pending", True)


def test_a_batch_tells_the_fate_of_each(client, world) -> None:
    client.lists.add_list_member(world.list_id, ANNA)
    members = [ANNA, {"email_address": "bo@example.com", "status": "subscribed"}, {"email_address": "x@yopmail.com"}]
    answer = client.lists.batch_list_members(world.list_id, {"members": members})
    assert [row["email_address"] for row in answer["new_members"]] == ["bo@example.com"]
    assert [error["error_code"] for error in answer["errors"]] == ["ERROR_CONTACT_EXISTS", "ERROR_GENERIC"]


def test_it_sees_fields_groups_and_webhooks(client, world) -> None:
    fields = client.lists.get_list_merge_fields(world.list_id)["merge_fields"]
    assert [field["tag"] for field in fields] == ["FNAME", "LNAME", "ADDRESS", "PHONE"]
    (category,) = client.lists.get_list_interest_categories(world.list_id)["categories"]
    groups = client.lists.list_interest_category_interests(world.list_id, category["id"])["interests"]
    assert [group["name"] for group in groups] == ["Sport", "Weather"]
    hook = client.lists.create_list_webhook(world.list_id, {"url": "https://example.com/hook"})
    assert [one["id"] for one in client.lists.get_list_webhooks(world.list_id)["webhooks"]] == [hook["id"]]


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        (ANNA, 400, "Member Exists"),
        ({**ANNA, "email_address": "someone@yopmail.com"}, 400, "Invalid Resource"),
        (
            {**ANNA, "email_address": "b@example.com", "merge_fields": {"ADDRESS": {"city": "Gent"}}},
            400,
            "Invalid Resource",
        ),
    ],
)
def test_a_refusal_has_the_shape_that_the_client_raises(client, world, body, status, title) -> None:
    client.lists.add_list_member(world.list_id, ANNA)
    with pytest.raises(ApiClientError) as refused:
        client.lists.add_list_member(world.list_id, body)
    problem = refused.value.text
    assert (refused.value.status_code, problem["title"], "instance" in problem) == (status, title, True)


def test_a_wrong_key_and_an_unknown_member_are_told(client, world) -> None:
    with pytest.raises(ApiClientError) as missing:
        client.lists.get_list_member(world.list_id, address_hash("nobody@example.com"))
    assert missing.value.status_code == 404
    client.set_config({"api_key": "nobodys-us1"})
    with pytest.raises(ApiClientError) as denied:
        client.ping.get()
    assert denied.value.status_code == 401

"""HubSpot's own client takes the emulator for HubSpot; it is unchanged but for the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hubspot import HubSpot
from hubspot.crm import contacts, lists, properties
from hubspot.crm.contacts.exceptions import ApiException
from hubspot.utils.signature import Signature

from reconciler.sandbox.hubspot.api import HubSpotApi
from reconciler.sandbox.hubspot.world import HubSpotWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def world() -> HubSpotWorld:
    return HubSpotWorld(FakeClock())


@pytest.fixture(scope="module")
def server(world: HubSpotWorld) -> Iterator[str]:
    with serve(create_app(HubSpotApi(world))) as running:
        yield running.url


@pytest.fixture
def client(world: HubSpotWorld, server: str) -> HubSpot:
    world.clear()
    return HubSpot(access_token=world.keys.access, host=server)


@pytest.fixture
def basic(client: HubSpot) -> contacts.BasicApi:
    return client.crm.contacts.basic_api


def person(number: int, **more: str) -> dict[str, str]:
    return {"email": f"p{number}@example.com", "firstname": f"P{number}", **more}


def test_all_pages_of_a_listing(client: HubSpot, world: HubSpotWorld) -> None:
    made = [world.add(person(number)) for number in range(230)]
    found = client.crm.contacts.get_all(properties=["email"])
    assert [one.id for one in found] == made
    assert found[0].properties["email"] == "p0@example.com"
    assert found[0].created_at.year == 2024


def test_create_get_update_archive(basic: contacts.BasicApi, world: HubSpotWorld) -> None:
    made = basic.create(contacts.SimplePublicObjectInputForCreate(properties=person(1), associations=[]))
    assert made.properties["lifecyclestage"] == "lead"
    basic.update(made.id, contacts.SimplePublicObjectInput(properties={"city": "Gent"}))
    read = basic.get_by_id("p1@example.com", properties=["city"], id_property="email")
    assert (read.id, read.properties["city"]) == (made.id, "Gent")
    basic.archive(made.id)
    assert world.ids() == []
    page = basic.get_page(archived=True)
    assert [(one.id, one.archived) for one in page.results] == [(made.id, True)]


def test_batches(client: HubSpot, world: HubSpotWorld) -> None:
    api = client.crm.contacts.batch_api
    inputs = [
        contacts.SimplePublicObjectBatchInputForCreate(
            properties=person(number % 3), associations=[], object_write_trace_id=str(number)
        )
        for number in range(4)
    ]
    made = api.create(contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert (made.status, len(made.results), made.num_errors) == ("COMPLETE", 3, 1)
    assert made.errors[0].context["objectWriteTraceId"] == ["3"]
    ids = [contacts.SimplePublicObjectId(id=one.id) for one in made.results]
    asked = contacts.BatchReadInputSimplePublicObjectId(inputs=ids, properties=["email"], properties_with_history=[])
    assert {one.properties["email"] for one in api.read(asked).results} == {f"p{n}@example.com" for n in range(3)}
    changed = [contacts.SimplePublicObjectBatchInput(id=one.id, properties={"city": "Gent"}) for one in ids]
    api.update(contacts.BatchInputSimplePublicObjectBatchInput(inputs=changed))
    one = contacts.SimplePublicObjectBatchInputUpsert
    upserts = [one(id=f"p{n}@example.com", id_property="email", properties={"zip": "9000"}) for n in (2, 9)]
    done = api.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts)).results
    assert [one.new for one in done] == [False, True]
    api.archive(contacts.BatchInputSimplePublicObjectId(inputs=ids))
    assert world.ids() == [done[1].id]


def test_a_search(client: HubSpot, world: HubSpotWorld) -> None:
    one = world.add(person(1, city="Gent"))
    world.clock.advance(60)
    rule = contacts.Filter(property_name="city", operator="EQ", value="Gent")
    asked = contacts.PublicObjectSearchRequest(
        filter_groups=[contacts.FilterGroup(filters=[rule])], properties=["city"], limit=100, sorts=[], after="0"
    )
    found = client.crm.contacts.search_api.do_search(asked)
    assert (found.total, [each.id for each in found.results]) == (1, [one])


def test_errors_look_as_the_client_expects(basic: contacts.BasicApi, world: HubSpotWorld, server: str) -> None:
    world.add(person(1))
    for properties_, status in ((person(1), 409), ({"email": "000"}, 400), ({"phone": "1"}, 400)):
        with pytest.raises(ApiException) as caught:
            basic.create(contacts.SimplePublicObjectInputForCreate(properties=properties_, associations=[]))
        assert caught.value.status == status
    with pytest.raises(ApiException) as caught:
        basic.get_by_id("1")
    assert caught.value.status == 404
    with pytest.raises(ApiException) as caught:
        HubSpot(access_token="wrong", host=server).crm.contacts.basic_api.get_page()
    assert caught.value.status == 401


def test_properties(client: HubSpot) -> None:
    api = client.crm.properties.core_api
    new = properties.PropertyCreate(
        name="food", label="Food", type="string", field_type="text", group_name="contactinformation"
    )
    assert api.create("contacts", new).label == "Food"
    assert {"food", "email", "lifecyclestage"} <= {one.name for one in api.get_all("contacts").results}


def test_lists_and_their_members(client: HubSpot, world: HubSpotWorld) -> None:
    one = world.add(person(1))
    made = client.crm.lists.lists_api.create(
        lists.ListCreateRequest(name="Friends", object_type_id="0-1", processing_type="MANUAL")
    )
    members = client.crm.lists.memberships_api
    change = lists.MembershipChangeRequest(record_ids_to_add=[one], record_ids_to_remove=[])
    assert members.add_and_remove(made.list.list_id, change).records_ids_added == [one]
    assert [each.record_id for each in members.get_page(made.list.list_id).results] == [one]
    assert [each.list_id for each in members.get_lists("0-1", one).results] == [made.list.list_id]
    found = client.crm.lists.lists_api.do_search(lists.ListSearchRequest(query="fri", count=10, offset=0))
    assert [each.name for each in found.lists] == ["Friends"]


def test_a_token_for_a_refresh_token(server: str, world: HubSpotWorld) -> None:
    keys = world.keys
    got = HubSpot(host=server).oauth.tokens_api.create(
        grant_type="refresh_token", client_id=keys.client_id, client_secret=keys.proof, refresh_token=keys.refresh
    )
    assert got.expires_in == 1800
    assert HubSpot(access_token=got.access_token, host=server).crm.contacts.basic_api.get_page().results is not None


def test_the_clients_own_check_takes_the_signature_of_a_webhook(client: HubSpot, world: HubSpotWorld) -> None:
    assert client.access_token
    url = "https://hooks.example.com/hubspot"
    world.add_webhook(url)
    world.add(person(1))
    (posted,) = world.outbox
    signature = Signature.get_signature(
        world.keys.proof,
        posted.body.decode(),
        "v3",
        http_uri=url,
        timestamp=posted.headers["X-HubSpot-Request-Timestamp"],
    )
    assert signature == posted.headers["X-HubSpot-Signature-v3"]
    assert Signature.is_valid(
        posted.headers["X-HubSpot-Signature"], world.keys.proof, posted.body.decode(), signature_version="v1"
    )

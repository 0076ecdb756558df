"""A client that we did not write takes the emulator for Salesforce: everything simple-salesforce does has to work.

It speaks https alone, so its session is told to speak http to the emulator.
"""

from __future__ import annotations

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceQuirks, SalesforceWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

PAGE = 200


class PlainHttp(HTTPAdapter):
    """Sends https requests over http."""

    def send(self, request, **how):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **how)


@pytest.fixture(scope="module")
def world():
    return SalesforceWorld(FakeClock())


@pytest.fixture(scope="module")
def server(world):
    with serve(create_app(SalesforceApi(world))) as running:
        yield running


@pytest.fixture
def client(world, server):
    world.clear()
    world.quirks = SalesforceQuirks(page_size=PAGE)
    with requests.Session() as session:
        session.mount("https://", PlainHttp())
        token = world.open_session()
        yield Salesforce(
            session_id=token, instance_url=f"https://127.0.0.1:{server.port}", session=session, version="67.0"
        )


def fill(world, count):
    return [world.add({"LastName": f"L{number}", "Email": f"p{number}@example.com"}) for number in range(count)]


class TestReading:
    def test_a_query(self, client, world):
        (ann,) = fill(world, 1)
        found = client.query("SELECT Id, Email FROM Contact WHERE Email = 'P0@example.com'")
        assert (found["totalSize"], found["done"]) == (1, True)
        assert found["records"][0]["Id"] == ann
        assert found["records"][0]["attributes"]["type"] == "Contact"

    def test_pages_by_hand_and_by_itself(self, client, world):
        ids = fill(world, 2 * PAGE + 1)
        first = client.query("SELECT Id FROM Contact")
        second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
        assert [len(first["records"]), len(second["records"]), second["done"]] == [PAGE, PAGE, False]
        everything = client.query_all("SELECT Id FROM Contact")
        assert [row["Id"] for row in everything["records"]] == ids
        assert [row["Id"] for row in client.query_all_iter("SELECT Id FROM Contact")] == ids

    def test_the_recycle_bin(self, client, world):
        kept, gone = fill(world, 2)
        client.Contact.delete(gone)
        found = client.query("SELECT Id, IsDeleted FROM Contact", include_deleted=True)["records"]
        assert [(row["Id"], row["IsDeleted"]) for row in found] == [(kept, False), (gone, True)]

    def test_one_record_by_id_and_by_key(self, client, world):
        made = world.add({"LastName": "Lee", "External_Id__c": "a/b"})
        assert client.Contact.get(made)["LastName"] == "Lee"
        assert client.Contact.get_by_custom_id("External_Id__c", "a/b")["Id"] == made

    def test_descriptions(self, client):
        assert {"Contact", "Lead"} == {one["name"] for one in client.describe()["sobjects"]}
        fields = {field["name"]: field for field in client.Contact.describe()["fields"]}
        assert fields["External_Id__c"]["externalId"]
        assert client.Lead.metadata()["objectDescribe"]["name"] == "Lead"
        assert client.limits()["DailyApiRequests"]["Max"] > 0

    def test_what_was_changed_and_deleted(self, client, world):
        kept, gone = fill(world, 2)
        client.Contact.delete(gone)
        start = world.clock.datetime()
        world.clock.advance(120)
        end = world.clock.datetime()
        assert client.Contact.updated(start, end)["ids"] == [kept]
        assert [one["id"] for one in client.Contact.deleted(start, end)["deletedRecords"]] == [gone]


class TestWriting:
    def test_create_update_delete(self, client, world):
        made = client.Contact.create({"LastName": "Lee", "Email": "Ann@Example.com"})
        assert made["success"]
        assert client.Contact.update(made["id"], {"Title": "Buyer"}) == 204
        assert world.read(made["id"]) == {"LastName": "Lee", "Email": "ann@example.com", "Title": "Buyer"}
        assert client.Contact.delete(made["id"]) == 204
        assert world.ids() == []

    def test_upsert(self, client, world):
        assert client.Contact.upsert("External_Id__c/x-1", {"LastName": "Lee"}) == 201
        assert client.Contact.upsert("External_Id__c/x-1", {"Title": "Buyer"}) == 200
        assert len(world.ids()) == 1

    def test_collections(self, client, world):
        records = [{"attributes": {"type": "Contact"}, "LastName": f"L{number}"} for number in range(3)]
        made = client.restful("composite/sobjects", method="POST", json={"allOrNone": False, "records": records})
        ids = [row["id"] for row in made]
        assert ids == world.ids()
        read = client.restful("composite/sobjects/Contact", method="POST", json={"ids": ids, "fields": ["LastName"]})
        assert [row["LastName"] for row in read] == ["L0", "L1", "L2"]
        gone = client.restful("composite/sobjects", params={"ids": ",".join(ids[:2])}, method="DELETE")
        assert [row["success"] for row in gone] == [True, True]
        assert world.ids() == ids[2:]


class TestRefusals:
    def test_several_match(self, client, world):
        for _ in range(2):
            world.add({"LastName": "Lee", "Email": "ann@example.com"})
        with pytest.raises(SalesforceMoreThanOneRecord) as refused:
            client.Contact.get_by_custom_id("Email", "ann@example.com")
        assert len(refused.value.content) == 2

    def test_a_malformed_request(self, client):
        with pytest.raises(SalesforceMalformedRequest) as refused:
            client.Contact.create({"FirstName": "Ann"})
        assert refused.value.content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
        with pytest.raises(SalesforceMalformedRequest):
            client.query("SELECT nonsense")

    def test_an_expired_session(self, client, world):
        world.end_sessions()
        with pytest.raises(SalesforceExpiredSession):
            client.query("SELECT Id FROM Contact")

    def test_a_spent_day(self, client, world):
        world.quirks.daily_calls = 1
        client.limits()
        assert client.api_usage["api-usage"] == (1, 1)
        with pytest.raises(SalesforceRefusedRequest):
            client.limits()

    def test_nothing_there(self, client, world):
        (gone,) = fill(world, 1)
        world.delete(gone)
        with pytest.raises(SalesforceResourceNotFound):
            client.Contact.get(gone)
        with pytest.raises(SalesforceResourceNotFound) as refused:
            client.Contact.update(gone, {"Title": "x"})
        assert refused.value.content[0]["errorCode"] == "ENTITY_IS_DELETED"

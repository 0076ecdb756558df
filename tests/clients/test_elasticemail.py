"""The vendor's own client against our emulator: only the host is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ElasticEmail
import pytest
from ElasticEmail.exceptions import BadRequestException, ForbiddenException, NotFoundException
from ElasticEmail.models import (
    ConsentData,
    ContactPayload,
    ContactUpdatePayload,
    EmailsPayload,
    ListPayload,
    WebhookCreatePayload,
)

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.clients
EMULATOR = load_emulator("elasticemail")


@pytest.fixture
def world():
    return EMULATOR.world(FakeClock())


@pytest.fixture
def client(world) -> Iterator[ElasticEmail.ApiClient]:
    with serve(create_app(EMULATOR.api(world))) as server:
        settings = ElasticEmail.Configuration(host=server.url + EMULATOR.base_path)
        settings.api_key["apikey"] = EMULATOR.auth(world)["api_key"]
        with ElasticEmail.ApiClient(settings) as opened:
            yield opened


@pytest.fixture
def contacts(client) -> ElasticEmail.ContactsApi:
    return ElasticEmail.ContactsApi(client)


def test_everybody_is_listed_page_by_page(world, contacts):
    ids = [world.add({"Email": f"p{number}@example.com", "FirstName": "Zoë"}) for number in range(25)]
    seen: list[str] = []
    while page := contacts.contacts_get(limit=10, offset=len(seen)):
        seen += [contact.email for contact in page]
    assert seen == ids


def test_a_contact_is_made_read_changed_and_deleted(world, contacts):
    world.add_custom_field("company")
    world.add_list("Customers")
    consent = ConsentData(ConsentIP="192.0.2.1", ConsentTracking="Allow")
    payload = ContactPayload(
        Email="john+news@example.com",
        Status="Active",
        FirstName="John",
        CustomFields={"company": "Acme"},
        Consent=consent,
    )
    (made,) = contacts.contacts_post([payload], listnames=["Customers"])
    assert (made.email, made.status, made.source) == ("john+news@example.com", "Active", "ContactApi")
    read = contacts.contacts_by_email_get("john+news@example.com")
    assert (read.custom_fields, read.consent.consent_ip) == ({"company": "Acme"}, "192.0.2.1")
    assert read.date_added is not None
    assert world.lists_of("john+news@example.com") == ("Customers",)
    changed = contacts.contacts_by_email_put("john+news@example.com", ContactUpdatePayload(LastName="Smith"))
    assert (changed.first_name, changed.last_name, changed.custom_fields) == ("John", "Smith", {"company": "Acme"})
    contacts.contacts_by_email_delete("john+news@example.com")
    with pytest.raises(NotFoundException, match="Contact not found"):
        contacts.contacts_by_email_get("john+news@example.com")


def test_a_payload_that_says_no_status_says_transactional(world, contacts):
    contacts.contacts_post([ContactPayload(Email="ann@example.com")])
    assert world.read("ann@example.com")["Status"] == "Transactional"


def test_lists_take_contacts_and_let_them_go(world, client):
    lists = ElasticEmail.ListsApi(client)
    people = [world.add({"Email": f"p{number}@example.com"}) for number in range(3)]
    made = lists.lists_post(ListPayload(ListName="R&D team", Emails=people[:1]))
    assert made.list_name == "R&D team"
    lists.lists_by_name_contacts_post("R&D team", EmailsPayload(Emails=people[1:]))
    lists.lists_by_name_contacts_remove_post("R&D team", EmailsPayload(Emails=people[:1]))
    assert [contact.email for contact in lists.lists_by_listname_contacts_get("R&D team")] == people[1:]
    assert [one.list_name for one in lists.lists_get()] == ["R&D team"]
    lists.lists_by_name_delete("R&D team")
    assert lists.lists_get() == []


def test_an_opt_out_blocks_a_contact(world, client):
    suppressions = ElasticEmail.SuppressionsApi(client)
    person = world.add({"Email": "ann@example.com"})
    (blocked,) = suppressions.suppressions_unsubscribes_post([person])
    assert blocked.email == person
    assert suppressions.suppressions_by_email_get(person).email == person
    assert ElasticEmail.ContactsApi(client).contacts_by_email_get(person).status == "Unsubscribed"


def test_a_webhook_shows_its_secret_once(client):
    webhooks = ElasticEmail.WebhookApi(client)
    made = webhooks.webhook_post(
        WebhookCreatePayload(
            Name="sync",
            URL="https://sync.example.com/",
            EnableSigning=True,
            DeliveryMethod="PostJson",
            NotificationForUnsubscribed=True,
        )
    )
    assert made.signing_secret
    (listed,) = webhooks.webhook_get()
    assert (listed.webhook_id, listed.signing_secret) == (made.webhook_id, None)


def test_errors_are_of_the_client_s_own_kinds(world, client, contacts):
    with pytest.raises(BadRequestException, match="valid email address"):
        contacts.contacts_post([ContactPayload(Email="nonsense", Status="Active")])
    client.configuration.api_key["apikey"] = EMULATOR.broken(world)["scopes"]["api_key"]
    with pytest.raises(ForbiddenException, match="Access level too low"):
        contacts.contacts_get(limit=1)
    client.configuration.api_key["apikey"] = EMULATOR.broken(world)["expired"]["api_key"]
    with pytest.raises(BadRequestException, match="APIKey Expired"):
        contacts.contacts_get(limit=1)

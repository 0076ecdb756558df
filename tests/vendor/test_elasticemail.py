"""What the connector sends is what the vendor's own client would send. Nothing is judged where no description is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.registry import load_app
from reconciler.model.outcome import Draft, Patch
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from tests.contract.launchers.launch import opened
from tests.vendor.exercise import Recording, exercised
from tests.vendor.openapi import Spec, described

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call

DESCRIBED = described("elasticemail.json", "/v4")
SPECS = [] if DESCRIBED is None else [DESCRIBED]
LISTS = ("Customers", "Friends & more")
KINDS = {"DELETE", "GET", "POST", "PUT"}

pytestmark = pytest.mark.parametrize("spec", SPECS, ids=["v4"][: len(SPECS)])


def prepare(world) -> None:
    for name in LISTS:
        world.add_list(name)


def problems(spec: Spec, exchanges: list[tuple[Call, Answer]]) -> list[str]:
    return [
        problem
        for call, _ in exchanges
        for problem in spec.problems(call.method, call.path, dict(call.query), call.json() if call.body else None)
    ]


def test_every_call_is_described(spec: Spec) -> None:
    samples = {"ConsentIP": ("192.0.2.1", "198.51.100.7"), "lists": (LISTS, LISTS[:1], LISTS[1:])}
    exchanges = exercised("elasticemail", "contacts", samples, prepare)
    assert {call.method for call, _ in exchanges} == KINDS
    assert problems(spec, exchanges) == []


def test_custom_fields_and_opt_outs_are_described_too(spec: Spec) -> None:
    emulator = load_emulator("elasticemail")
    world = emulator.world(lambda: 1_800_000_000.0)
    world.add_custom_field("vip")
    api = Recording(emulator.api(world))
    with (
        serve(create_app(api)) as server,
        opened("elasticemail", "contacts", server.url + emulator.base_path, emulator.auth(world)) as open_it,
    ):
        connector = open_it(("Email", "Status", "vip"))
        connector.create([Draft({"Email": "a+b@example.com", "vip": True})])
        connector.update([Patch("a+b@example.com", {"vip": False, "Status": "Unsubscribed"}, {})])
    assert world.read("a+b@example.com")["Status"] == "Unsubscribed"
    assert {api.kind(call) for call, _ in api.exchanges} == {"get", "create", "suppress", "update"}
    assert problems(spec, api.exchanges) == []


def test_every_field_of_a_contact_is_in_the_catalogue(spec: Spec) -> None:
    schemas = spec.document["components"]["schemas"]
    told = {*schemas["Contact"]["properties"], *schemas["ConsentData"]["properties"]}
    told |= {*schemas["ContactActivity"]["properties"]}
    known = load_app("elasticemail").catalogue.entities["contacts"].by_name
    assert told - {"CustomFields", "Consent", "Activity"} == set(known) - {"lists"}
    assert set(known["Status"].values) == set(schemas["ContactStatus"]["enum"])
    assert set(known["Source"].values) == set(schemas["ContactSource"]["enum"])
    assert set(known["ConsentTracking"].values) == set(schemas["ConsentTracking"]["enum"])

"""What we send, judged by a description of Copper's API that others wrote down. It knows the plain calls only."""

from __future__ import annotations

import msgspec
import pytest

from tests.vendor.exercise import exercised
from tests.vendor.openapi import Spec, described

SPEC = described("copper.yaml", "/developer_api/v1")
SPECS = [SPEC] if SPEC else []
UNDESCRIBED = ("/account", "/contact_types", "/lead_statuses", "/customer_sources", "/custom_field_definitions")
NEWER = ("/bulk_create", "/bulk_update", "/fetch_by_email")
"""Calls of the reference that the description lacks."""

SAMPLES = {
    "emails": (),
    "phones": (),
    "websites": (("https://example.com/a", "https://example.com/b"),),
    "socials": (("https://linkedin.com/in/a",),),
    "country": ("BE", "NL"),
    "assignee_id": ("137658",),
    "contact_type": ("Other", "Uncategorized"),
    "status": ("New", "Contacted"),
    "customer_source": ("Email",),
}
FORGOTTEN = ("None is not of type", "/leads/search: $.emails")
"""The reference says that null clears, and that leads are searched by one address: the description does not."""


@pytest.mark.parametrize("spec", SPECS, ids=["second-hand"][: len(SPECS)])
@pytest.mark.parametrize("entity", ["people", "leads"])
def test_what_is_sent_is_described(spec: Spec, entity: str) -> None:
    exchanges = exercised("copper", entity, SAMPLES)
    problems = [
        problem
        for call, _ in exchanges
        if not call.path.endswith((*UNDESCRIBED, *NEWER))
        for problem in spec.problems(
            call.method, call.path, dict(call.query), msgspec.json.decode(call.body) if call.body else None
        )
    ]
    assert [one for one in problems if not any(words in one for words in FORGOTTEN)] == []
    judged = {(call.method, call.path.rpartition("/")[2].isdecimal()) for call, _ in exchanges}
    assert {("POST", False), ("PUT", True), ("DELETE", True)} <= judged


@pytest.mark.parametrize("spec", SPECS, ids=["second-hand"][: len(SPECS)])
@pytest.mark.parametrize(("entity", "shape"), [("people", "Person"), ("leads", "Lead")])
def test_items_of_bulk_calls_are_what_single_calls_are(spec: Spec, entity: str, shape: str) -> None:
    known = set(spec.document["components"]["schemas"][shape]["properties"])
    items = [
        item
        for call, _ in exercised("copper", entity, SAMPLES)
        if "/bulk_" in call.path
        for item in msgspec.json.decode(call.body)[entity]
    ]
    extra = {"address", "websites", "socials", "customer_source_id", "assignee_id"} if entity == "leads" else set()
    assert items
    assert {key for item in items for key in item} <= known | extra

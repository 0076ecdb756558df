"""What the connector sends, judged by a description of Insightly's contacts and leads."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.connectors.insightly.kinds import KINDS
from reconciler.sandbox.insightly.world import LEAD_SOURCES, LEAD_STATUSES, USERS
from tests.vendor.exercise import exercised
from tests.vendor.openapi import described

SPEC = described("insightly.json", "/v3.1")
CASES = list(KINDS) if SPEC else []
PEOPLE = tuple(map(str, USERS))
SAMPLES = {
    "OWNER_USER_ID": PEOPLE,
    "RESPONSIBLE_USER_ID": PEOPLE,
    "LEAD_STATUS": tuple(LEAD_STATUSES.values()),
    "LEAD_SOURCE": tuple(LEAD_SOURCES.values()),
}


@pytest.mark.parametrize("entity", CASES)
def test_every_request_is_as_described(entity: str) -> None:
    exchanges = exercised("insightly", entity, SAMPLES)
    calls = [call for call, _ in exchanges if call.path.startswith(f"/v3.1/{KINDS[entity].collection}")]
    kinds = {call.method for call in calls}
    assert kinds == {"GET", "POST", "PUT", "DELETE"}
    for call in calls:
        body = msgspec.json.decode(call.body) if call.body else None
        assert SPEC.problems(call.method, call.path, dict(call.query), body) == []


@pytest.mark.parametrize("entity", CASES)
def test_nothing_was_refused(entity: str) -> None:
    refused = [(call.method, call.path, answer.status) for call, answer in exercised("insightly", entity, SAMPLES)]
    assert [one for one in refused if one[2] >= 400] == []

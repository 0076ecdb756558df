"""What the connector sends is what the vendor's OpenAPI documents describe, one document a part of the API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.vendor.exercise import exercised
from tests.vendor.openapi import described

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call
    from tests.vendor.openapi import Spec

BASE = "/crm/v8"
PARTS = {
    "zoho-coql.json": f"{BASE}/coql",
    "zoho-fields.json": f"{BASE}/settings/fields",
    "zoho-org.json": f"{BASE}/org",
    "zoho-record.json": f"{BASE}/",
}
"""Document by the beginning of the paths that it describes; the longest beginning is asked first."""

SPECS = {start: spec for name, start in PARTS.items() if (spec := described(name, BASE))}
ELSEWHERE = ("/actions/add_tags", "/actions/remove_tags", "/settings/layouts")
"""Described in the vendor's prose and in its SDK, in none of these documents."""

PROSE = {"DELETE": {"wf_trigger"}}
"""Query parameters that only the vendor's prose knows."""

REFERENCES: dict[str, tuple[str, ...]] = dict.fromkeys(("Owner", "Vendor_Name", "Reporting_To"), ())
PICKS = {"Salutation": ("Mr.", "Ms."), "Lead_Source": ("Partner", "Trade Show"), "Lead_Status": ("Contacted",)}
MORE = {"Industry": ("Data/Telecom OEM",), "Rating": ("Active",)}


@cache
def exchanges(entity: str) -> list[tuple[Call, Answer]]:
    return exercised("zoho", entity, REFERENCES | PICKS | MORE)


def judge(path: str) -> Spec | None:
    fitting = [start for start in SPECS if path.startswith(start)]
    return SPECS[max(fitting, key=len)] if fitting and not path.endswith(ELSEWHERE) else None


def judged(entity: str) -> list[tuple[Call, Spec]]:
    return [(call, spec) for call, _ in exchanges(entity) if (spec := judge(call.path))]


@pytest.mark.parametrize("entity", ["contacts", "leads"] if SPECS else [])
def test_every_call_is_described(entity: str) -> None:
    calls = judged(entity)
    problems = [problem for call, spec in calls for problem in _problems(call, spec)]
    assert problems == []
    assert {call.method for call, _ in calls} == {"GET", "POST", "PUT", "DELETE"}
    assert len(calls) > 10


def _problems(call: Call, spec: Spec) -> list[str]:
    query = {name: value for name, value in call.query.items() if name not in PROSE.get(call.method, ())}
    return spec.problems(call.method, call.path, query, msgspec.json.decode(call.body) if call.body else None)

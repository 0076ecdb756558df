"""What the connector sends is what the vendor's OpenAPI document describes, under the version that it describes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.contract.launchers.salesforce import REFERENCES
from tests.vendor.exercise import exercised
from tests.vendor.openapi import described

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call

SPEC = described("salesforce.json", "/services")
VERSION = "64.0"
CHOICES = {"LeadSource": ("Web",), "Salutation": ("Mr.", "Ms."), "Status": ("Working - Contacted",), "Rating": ("Hot",)}
MORE = {"Industry": ("Banking",)}
PROSE = {("POST", f"/services/data/v{VERSION}/composite/sobjects/")}
"""Reading many records by a posted list of ids is in the vendor's prose, not in this document."""

EXAMPLE = "'NumberOfEmployees' is a required property"
"""The document describes an update of many by the fields of the one example that it was made from."""


@cache
def exchanges(entity: str) -> list[tuple[Call, Answer]]:
    return exercised("salesforce", entity, {**REFERENCES, **CHOICES, **MORE}, api_version=VERSION)


def in_prose(call: Call) -> bool:
    return any(call.method == method and call.path.startswith(start) for method, start in PROSE)


@pytest.mark.parametrize("entity", ["contacts", "leads"])
def test_every_request_is_as_described(entity: str) -> None:
    asked = [call for call, _ in exchanges(entity) if not in_prose(call)]
    kinds = {call.method for call in asked}
    assert {"GET", "POST", "PATCH", "DELETE"} <= kinds
    if SPEC:
        found = [
            problem
            for call in asked
            for problem in SPEC.problems(call.method, call.path, dict(call.query), call.json() if call.body else None)
        ]
        assert [problem for problem in found if not problem.endswith(EXAMPLE)] == []

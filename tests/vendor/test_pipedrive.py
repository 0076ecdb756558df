"""What is sent to version 2 is what the vendor describes; of version 1, which leads need, there is no description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.launchers.pipedrive import LABELS, SAMPLES
from tests.vendor.exercise import exercised
from tests.vendor.openapi import described

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call

SPEC = described("pipedrive-v2.yaml", "/api/v2")
SPECS = [SPEC] if SPEC else []

pytestmark = pytest.mark.parametrize("spec", SPECS, ids=["v2"][: len(SPECS)])


@pytest.fixture(scope="module", params=["persons", "leads"])
def exchanges(request) -> list[tuple[Call, Answer]]:
    def company(world) -> None:
        for label in LABELS:
            world.add_label(label)
            world.add_lead_label(label)

    samples = {name: tuple(values) for name, values in SAMPLES.items()} | {"labels": (("Customer",), ("Partner",))}
    return [
        one for one in exercised("pipedrive", request.param, samples, prepare=company) if one[0].path[:7] == "/api/v2"
    ]


def test_every_call_is_described(spec, exchanges) -> None:
    wrong = [
        problem
        for call, _ in exchanges
        for problem in spec.problems(call.method, call.path, dict(call.query), call.json() if call.body else None)
    ]
    assert wrong == []
    assert len(exchanges) > 10


def test_parameters_with_named_values_have_one_of_them(spec, exchanges) -> None:
    for call, _ in exchanges:
        listed = spec.document["paths"].get(call.path.removeprefix("/api/v2"), {}).get("get", {}).get("parameters", ())
        named = {one["name"]: one["schema"]["enum"] for one in listed if "enum" in one["schema"]}
        odd = {name: call.query[name] for name in named if name in call.query and call.query[name] not in named[name]}
        assert call.method != "GET" or odd == {}, call.path


def test_the_emulators_answers_are_described(spec, exchanges) -> None:
    judged = 0
    for call, answer in exchanges:
        operation = spec.document["paths"].get(call.path.removeprefix("/api/v2"), {}).get(call.method.lower())
        if operation is None or answer.status != 200:
            continue
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        errors = list(spec._validator(_lenient(schema)).iter_errors(answer.body))
        assert not errors, (call.method, call.path, errors[0].json_path, errors[0].message)
        judged += 1
    assert judged > 5


def _lenient(node):
    """Much that the description calls a text or a number is null in fact."""
    if isinstance(node, list):
        return [_lenient(each) for each in node]
    if not isinstance(node, dict):
        return node
    said = {name: _lenient(value) for name, value in node.items() if name != "required"}
    if isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
        if "enum" in said:
            said["enum"] = [*said["enum"], None]
    return said

"""What is sent to Mailchimp, and what the emulator answers, is as the vendor describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.vendor.exercise import exercised
from tests.vendor.openapi import Spec, described

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call

SPECS = [spec for spec in [described("mailchimp.json", "/3.0")] if spec]
SAMPLES = {
    "ADDRESS.country": ("BE", "NL"),
    "language": ("nl", "fr"),
    "ip_signup": ("192.0.2.1", "192.0.2.2"),
    "ip_opt": ("192.0.2.3", "192.0.2.4"),
    "marketing_permissions": (("Email",), ("Direct mail", "Email")),
    "interests": (("Sport",), ("Sport", "Weather")),
}


def _furnish(world) -> None:
    world.add_group("Interests", ("Sport", "Weather"))
    world.add_permission("Email")
    world.add_permission("Direct mail")


@pytest.fixture(scope="module")
def exchanges() -> list[tuple[Call, Answer]]:
    return exercised(
        "mailchimp",
        "members",
        SAMPLES,
        prepare=_furnish,
        address_filler="-",
    )


@pytest.mark.parametrize("spec", SPECS)
def test_every_request_is_as_described(spec: Spec, exchanges: list[tuple[Call, Answer]]) -> None:
    bodies = [(call, call.json() if call.body else None) for call, _ in exchanges]
    wrong = [problem for call, body in bodies for problem in spec.problems(call.method, call.path, call.query, body)]
    assert wrong == []


@pytest.mark.parametrize("spec", SPECS)
def test_every_answer_of_the_emulator_is_as_described(spec: Spec, exchanges: list[tuple[Call, Answer]]) -> None:
    wrong = [problem for call, answer in exchanges for problem in misshapen(spec, call, answer)]
    assert wrong == []


def test_every_kind_of_call_was_made(exchanges: list[tuple[Call, Answer]]) -> None:
    made = {(call.method, call.path.split("/")[-1] if "/members/" not in call.path else "") for call, _ in exchanges}
    assert {method for method, _ in made} == {"GET", "POST", "PATCH", "DELETE"}
    assert {"members", "lists", "merge-fields", "interest-categories", "interests"} <= {end for _, end in made}


def misshapen(spec: Spec, call: Call, answer: Answer) -> list[str]:
    """What is wrong with an answer; names that the vendor does not describe are wrong too."""
    found = spec._find(call.method, call.path)
    assert found
    schema = found[1]["responses"].get(str(answer.status), {}).get("schema")
    if schema is None:
        return [] if answer.body is None or answer.status >= 400 else [f"{call.path}: no body is described"]
    body = msgspec.json.decode(answer.encoded())
    errors = [f"{call.path}: {error.message}" for error in spec._validator(schema).iter_errors(body)]
    return errors + [f"{call.path}: {name} is not described" for name in strangers(schema, body)]


def strangers(schema: dict[str, Any], body: Any) -> list[str]:
    if isinstance(body, list):
        return [name for each in body for name in strangers(schema.get("items", {}), each)]
    known = schema.get("properties")
    if not isinstance(body, dict) or known is None:
        return []
    own = [name for name in body if name not in known]
    return own + [name for key in body if key in known for name in strangers(known[key], body[key])]

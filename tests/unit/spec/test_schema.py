from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.spec.document import read_documents
from reconciler.spec.schema import generate
from tests.unit.spec.facts import ACCOUNTS, NEWSLETTER

ROOT = Path(__file__).parents[3]
SCHEMAS = {name.partition(".")[0]: json.loads(text) for name, text in generate().items()}
EXAMPLES = sorted((ROOT / "connections.d").glob("*.yaml"))


def errors(kind: str, data: object) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMAS[kind]).iter_errors(data)]


def documents(text: str) -> list:
    found, problems = read_documents("f", text)
    assert problems == []
    return [document.data for document in found]


@pytest.mark.parametrize("name", generate())
def test_the_shipped_schemas_are_in_step(name: str) -> None:
    assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == generate()[name], "run .ci/schemas"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_schemas_are_schemas(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("text", [ACCOUNTS, NEWSLETTER, *(path.read_text() for path in EXAMPLES)])
def test_good_specs_validate(text: str) -> None:
    for data in documents(text):
        assert errors(data["kind"], data) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("every: 5m", "evry: 5m"),
        ("every: 5m", "every: often"),
        ("sync: crm <-> news", "sync: crm = news"),
        ("{in: [Belgium", "{inn: [Belgium"),
        ("via: phone", "via: fone"),
        ("crm.Rating -> news.rating", "crm.Rating"),
        ("limits:", "on_delete: delete\nlimits:"),
    ],
)
def test_mistakes_show_while_one_types(old: str, new: str) -> None:
    (data,) = documents(NEWSLETTER.replace(old, new, 1))
    assert len(errors("connection", data)) == 1


@pytest.mark.parametrize(
    "extra",
    [
        "match: email",
        "match: {crm: A, news: b}",
        "every: 90",
        "on_delete: {crm: ignore}",
        "on_delete: ignore",
        "rules: [{name: a, from: crm, when: {not: {any: [{A: 1}, {linked: true}]}}, then: {add: {lists: x}}}]",
        "fields: {map: [{fields: crm.A -> news.b, map: {x: 1, y: true}, else: error}]}",
    ],
)
def test_short_forms_validate(extra: str) -> None:
    base = "version: 1\nkind: connection\nname: a\nsync: crm -> news\nsides: {}\n"
    (data,) = documents(base + extra + "\n")
    assert errors("connection", data) == []


def test_a_plan_validates() -> None:
    change = {"old": None, "new": ["a"], "cause": "rule @news.yaml:3"}
    operation = {"side": "news", "verb": "create", "id": None, "source_id": "1", "changes": {"lists": change}}
    summary = {"operations": 1, "counts": {"news": {"create": 1}}}
    plan = {"version": 1, "plan_id": "p", "connection": "c", "summary": summary, "operations": [operation]}
    assert errors("plan", plan) == []
    assert errors("plan", {**plan, "operations": [{**operation, "verb": "archive"}]}) != []

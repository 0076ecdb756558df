"""The connector over what a Salesforce org really answered in 2021 (API 42.0)."""

from __future__ import annotations

import json
from urllib.parse import unquote

import httpx
import pytest

from reconciler.connectors.apps.salesforce import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.salesforce.api import DIALECT, Page
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Patch, Refused, Written
from reconciler.testing.clock import FakeClock
from tests.recorded.exchanges import recorded
from tests.unit.connectors.wire import Wire, answer, http_over

DESCRIBES = {"contacts": "Contact", "leads": "Lead"}
KNOWN = {entity: recorded(f"salesforce-describe-{name}-v42.json") for entity, name in DESCRIBES.items()}
TAPE = recorded("salesforce-v42-contacts-2021.json") or []
WRITES = [one for one in TAPE if one["request"] and one["path"].endswith("composite/sobjects")]
CONTACT_WRITES = [one for one in WRITES if one["request"]["records"][0]["attributes"]["type"] == "Contact"]
DELETES = [one for one in TAPE if one["method"] == "DELETE"]
ROWS = [one["response"] for one in TAPE if "/sobjects/Contact/" in one["path"] and one["status"] == 200]
QUERIES = [one for one in TAPE if one["path"].endswith("/query")]


class Replay(Wire):
    """Describes as recorded; says ``said`` to a write; reads back whatever was recorded last of a contact."""

    def __init__(self, entity: str = "contacts", said: dict | None = None) -> None:
        super().__init__(self.reply)
        self.entity, self.said = entity, said or {}

    def reply(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/describe"):
            return answer(KNOWN[self.entity])
        if request.url.path.endswith("/composite/sobjects/Contact"):
            stored = {row["Id"]: row for row in ROWS}
            return answer([stored.get(one) for one in json.loads(request.content)["ids"]])
        return httpx.Response(self.said["status"], json=self.said["response"], headers=self.said["headers"])


def records(wire: Wire, *fields: str, entity: str = "contacts"):
    http = http_over(wire, FakeClock(), app="salesforce", base_url="https://org.my.salesforce.test")
    return APP.open(Opening(http, entity, {"api_version": "42.0"}, fields))


@pytest.mark.parametrize("entity", [entity for entity, known in KNOWN.items() if known])
def test_a_real_describe_agrees_with_the_catalogue(entity: str) -> None:
    said = {field.name: field for field in records(Replay(entity), entity=entity).describe()}
    for listed in APP.catalogue.entities[entity].fields:
        if listed.name not in said:
            assert listed.name in {"HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"}, "hidden by default"
            continue
        real = said[listed.name]
        assert (listed.type, listed.writable, listed.required, listed.max_length) in {
            (real.type, real.writable, real.required, real.max_length),
            (real.type, real.writable, real.required, None),
        }, listed.name
        assert listed.normalise == real.normalise or not listed.normalise, listed.name


@pytest.mark.parametrize("said", QUERIES, ids=lambda said: unquote(said["query"]["q"])[:60])
def test_every_recorded_page_is_read(said: dict) -> None:
    (only,) = [page for page, _ in records(Replay(said=said))._sobject.query("SELECT Id FROM Contact")]
    assert isinstance(only, Page)
    assert only.done
    assert only.total_size == len(only.records)


@pytest.mark.parametrize("said", CONTACT_WRITES, ids=lambda said: said["method"])
def test_every_recorded_write_has_the_recorded_fate(said: dict) -> None:
    connector = records(Replay(said=said), "LastName", "Email")
    sent = [{k: v for k, v in row.items() if k != "attributes"} for row in said["request"]["records"]]
    if said["method"] == "POST":
        outcomes = connector.create([Draft(row) for row in sent])
    else:
        outcomes = connector.update([Patch(row.pop("id"), row, {}) for row in sent])
    for outcome, result in zip(outcomes, said["response"], strict=True):
        if result["success"]:
            assert isinstance(outcome, Written)
            assert outcome.id == result["id"]
        else:
            assert isinstance(outcome, Refused)
            assert outcome.code == result["errors"][0]["statusCode"]


@pytest.mark.parametrize("said", DELETES, ids=lambda said: unquote(said["query"]["ids"])[:18])
def test_every_recorded_delete_is_done(said: dict) -> None:
    ids = unquote(said["query"]["ids"]).split(",")
    assert records(Replay(said=said)).delete(ids) == [Written(one) for one in ids]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Id"])
def test_every_recorded_contact_is_read_by_its_types(row: dict) -> None:
    connector = records(Replay())
    fields = {field.name: field for field in connector.describe()}
    (record,) = records(Replay(), *fields).get([row["Id"]])
    assert record.modified is not None
    for name, value in record.values.items():
        kind = fields[name].type
        if value is None:
            continue
        if kind is FieldType.BOOLEAN:
            assert isinstance(value, bool), name
        elif kind in {FieldType.NUMBER, FieldType.INTEGER}:
            assert isinstance(value, int | float), name
        elif kind is FieldType.DATETIME:
            assert str(value).endswith("+00:00"), name
        else:
            assert value, name


@pytest.mark.parametrize("said", [one for one in TAPE if one["status"] >= 400], ids=lambda said: said["status"])
def test_recorded_errors_are_understood(said: dict) -> None:
    http = http_over(Replay(said=said)).speaking(DIALECT)
    response = http.request("GET", "/x", ok={said["status"]})
    assert DIALECT.explain(response) == ("NOT_FOUND", "The requested resource does not exist")


@pytest.mark.parametrize("said", TAPE[:1])
def test_what_is_left_of_the_day_is_read_from_any_answer(said: dict) -> None:
    connector = records(Replay(said=said))
    list(connector._sobject.query("SELECT Id FROM Contact"))
    assert (connector._sobject.http.calls_left, connector._sobject.http.calls_limit) == (15_000 - 8262, 15_000)

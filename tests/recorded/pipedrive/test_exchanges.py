"""Our parsers over what a Pipedrive account really answered in 2021 (version 1: what has stayed the same)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.connectors.pipedrive import points
from reconciler.connectors.pipedrive.api import DIALECT, V1, Api, living, moment_of
from reconciler.connectors.pipedrive.fields import Definitions, Option, Told
from tests.recorded.exchanges import recorded
from tests.unit.connectors.wire import Wire, http_over

TAPE = recorded("pipedrive-v1-persons-2021.json") or []
FIELDS = recorded("pipedrive-v1-personFields-2021.json")
SEARCHES = [one for one in TAPE if one["path"].endswith("/search")]
READS = [one for one in TAPE if one["method"] == "GET" and "/persons/655" in one["path"]]
WRITES = [one for one in TAPE if one["method"] in ("POST", "PUT") and "/persons" in one["path"]]
DELETES = [one for one in TAPE if one["method"] == "DELETE" and "/persons/" in one["path"]]


def replayed(said: dict[str, Any]) -> httpx.Response:
    headers = {name: value for name, value in said["headers"].items() if name != "Content-Type"}
    return httpx.Response(said["status"], json=said["response"], headers=headers)


def api(said: dict[str, Any]) -> Api:
    return Api(http_over(Wire(replayed(said)), app="pipedrive", base_url="https://acme.pipedrive.test"), 500)


def named(tape: list[dict[str, Any]]) -> list[str]:
    return [f"{at}-{one['method']}" for at, one in enumerate(tape)]


@pytest.mark.parametrize("said", SEARCHES, ids=named(SEARCHES))
def test_every_search_tells_its_hits_and_the_servers_time(said) -> None:
    found, response = api(said).search(f"{V1}/persons/search", "x@example.com", "email")
    assert found == [hit["item"]["id"] for hit in said["response"]["data"]["items"]]
    assert api(said).now(response).year == 2021


@pytest.mark.parametrize("said", READS + WRITES, ids=named(READS + WRITES))
def test_every_person_is_read(said) -> None:
    row = said["response"]["data"]
    read = api(said).one(f"{V1}/persons/{row['id']}")
    assert (read is None) is (row["active_flag"] is False), "a deleted person is answered with 200"
    emails, phones = points.entries(row["email"]), points.entries(row["phone"])
    assert str(points.shown(emails, points.ANY)).endswith("@demo.com")
    assert "" not in (points.every(phones) or ()), "an empty phone is an entry with an empty value"
    assert points.shown(phones, points.PHONE) == (points.every(phones) or (None,))[0]
    changed = moment_of(row["update_time"])
    assert changed
    assert changed.utcoffset() is not None


@pytest.mark.parametrize("said", DELETES, ids=named(DELETES))
def test_every_delete_is_done(said) -> None:
    api(said).remove(said["path"])


@pytest.mark.parametrize("said", TAPE[:40], ids=named(TAPE[:40]))
def test_no_recorded_answer_asks_for_silence_before_its_window_is_used_up(said) -> None:
    response = http_over(Wire(replayed(said))).request("GET", "/x")
    left = int(said["headers"]["X-RateLimit-Remaining"])
    assert DIALECT.pause(response) == (2.0 if left == 0 else None)
    assert DIALECT.usage(response) is None, "in 2021 the day was counted in calls"


@pytest.mark.parametrize("tape", [READS][: bool(READS)], ids=["6551"][: bool(READS)])
def test_a_person_moves_by_itself_as_the_emulated_one_does(tape) -> None:
    """The first read after the create tells a later change than the create did, though nobody wrote."""
    created = next(one["response"]["data"] for one in WRITES if one["method"] == "POST")
    first = next(one["response"]["data"] for one in tape if one["response"]["data"]["id"] == created["id"])
    before, after = moment_of(created["update_time"]), moment_of(first["update_time"])
    assert before
    assert after
    assert 0 < (after - before).total_seconds() <= 2


@pytest.mark.parametrize("told", [FIELDS["data"]] if FIELDS else [], ids=["fields"][: bool(FIELDS)])
def test_the_fields_of_a_real_account_have_names_that_can_be_told_apart(told) -> None:
    fields = [
        Told(
            field_code=one["key"],
            field_name=one["name"],
            field_type=one["field_type"],
            options=[Option(each["label"], each["id"]) for each in one.get("options") or ()],
            is_custom_field=len(one["key"]) == 40,
        )
        for one in told
    ]
    known = Definitions(api(TAPE[0]), "/personFields")
    known.told = fields
    columns = list(known.columns(()).values())
    names = [one.field.name for one in columns]
    assert len(set(names)) == len(names)
    assert {"text_field", "monetary_field (currency)", "address_field (locality)", "date_range_field (until)"} <= {
        *names
    }
    choice = next(one for one in columns if one.field.name == "multiple_option_field")
    assert choice.read({"custom_fields": {choice.code: [13, 12]}}) == ("Option 1", "Option 2")


@pytest.mark.parametrize("row", [READS[-1]["response"]["data"]] if READS else [])
def test_the_last_that_was_read_of_a_deleted_person_is_that_it_is_gone(row) -> None:
    assert living(row) is None

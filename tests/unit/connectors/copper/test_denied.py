"""Who may not, and who may not so often."""

from __future__ import annotations

import pytest

from reconciler.connectors.apps.copper import APP, Options
from reconciler.connectors.base import Opening
from reconciler.connectors.copper.api import DIALECT
from reconciler.errors import Denied, Rejected, Retryable
from reconciler.model.outcome import Patch
from reconciler.sandbox.copper.emulator import EMULATOR
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.copper.office import Office, made
from tests.unit.connectors.wire import Wire, answer, http_over

BROKEN = {**EMULATOR.broken(Office().world), "of another user": {"user_email": "colleague@example.com"}}


@pytest.mark.parametrize("what", BROKEN)
def test_credentials_that_do_not_work_are_told_with_what_to_check(what: str) -> None:
    office = Office()
    connector = APP.open(Opening(office.http(**BROKEN[what]), "people", {}, ("name",)))
    for ask in (connector.probe, lambda: list(connector.list()), lambda: connector.get(["1"])):
        with pytest.raises(Denied, match="check api_key, and that user_email is the address of the user") as caught:
            ask()
        assert "example.com" not in str(caught.value)
        assert BROKEN[what].get("api_key", "none") not in str(caught.value).split()


def test_what_the_keys_owner_may_not_do_asks_for_an_administrator() -> None:
    with pytest.raises(Denied, match="use the key of an administrator"):
        people(Wire(answer({"success": False, "status": 403, "message": "Forbidden"}, 403))).probe()


def people(wire: Wire, clock: FakeClock | None = None):
    return APP.open(Opening(http_over(wire, clock, app="copper"), "people", {}, ("name",)))


def test_a_refusal_that_is_no_json_is_still_a_refusal() -> None:
    with pytest.raises(Rejected, match="400"):
        people(Wire(answer(None, 400))).probe()


def test_too_many_calls_silence_the_account_for_ten_seconds_where_nobody_says_how_long() -> None:
    clock = FakeClock()
    assert people(Wire(answer({"message": "slow down"}, 429), answer({"id": 7})), clock).probe().id == "7"
    assert sum(clock.slept) >= 10


def test_where_it_is_said_how_long_it_is_believed() -> None:
    clock = FakeClock()
    people(Wire(answer(None, 429, Retry_After="3"), answer({"id": 7})), clock).probe()
    assert sum(clock.slept) == 3


def test_the_documented_pace_is_kept_without_a_single_refusal() -> None:
    office = Office()
    connector = office.open("people", "title")
    ids = [made(connector, name=f"Person {number}").id for number in range(10)]
    for number in range(200):
        connector.update([Patch(one, {"title": str(number)}, {}) for one in ids])
    assert set(office.statuses) == {200}
    assert len(office.statuses) == 210
    assert office.clock() - FakeClock()() < 75


def test_a_record_without_an_id_is_not_believed() -> None:
    with pytest.raises(Retryable, match="without its id"):
        people(Wire(answer([{"name": "Ann"}]))).get(["1", "2"])


def test_the_dialect_finds_its_words_in_every_envelope() -> None:
    with pytest.raises(Rejected, match="limit is 10"):
        http_over(Wire(answer({"error": "Request size too large, limit is 10"}, 422))).speaking(DIALECT).request(
            "POST", "/people/bulk_create"
        )


def test_a_time_zone_that_there_is_not_is_an_error_of_the_spec() -> None:
    assert Options(time_zone="Europe/Brussels").time_zone == "Europe/Brussels"
    with pytest.raises(ValueError, match="there is no time zone Europe/Brussel;"):
        Options(time_zone="Europe/Brussel")

"""An address is whole or not there; the rest of a member does not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.outcome import Patch, Written
from tests.unit.connectors.mailchimp.desk import member, refused, stored

if TYPE_CHECKING:
    from tests.unit.connectors.mailchimp.desk import Desk

WHOLE = {"addr1": "Kerkstraat 1", "city": "Gent", "state": "VOV", "zip": "9000", "country": "BE"}
HOME = {f"ADDRESS.{part}": value for part, value in WHOLE.items()}


def test_a_part_is_written_with_the_rest_as_it_is(desk: Desk) -> None:
    one = member(desk, **HOME, **{"ADDRESS.addr2": "bus 3"})
    assert isinstance(desk.update(one, {"ADDRESS.zip": "9050"}), Written)
    assert desk.asked("PATCH") == [{"merge_fields": {"ADDRESS": {**WHOLE, "addr2": "bus 3", "zip": "9050"}}}]


def test_a_whole_address_needs_no_look(desk: Desk) -> None:
    one = member(desk)
    whole = {**HOME, "ADDRESS.addr2": None}
    desk.open(*whole).update([Patch(one, whole, {})])
    assert desk.asked("GET", one) == []
    assert stored(desk, one, "ADDRESS.city", "ADDRESS.country") == ["Gent", "BE"]


def test_an_address_in_part_is_refused_and_the_rest_is_written(desk: Desk) -> None:
    one = member(desk)
    outcome = refused(desk.update(one, {"ADDRESS.city": "Gent", "status": "unsubscribed"}))
    assert (outcome.code, outcome.field) == ("address_incomplete", "ADDRESS.addr1")
    assert "address_filler" in outcome.message
    assert desk.asked("PATCH") == [{"status": "unsubscribed"}]
    assert stored(desk, one, "status", "ADDRESS.city") == ["unsubscribed", None]


def test_an_address_in_part_alone_sends_nothing(desk: Desk) -> None:
    assert refused(desk.update(member(desk), {"ADDRESS.city": "Gent"})).code == "address_incomplete"
    assert desk.asked("PATCH") == []


def test_a_filler_stands_for_what_is_missing_and_is_never_read(desk: Desk) -> None:
    one = member(desk)
    outcome = desk.update(one, {"ADDRESS.city": "Gent"}, address_filler="-")
    assert isinstance(outcome, Written)
    assert stored(desk, one, "ADDRESS.addr1", "ADDRESS.city") == ["-", "Gent"]
    (record,) = desk.open(*HOME, address_filler="-").get([one])
    assert [record.values[name] for name in HOME] == [None, "Gent", None, None, "US"]


def test_a_country_alone_is_no_address(desk: Desk) -> None:
    one = member(desk, **HOME)
    rest = dict.fromkeys(name for name in HOME if name != "ADDRESS.country")
    assert isinstance(desk.update(one, rest), Written)
    assert desk.asked("PATCH") == [{"merge_fields": {"ADDRESS": ""}}]


def test_without_anything_in_it_the_address_is_cleared(desk: Desk) -> None:
    one = member(desk, **HOME)
    assert isinstance(desk.update(one, dict.fromkeys(HOME)), Written)
    assert desk.asked("PATCH") == [{"merge_fields": {"ADDRESS": ""}}]

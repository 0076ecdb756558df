"""Marketing permissions (GDPR fields): by their texts, though only members tell their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.outcome import Written
from reconciler.sandbox.faults import Fault, Faults, Step
from tests.unit.connectors.mailchimp.desk import member, refused, stored

if TYPE_CHECKING:
    from tests.unit.connectors.mailchimp.desk import Desk

FIELD = "marketing_permissions"


@pytest.fixture
def asking(desk: Desk) -> Desk:
    """An audience that asks for two permissions."""
    desk.world.add_permission("Email")
    desk.world.add_permission("Direct mail")
    return desk


def test_the_difference_is_written(asking: Desk) -> None:
    one = member(asking, **{FIELD: ("Email",)})
    outcome = asking.update(one, {FIELD: ("Direct mail",)})
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {FIELD: ("Direct mail",)}
    texts = asking.world.permissions
    (sent,) = asking.asked("PATCH")
    switched = {texts[row["marketing_permission_id"]]: row["enabled"] for row in sent[FIELD]}
    assert switched == {"Direct mail": True, "Email": False}


def test_one_that_nobody_is_asked_for_is_refused(asking: Desk) -> None:
    outcome = refused(asking.update(member(asking), {FIELD: ("Fax",)}))
    assert outcome.message == "there is no permission Fax; the audience's are Direct mail, Email"
    assert asking.asked("PATCH") == []


def test_without_gdpr_fields_nothing_is_read_and_nothing_is_written(desk: Desk) -> None:
    one = member(desk)
    assert desk.open(FIELD).get([one])[0].values == {}
    outcome = refused(desk.update(one, {FIELD: ("Email",)}))
    assert (outcome.code, "GDPR fields are switched off" in outcome.message) == ("no_such_permission", True)


def test_a_new_member_gets_them_by_a_call_of_its_own(asking: Desk) -> None:
    (outcome,) = asking.create({"email_address": "ann@example.com", FIELD: ("Email",), "tags": ("vip",)})
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"email_address": "ann@example.com", FIELD: ("Email",), "tags": ("vip",)}
    assert stored(asking, outcome.id, FIELD, "tags") == [("Email",), ("vip",)]
    assert FIELD not in asking.asked("POST")[0]["members"][0]


@pytest.mark.parametrize("wanted", ["Fax", "Email"])
def test_where_that_fails_the_member_is_there_and_says_nothing_of_them(asking: Desk, wanted: str) -> None:
    if wanted == "Email":
        asking.world.faults = Faults(script=[Step(Fault.DROP_REQUEST, "update", times=99)])
    (outcome,) = asking.create({"email_address": "ann@example.com", FIELD: (wanted,), "tags": ("vip",)})
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"email_address": "ann@example.com", "tags": ("vip",)}

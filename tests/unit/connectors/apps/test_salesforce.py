from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.connectors.apps.salesforce import APP
from reconciler.connectors.base import Opening
from reconciler.errors import CursorExpired, Denied, Rejected, Retryable
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Patch
from tests.unit.connectors.apps.salesforce_org import (
    DATA,
    A,
    Org,
    page,
    records,
    refusal,
    row,
)
from tests.unit.connectors.wire import Wire, answer, http_over


def test_a_refresh_token_acts_for_its_user_and_none_for_the_apps_own() -> None:
    user = APP.credentials.model_validate({"client_id": "k", "client_secret": "s", "refresh_token": "r"})
    own = APP.credentials.model_validate({"client_id": "k", "client_secret": "s"})
    assert user.form() == {"grant_type": "refresh_token", "client_id": "k", "client_secret": "s", "refresh_token": "r"}
    assert own.form() == {"grant_type": "client_credentials", "client_id": "k", "client_secret": "s"}
    assert "'r'" not in repr(user)
    with pytest.raises(Denied, match="My Domain"):
        APP.authenticate(own, "https://login.salesforce.com")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"error": "invalid_grant", "error_description": "expired access/refresh token"}, "replace refresh_token"),
        ({"error": "invalid_client", "error_description": "invalid client credentials"}, "client_id and client_secret"),
        ({"error": "inactive_user", "error_description": "user is inactive"}, "deactivated"),
    ],
)
def test_a_refused_login_says_what_to_do(error: dict[str, str], said: str) -> None:
    credentials = APP.credentials.model_validate({"client_id": "k", "client_secret": "s", "refresh_token": "r"})
    auth = APP.authenticate(credentials, "https://login.salesforce.com")
    http = http_over(Wire(answer(error, 400)), base_url="https://login.salesforce.com", auth=auth)
    with pytest.raises(Denied, match=said):
        APP.open(Opening(http, "contacts")).probe()


def test_probe_tells_the_org_and_what_is_left_of_the_day() -> None:
    usage = "api-usage=8370/15000; per-app-api-usage=240/250(appName=x)"
    summary = answer({"objectDescribe": {"queryable": True, "createable": False}}, Sforce_Limit_Info=usage)
    account = records(Wire(answer({"organization_id": "00D1"}), summary)).probe()
    assert (account.id, account.calls_left, account.calls_limit) == ("00D1", 10, 250)
    assert account.missing == ("create Contact",)


def test_a_spent_daily_limit_is_a_matter_of_time_not_of_permission() -> None:
    wire = Org(refusal("REQUEST_LIMIT_EXCEEDED", status=403))
    with pytest.raises(Retryable) as caught:
        list(records(wire).list())
    assert caught.value.after
    assert len(wire.queries) == 1


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("INSUFFICIENT_ACCESS", 403, Denied),
        ("INVALID_FIELD", 400, Denied),
        ("API_DISABLED_FOR_ORG", 403, Denied),
        ("INVALID_SESSION_ID", 401, Denied),
        ("SERVER_UNAVAILABLE", 503, Retryable),
        ("UNKNOWN_EXCEPTION", 500, Retryable),
        ("MALFORMED_QUERY", 400, Rejected),
        ("INVALID_QUERY_LOCATOR", 400, CursorExpired),
    ],
)
def test_error_codes_say_what_happens_next(code: str, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(records(Org(refusal(code, status=status))).list())


def test_fields_are_what_the_org_says_with_the_catalogues_roles() -> None:
    fields = {field.name: field for field in records(Org([])).describe()}
    assert "MailingAddress" not in fields
    assert (fields["Email"].role, fields["Email"].max_length) == ("email", 80)
    assert {name for name, field in fields.items() if field.required} == {"LastName"}
    assert {name for name, field in fields.items() if not field.writable} == {"Id", "IsEmailBounced"}
    assert (fields["Level__c"].values, fields["LeadSource"].values) == (("Gold",), ())
    assert fields["Topics__c"].type is FieldType.LIST
    assert fields["Topics__c"].custom


def test_a_hidden_field_stalls_before_anything_is_read_or_written() -> None:
    for act in (
        lambda connector: list(connector.list()),
        lambda connector: connector.create([Draft({"LastName": "x"})]),
        lambda connector: connector.update([Patch(A, {"LastName": "x"}, {})]),
    ):
        wire = Org([])
        with pytest.raises(Denied, match=r"no field LastNme, or the user may not see it.*did you mean LastName\?"):
            act(records(wire, "LastNme"))
        assert wire.lines == [f"GET {DATA}/sobjects/Contact/describe"]


def test_values_are_read_by_type() -> None:
    names = ("LastName", "Email", "Birthdate", "LastSeen__c", "Topics__c", "Score__c", "IsEmailBounced")
    stored = row(
        A,
        LastName="Smith",
        Email=None,
        Birthdate="1980-02-03",
        LastSeen__c="2021-12-02T18:23:39.000+0000",
        Topics__c="b;a",
        Score__c=1.5,
        IsEmailBounced=False,
    )
    (only,) = records(Org(page(stored)), *names).list()
    assert only.records[0].values == {
        "LastName": "Smith",
        "Email": None,
        "Birthdate": "1980-02-03",
        "LastSeen__c": "2021-12-02T18:23:39+00:00",
        "Topics__c": ("b", "a"),
        "Score__c": 1.5,
        "IsEmailBounced": False,
    }
    assert only.records[0].modified == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert only.records[0].version is None

from __future__ import annotations

import httpx
import pytest

from reconciler.connectors.apps.icontact import APP, Options
from reconciler.connectors.base import Opening
from reconciler.errors import Denied, Rejected, Retryable
from reconciler.model.field import FieldType
from tests.unit.connectors.apps.icontact_desk import LISTS, Desk, contacts, row
from tests.unit.connectors.wire import Wire, answer, http_over


def test_every_request_carries_the_four_headers() -> None:
    credentials = APP.credentials.model_validate({"app_id": 12345, "username": "owner", "password": "hunter2"})
    wire = Wire(answer({"accounts": [{"accountId": "1"}]}), answer({"clientfolders": [{"clientFolderId": "2"}]}))
    auth = APP.authenticate(credentials, "https://app.icontact.test/icp")
    http = http_over(wire, base_url="https://app.icontact.test/icp", auth=auth)
    assert APP.open(Opening(http, "contacts")).probe().id == "1/2"
    headers = wire.requests[0].headers
    sent = {name: headers[name] for name in ("API-AppId", "API-Username", "API-Password", "API-Version")}
    assert sent == {"API-AppId": "12345", "API-Username": "owner", "API-Password": "hunter2", "API-Version": "2.2"}
    assert "hunter2" not in repr(credentials)


@pytest.mark.parametrize(
    "text",
    ["Api username invalid", "The password you provided was not recognized.", "The application was not recognized."],
)
def test_wrong_credentials_are_denied_with_what_to_check(text: str) -> None:
    with pytest.raises(Denied, match="check app_id, username and the application password") as caught:
        contacts(Wire(answer({"errors": [text]}, 401))).probe()
    assert text.rstrip(".") in str(caught.value)


def test_an_empty_403_is_throttling_and_one_with_words_is_not() -> None:
    wire = Wire(httpx.Response(403), answer({"contacts": [], "total": 0}))
    assert list(contacts(wire).list())[-1].last
    with pytest.raises(Denied):
        contacts(Wire(answer({"errors": ["no permission"]}, 403))).get(["1"])


@pytest.mark.parametrize(("status", "error"), [(402, Denied), (501, Rejected), (503, Retryable), (507, Rejected)])
def test_its_own_statuses_mean_what_they_say(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        contacts(Wire(answer({"errors": ["x"]}, status))).get(["1"])


@pytest.mark.parametrize(
    ("found", "options"),
    [(["1", "3"], {}), ([], {}), (["3"], {"account": "1"})],
)
def test_an_account_that_is_not_the_only_one_must_be_said(found: list[str], options: dict[str, str]) -> None:
    http = http_over(Wire(answer({"accounts": [{"accountId": one} for one in found]})), app="icontact")
    with pytest.raises(Denied, match="say which one in the account's options: account"):
        APP.open(Opening(http, "contacts", options)).probe()


CUSTOM = {
    "customfields": [
        {"customFieldId": "region", "privateName": "region", "publicName": "Region", "fieldType": "text"},
        {"customFieldId": "vip", "privateName": "vip", "fieldType": "checkbox"},
        {"customFieldId": "score", "privateName": "score", "fieldType": "decimalTwo"},
        {"customFieldId": "born", "privateName": "born", "fieldType": "date"},
        {"customFieldId": "odd", "privateName": "odd", "fieldType": "hologram"},
    ],
    "total": 5,
}


def test_custom_fields_are_described_and_read_by_their_types() -> None:
    listed = {"contacts": [row(1, region="north", vip="1", score="2.50", born="2001-02-03 00:00:00")], "total": 1}
    desk = Desk(GET__customfields=CUSTOM, GET__lists=LISTS, GET__contacts=listed)
    connector = contacts(desk, "region", "vip", "score", "born")
    types = {field.name: field.type for field in connector.describe() if field.custom}
    assert types == {
        "region": FieldType.TEXT,
        "vip": FieldType.BOOLEAN,
        "score": FieldType.NUMBER,
        "born": FieldType.DATE,
        "odd": FieldType.TEXT,
    }
    (page,) = connector.list()
    assert page.records[0].values == {"region": "north", "vip": True, "score": 2.5, "born": "2001-02-03"}


def test_a_field_that_the_account_does_not_have_stalls() -> None:
    desk = Desk(GET__customfields=CUSTOM, GET__lists=LISTS, GET__contacts={"contacts": [row(1)], "total": 1})
    with pytest.raises(Denied, match="no field regoin"):
        list(contacts(desk, "regoin").list())


@pytest.mark.parametrize(
    ("meaning", "kind", "role"),
    [("company", FieldType.TEXT, "company"), ("phone", FieldType.PHONE, None), ("none", FieldType.TEXT, None)],
)
def test_business_means_what_the_account_says(meaning: str, kind: FieldType, role: str | None) -> None:
    connector = contacts(Desk(GET__customfields=CUSTOM, GET__lists=LISTS), business=meaning)
    business = next(field for field in connector.describe() if field.name == "business")
    assert (business.type, business.role) == (kind, role)


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="client_foldr"):
        Options.model_validate({"client_foldr": 1})
    assert Options.model_validate({"client_folder": 124667}).client_folder == "124667"

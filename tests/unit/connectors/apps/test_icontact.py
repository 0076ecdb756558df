from __future__ import annotations

import httpx
import pytest

from reconciler.connectors.apps.icontact import APP, Options
from reconciler.connectors.base import Opening
from reconciler.errors import CursorExpired, Denied, Rejected, Retryable
from reconciler.model.field import FieldType
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Unsent, Written
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

HOME = {"account": "1", "client_folder": "2"}
ROOT = "/icp/a/1/c/2"
LISTS = {"lists": [{"listId": "7", "name": "Customers"}, {"listId": "8", "name": "Friends"}], "total": 2}


def row(number: int, **values: str | None) -> dict[str, str | None]:
    """A contact as a listing shows it: without ``business``."""
    return {"contactId": str(number), "email": f"user{number}@example.com", "status": "normal", **values}


class Desk(Wire):
    """Answers by method and path below the client folder; what is not prepared was not found."""

    def __init__(self, **answers: object) -> None:
        super().__init__(self.reply)
        self.prepared = {key.replace("__", " ", 1).replace("__", "/"): said for key, said in answers.items()}

    def reply(self, request: httpx.Request) -> httpx.Response:
        key = f"{request.method} {request.url.path.removeprefix('/icp').removeprefix('/a/1/c/2').strip('/')}"
        said = self.prepared.get(key, answer({"errors": ["not found"]}, 404))
        said = said.pop(0) if isinstance(said, list) and said and not isinstance(said[0], dict) else said
        if isinstance(said, Exception):
            raise said
        if callable(said):
            said = said(request)
        return said if isinstance(said, httpx.Response) else answer(said)


def contacts(wire: httpx.BaseTransport, *fields: str, **options: object):
    http = http_over(wire, FakeClock(), app="icontact", base_url="https://app.icontact.test/icp")
    return APP.open(Opening(http, "contacts", {**HOME, **options}, fields or ("email",)))


# credentials


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


# which account


@pytest.mark.parametrize(
    ("found", "options"),
    [(["1", "3"], {}), ([], {}), (["3"], {"account": "1"})],
)
def test_an_account_that_is_not_the_only_one_must_be_said(found: list[str], options: dict[str, str]) -> None:
    http = http_over(Wire(answer({"accounts": [{"accountId": one} for one in found]})), app="icontact")
    with pytest.raises(Denied, match="say which one in the account's options: account"):
        APP.open(Opening(http, "contacts", options)).probe()


# reading


def test_every_page_asks_for_contacts_on_no_list_too() -> None:
    pages = [
        answer({"contacts": [row(1), row(2)], "limit": 2, "offset": 0, "total": 3}),
        answer({"contacts": [row(3)], "limit": 2, "offset": 2, "total": "3"}),
    ]
    wire = Wire(*pages)
    read = list(contacts(wire, page_size=2).list())
    asked = [dict(request.url.params) for request in wire.requests]
    assert asked == [{"limit": "2", "offset": str(offset), "status": "total"} for offset in (0, 2)]
    assert [record.id for page in read for record in page.records] == ["1", "2", "3"]
    assert [(page.total, page.last) for page in read] == [(3, False), (3, True)]


def test_a_server_that_gives_fewer_than_asked_is_still_read_to_the_end() -> None:
    wire = Wire(*[answer({"contacts": [row(number)], "total": 3}) for number in (1, 2, 3)])
    assert sum(len(page.records) for page in contacts(wire).list()) == 3


def test_a_listing_that_dries_up_early_does_not_call_itself_finished() -> None:
    wire = Wire(answer({"contacts": [row(1)], "total": 3}), answer({"contacts": None, "total": 3}))
    read = list(contacts(wire).list())
    assert [page.last for page in read] == [False, False]


def test_a_warning_on_a_read_means_that_the_answer_is_not_to_the_question() -> None:
    wire = Wire(answer({"contacts": [row(1)], "total": 1, "warnings": ["terms were ignored (statos)"]}))
    with pytest.raises(Rejected, match="statos"):
        list(contacts(wire).list())


def test_what_the_listing_says_is_deleted_is_gone() -> None:
    wire = Wire(answer({"contacts": [row(1), row(2, status="deleted")], "total": 2}))
    (page,) = contacts(wire).list()
    assert ([record.id for record in page.records], page.gone) == (["1"], ("2",))


def test_nothing_is_none_and_numbers_are_numbers() -> None:
    wire = Wire(answer({"contacts": [row(1, firstName="", lastName=None, bounceCount="3", city="Ghent")], "total": 1}))
    (page,) = contacts(wire, "firstName", "lastName", "bounceCount", "city").list()
    assert page.records[0].values == {"firstName": None, "lastName": None, "bounceCount": 3, "city": "Ghent"}


@pytest.mark.parametrize(
    ("wall_clock", "utc"),
    [
        ("2012-06-09 15:46:52", "2012-06-09T19:46:52+00:00"),
        ("2012-12-09 15:46:52", "2012-12-09T20:46:52+00:00"),
        ("2012-11-04 01:30:00", "2012-11-04T05:30:00+00:00"),
        ("0000-00-00 00:00:00", None),
        ("soon", "soon"),
    ],
)
def test_times_are_us_eastern(wall_clock: str, utc: str | None) -> None:
    (page,) = contacts(Wire(answer({"contacts": [row(1, createDate=wall_clock)], "total": 1})), "createDate").list()
    assert page.records[0].values == {"createDate": utc}


def test_business_is_absent_from_listings_unless_it_is_wanted_badly() -> None:
    listing = {"contacts": [row(1)], "total": 1}
    single = {"contact": {**row(1), "business": "Acme"}}
    (page,) = contacts(Desk(GET__contacts=listing), "business").list()
    assert page.records[0].values == {}
    desk = Desk(GET__contacts=listing, GET__contacts__1=single)
    (page,) = contacts(desk, "business", read_business=True).list()
    assert page.records[0].values == {"business": "Acme"}


def test_a_contact_that_is_gone_is_left_out() -> None:
    deleted = {"contact": row(2, status="deleted")}
    desk = Desk(GET__contacts__1={"contact": row(1)}, GET__contacts__2=deleted)
    assert [record.id for record in contacts(desk).get(["1", "2", "3"])] == ["1"]


def test_a_search_brings_exact_matches_only() -> None:
    found = {"contacts": [row(1, email="A.B@example.com"), row(2, email="a*b@example.com")], "total": 2}
    records = contacts(Wire(answer(found))).find("email", ["a.b@Example.com", ""])
    assert [record.id for record in records] == ["1"]


def test_there_are_no_deltas() -> None:
    with pytest.raises(CursorExpired):
        list(contacts(Desk()).list("yesterday"))


# fields


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


# lists


SUBSCRIPTIONS = {
    "subscriptions": [
        {"contactId": "1", "listId": "7", "status": "normal"},
        {"contactId": "1", "listId": "8", "status": "unsubscribed"},
        {"contactId": "2", "listId": "8", "status": "pending"},
        {"contactId": "2", "listId": "99", "status": "normal"},
    ],
    "total": 4,
}


def test_lists_are_names_of_subscriptions_that_hold() -> None:
    listing = {"contacts": [row(1), row(2), row(3)], "total": 3}
    desk = Desk(GET__contacts=listing, GET__lists=LISTS, GET__subscriptions=SUBSCRIPTIONS)
    (page,) = contacts(desk, "lists").list()
    assert [record.values["lists"] for record in page.records] == [("Customers",), ("Friends",), None]


def test_nobody_asks_for_subscriptions_that_are_not_wanted() -> None:
    desk = Desk(GET__contacts={"contacts": [row(1)], "total": 1})
    list(contacts(desk, "email").list())
    assert desk.lines == [f"GET {ROOT}/contacts"]


def test_a_change_of_lists_subscribes_and_unsubscribes() -> None:
    granted = [{"contactId": "1", "listId": "8"}, {"contactId": "1", "listId": "7"}]
    desk = Desk(
        GET__contacts__1={"contact": row(1)},
        GET__lists=LISTS,
        GET__subscriptions={"subscriptions": [{"contactId": "1", "listId": "8", "status": "normal"}], "total": 1},
        POST__subscriptions={"subscriptions": granted},
    )
    patch = Patch("1", {"lists": ("Friends",)}, {"lists": ("Customers",)})
    (outcome,) = contacts(desk, "lists").update([patch])
    sent = next(number for number, line in enumerate(desk.lines) if line.startswith("POST"))
    assert desk.body(sent) == [
        {"contactId": "1", "listId": "8", "status": "normal"},
        {"contactId": "1", "listId": "7", "status": "unsubscribed"},
    ]
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"lists": ("Friends",)}


def test_a_list_that_is_not_there_is_refused_by_name_before_anything_is_written() -> None:
    desk = Desk(GET__lists=LISTS)
    connector = contacts(desk, "lists")
    outcomes = [
        *connector.create([Draft({"email": "a@example.com", "lists": ("Custmers",)})]),
        *connector.update([Patch("1", {"lists": ("Custmers",)}, {"lists": None})]),
    ]
    for outcome in outcomes:
        assert isinstance(outcome, Refused)
        assert outcome.message == "there is no list Custmers; the lists are Customers, Friends"
    assert desk.lines == [f"GET {ROOT}/lists"]


def test_a_subscription_that_is_not_granted_is_refused() -> None:
    desk = Desk(
        GET__contacts__1={"contact": row(1)},
        GET__lists=LISTS,
        POST__subscriptions={"subscriptions": None, "warnings": ["cannot resubscribe user1@example.com"]},
    )
    (outcome,) = contacts(desk, "lists").update([Patch("1", {"lists": ("Friends",)}, {"lists": None})])
    assert outcome == Refused("list_refused", "cannot resubscribe [email]", field="lists")


# creating


def created(request: httpx.Request) -> httpx.Response:
    """Everybody whose name is not Bad."""
    items = httpx.Response(200, content=request.content).json()
    made = [{"contactId": str(10 + n), "status": "normal", **item} for n, item in enumerate(items)]
    kept = [item for item in made if item.get("firstName") != "Bad"]
    body = {"contacts": kept or None}
    return answer(body if len(kept) == len(made) else {**body, "warnings": ["Bad is no name"]})


def test_who_is_missing_from_the_answer_was_refused() -> None:
    desk = Desk(POST__contacts=created)
    drafts = [Draft({"email": f"{n}@example.com", "firstName": name}) for n, name in enumerate(["Ann", "Bad", "Cid"])]
    first, second, third = contacts(desk, "email", "firstName").create(drafts)
    assert isinstance(first, Written)
    assert isinstance(third, Written)
    assert third.record
    assert third.record.values == {"email": "2@example.com", "firstName": "Cid"}
    assert second == Refused("refused", "[value] is no name")


def test_what_cannot_be_created_is_not_sent() -> None:
    desk = Desk(POST__contacts=created)
    drafts = [
        Draft({"email": "a@example.com"}),
        Draft({"email": None, "firstName": "Ann"}),
        Draft({"email": " A@example.com"}),
        Draft({"email": "b@example.com", "state": "West-Vlaanderen"}),
        Draft({"email": "c@example.com", "status": "bounced"}),
    ]
    outcomes = contacts(desk).create(drafts)
    codes = [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes]
    assert codes == ["", "no_email", "duplicate_email", "too_long", "status_invalid"]
    assert desk.body() == [{"email": "a@example.com"}]


def test_a_create_without_an_answer_is_lost_and_not_repeated() -> None:
    desk = Desk(POST__contacts=httpx.ReadTimeout("x"))
    outcomes = contacts(desk).create([Draft({"email": "a@example.com"}), Draft({"email": "b@example.com"})])
    assert all(isinstance(outcome, Lost) for outcome in outcomes)
    assert len(desk.requests) == 1


def test_one_bad_item_does_not_spoil_its_batch() -> None:
    def picky(request: httpx.Request) -> httpx.Response:
        return answer({"errors": ["invalid"]}, 400) if b"Worse" in request.content else created(request)

    drafts = [Draft({"email": f"{n}@example.com", "lastName": "Worse" if n == 2 else "Fine"}) for n in range(5)]
    outcomes = contacts(Desk(POST__contacts=picky)).create(drafts)
    assert [type(outcome) for outcome in outcomes] == [Written, Written, Refused, Written, Written]


def test_a_batch_that_could_not_be_sent_is_unsent() -> None:
    (outcome,) = contacts(Desk(POST__contacts=answer(status=503))).create([Draft({"email": "a@example.com"})])
    assert isinstance(outcome, Unsent)
    assert isinstance(outcome.error, Retryable)


def test_an_answer_with_another_address_leaves_the_question_open() -> None:
    desk = Desk(POST__contacts={"contacts": [row(1, email="a@other.example")]})
    (outcome,) = contacts(desk).create([Draft({"email": "a@example.com"})])
    assert isinstance(outcome, Lost)


def test_new_contacts_are_put_on_their_lists() -> None:
    desk = Desk(
        GET__lists=LISTS,
        POST__contacts=created,
        POST__subscriptions={"subscriptions": [{"contactId": "10", "listId": "7"}]},
    )
    drafts = [Draft({"email": "a@example.com", "lists": ("Customers",)}), Draft({"email": "b@example.com"})]
    outcomes = contacts(desk, "lists").create(drafts)
    assert desk.body() == [{"contactId": "10", "listId": "7", "status": "normal"}]
    records = [outcome.record for outcome in outcomes if isinstance(outcome, Written)]
    assert [record and record.values for record in records] == [{"lists": ("Customers",)}, {"lists": None}]


def test_lists_that_are_not_known_to_be_set_are_not_claimed() -> None:
    desk = Desk(GET__lists=LISTS, POST__contacts=created, POST__subscriptions=answer(status=503))
    (outcome,) = contacts(desk, "lists").create([Draft({"email": "a@example.com", "lists": ("Customers",)})])
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {}


# updating and deleting


def test_an_update_merges_and_never_replaces() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, city="GHENT", phone="")})
    (outcome,) = contacts(desk, "city", "phone").update([Patch("1", {"city": "Ghent", "phone": None}, {})])
    assert desk.lines == [f"POST {ROOT}/contacts/1"]
    assert desk.body() == {"city": "Ghent", "phone": ""}
    assert isinstance(outcome, Written)
    assert outcome.record
    assert outcome.record.values == {"city": "GHENT", "phone": None}


def test_a_field_that_was_ignored_is_refused() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1), "warnings": ["terms were ignored (shoe)"]})
    (outcome,) = contacts(desk).update([Patch("1", {"shoe": "44"}, {})])
    assert outcome == Refused("refused", "terms were ignored (shoe)")


def test_an_update_of_a_vanished_contact_is_stale() -> None:
    (outcome,) = contacts(Desk()).update([Patch("1", {"city": "Ghent"}, {})])
    assert isinstance(outcome, Refused)
    assert outcome.stale


@pytest.mark.parametrize("before", ["donotcontact", "pending", "invitable"])
def test_a_locked_status_is_refused_without_a_call(before: str) -> None:
    desk = Desk()
    (outcome,) = contacts(desk).update([Patch("1", {"status": "normal"}, {"status": before})])
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.field) == ("status_locked", "status")
    assert desk.requests == []


def test_an_opt_out_is_written() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, status="donotcontact")})
    (outcome,) = contacts(desk, "status").update([Patch("1", {"status": "donotcontact"}, {"status": "bounced"})])
    assert isinstance(outcome, Written)


def test_an_update_that_breaks_off_leaves_the_rest_unsent() -> None:
    desk = Desk(POST__contacts__1={"contact": row(1, city="x")}, POST__contacts__2=answer(status=500))
    patches = [Patch(str(number), {"city": "x"}, {}) for number in (1, 2, 3)]
    outcomes = contacts(desk).update(patches)
    assert [type(outcome) for outcome in outcomes] == [Written, Unsent, Unsent]


def test_deleting_what_is_gone_counts_as_done() -> None:
    desk = Desk(DELETE__contacts__1=answer([]))
    assert contacts(desk).delete(["1", "2"]) == [Written("1"), Written("2")]

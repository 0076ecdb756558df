"""Keys, pods, permissions, and what an account may still call today."""

from __future__ import annotations

import base64

import httpx
import pydantic
import pytest

from reconciler.connectors.apps.insightly import APP
from reconciler.connectors.base import Opening
from reconciler.errors import Denied, Retryable
from reconciler.model.field import FieldType
from reconciler.sandbox.insightly.emulator import EMULATOR
from reconciler.sandbox.insightly.fields import Custom
from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.connectors.insightly.instance import Instance, once
from tests.unit.connectors.wire import Wire, answer, http_over


def sent_to(base_url: str, **auth: str) -> httpx.Request:
    wire = Wire(answer([]))
    credentials = APP.credentials.model_validate({"api_key": "the-key", **auth})
    http = http_over(wire, app="insightly", base_url=base_url, auth=APP.authenticate(credentials, base_url))
    list(APP.open(Opening(http, "contacts", {}, ("LAST_NAME",))).list())
    return wire.requests[-1]


class TestPod:
    @pytest.mark.parametrize(
        "pasted",
        [
            *("na1", " NA1 ", "api.na1.insightly.com", "https://api.na1.insightly.com/v3.1/"),
            "https://crm.na1.insightly.com/Users/UserSettings",
        ],
    )
    def test_a_pod_is_understood_also_inside_an_address(self, pasted: str) -> None:
        assert sent_to(APP.base_url, pod=pasted).url.host == "api.na1.insightly.com"

    @pytest.mark.parametrize("pasted", ["", "na", "https://example.com/na1", "na1.example.com", "na1/../x"])
    def test_anything_else_is_refused_in_words(self, pasted: str) -> None:
        with pytest.raises(pydantic.ValidationError, match="short word in your API URL"):
            APP.credentials.model_validate({"api_key": "k", "pod": pasted})

    def test_without_a_pod_the_shared_host_is_asked(self) -> None:
        request = sent_to(APP.base_url)
        assert str(request.url).startswith("https://api.insightly.com/v3.1/Contacts?")

    def test_the_key_is_the_user_and_there_is_no_password(self) -> None:
        scheme, _, encoded = sent_to(APP.base_url).headers["Authorization"].partition(" ")
        assert (scheme, base64.b64decode(encoded)) == ("Basic", b"the-key:")

    def test_the_host_on_the_wire_is_the_pods(self) -> None:
        assert sent_to(APP.base_url, pod="eu1").headers["Host"] == "api.eu1.insightly.com"

    def test_another_host_keeps_its_requests(self) -> None:
        assert sent_to("http://127.0.0.1:9/v3.1", pod="eu1").url.host == "127.0.0.1"

    def test_two_pods_are_a_contradiction(self) -> None:
        with pytest.raises(Denied, match="another pod than eu1"):
            sent_to("https://api.na1.insightly.com/v3.1", pod="eu1")


class TestKeys:
    @pytest.mark.parametrize("what", ["wrong", "revoked", "region"])
    def test_a_key_that_does_not_work_says_what_to_check(self, what: str) -> None:
        app = Instance()
        auth = EMULATOR.broken(app.world)[what]
        with pytest.raises(Denied, match=r"check api_key.*pod") as caught:
            app.connector(auth=auth).probe()
        assert auth["api_key"] not in str(caught.value)

    def test_a_user_who_sees_nobody_is_told_by_probe_and_stopped_by_reads(self) -> None:
        app = Instance()
        connector = app.connector(auth=EMULATOR.broken(app.world)["scopes"])
        assert connector.probe().missing == ("view Contacts",)
        with pytest.raises(Denied, match="ask an administrator"):
            list(connector.list())

    def test_probe_says_whose_account_it_is_and_what_is_left(self) -> None:
        account = Instance(quirks=InsightlyQuirks(daily_calls=1000)).connector().probe()
        assert (account.id, account.calls_left, account.calls_limit, account.missing) == ("sandbox", 998, 1000, ())

    def test_who_may_not_see_the_instance_is_known_by_the_user(self) -> None:
        app = Instance()
        app.before = once(lambda: httpx.Response(403, text="no"), "GET", "/Instance")
        assert app.connector().probe().id == "user 2240727"

    def test_a_credential_never_shows_itself(self) -> None:
        assert "sesame" not in repr(APP.credentials.model_validate({"api_key": "sesame"}))


class TestLimits:
    def test_a_burst_is_waited_out(self) -> None:
        app = Instance(quirks=InsightlyQuirks(calls_per_second=1))
        app.add()
        app.connector().get(app.world.ids() * 3)
        assert sum(app.clock.slept) >= 2

    def test_a_spent_day_is_not_called_on_until_midnight(self) -> None:
        app = Instance(quirks=InsightlyQuirks(daily_calls=1))
        connector = app.connector()
        app.clock.advance(3600)
        list(connector.list())
        for _ in range(3):
            with pytest.raises(Retryable) as caught:
                list(connector.list())
        assert len(app.requests) <= 2
        assert caught.value.after is not None
        app.clock.advance(23 * 3600)
        assert [page.last for page in connector.list()] == [True]

    def test_a_429_of_a_spent_day_is_not_tried_again(self) -> None:
        spent = answer({"Message": "x"}, 429, X_RateLimit_Remaining="0", Date="Mon, 01 Jan 2024 23:00:00 GMT")
        wire = Wire(spent)
        connector = APP.open(Opening(http_over(wire, app="insightly"), "contacts", {}, ("LAST_NAME",)))
        with pytest.raises(Retryable) as first:
            list(connector.list())
        assert first.value.code == "daily_limit"
        with pytest.raises(Retryable) as second:
            list(connector.list())
        assert second.value.after == pytest.approx(3600, abs=301)
        assert len(wire.requests) == 1

    def test_the_pace_stays_under_ten_a_second(self) -> None:
        traits = Instance().connector().traits
        assert traits.burst == 1
        assert traits.calls_per_second < 10


class TestWords:
    @pytest.mark.parametrize(
        ("answered", "words"),
        [
            (httpx.Response(400, text="Plain words"), "Plain words"),
            (httpx.Response(400, json="A JSON text"), "A JSON text"),
            (httpx.Response(400, json={"Message": "An envelope"}), "An envelope"),
            (httpx.Response(400, json={"Name": "Bad", "Message": "With a name"}), "With a name"),
            (httpx.Response(400, json={"Name": "OnlyName"}), "OnlyName"),
            (httpx.Response(400, html="<html><b>A page</b></html>"), "A page"),
            (httpx.Response(400, json=[1]), "400"),
        ],
    )
    def test_every_wording_of_an_error_is_read(self, answered: httpx.Response, words: str) -> None:
        app = Instance()
        app.before = once(lambda: answered, "GET", "/Contacts")
        with pytest.raises(Exception, match=words):
            list(app.connector().list())


class TestFields:
    def test_only_the_entitys_own_and_visible_fields_are_described(self) -> None:
        app = Instance()
        app.world.add_custom_field("Mine__c", "BIT")
        app.world.add_custom_field("Leads__c", "TEXT", entity="Lead")
        app.world.account.customs["Contact"]["Hidden__c"] = Custom("Hidden__c", visible=False)
        plain = app.before
        app.before = lambda request: (
            setattr(request, "url", request.url.copy_with(path="/v3.1/CustomFields/Unknown"))
            if "CustomFields" in request.url.path
            else plain(request)
        )
        described = {field.name: field for field in app.connector().describe() if field.custom}
        assert {name: field.type for name, field in described.items()} == {"Mine__c": FieldType.BOOLEAN}

    def test_what_people_cannot_edit_we_cannot_write(self) -> None:
        app = Instance()
        app.world.add_custom_field("Number__c", "AUTONUMBER")
        app.world.add_custom_field("Method__c", "DROPDOWN", ("Email", "SMS"))
        described = {field.name: field for field in app.connector().describe()}
        assert not described["Number__c"].writable
        assert described["Method__c"].values == ("Email", "SMS")
        assert described["Method__c"].label == "Method"

    def test_a_lead_may_have_the_accounts_statuses_and_sources(self) -> None:
        described = {field.name: field for field in Instance("leads").connector().describe()}
        assert described["LEAD_STATUS"].values[0] == "OPEN - NotContacted"
        assert described["LEAD_SOURCE"].values == ("Web", "Phone Enquiry", "Partner Referral")

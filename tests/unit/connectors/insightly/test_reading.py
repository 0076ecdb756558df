"""Reads: complete ones, deltas, single ones and searches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.errors import CursorExpired, Denied, Rejected
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.connectors.insightly.instance import Instance, listed, over
from tests.unit.connectors.wire import Wire, answer


def cursor(connector) -> str:
    return list(connector.list())[-1].cursor


class TestComplete:
    def test_a_listing_is_short_where_nothing_long_is_wanted(self) -> None:
        app = Instance()
        app.add()
        listed(app.connector())
        listed(app.connector("EMAIL_ADDRESS", "TAGS"))
        assert [request.url.params.get("brief") for request in app.requests] == ["true", None]

    def test_a_delete_between_two_pages_hides_nobody(self) -> None:
        app = Instance()
        people = [app.add(number) for number in range(30)]
        doomed = people[:4]
        app.after = lambda _request: app.world.delete(doomed.pop()) if doomed else None
        found = listed(app.connector(page_size=10))
        assert set(app.world.ids()) <= set(found)

    @pytest.mark.parametrize("fault", [Fault.SHORT_PAGE, Fault.REPEATED_PAGE])
    def test_a_page_that_came_out_wrong_is_made_up_for(self, fault: Fault) -> None:
        app = Instance()
        people = {app.add(number) for number in range(30)}
        plain = app.api.answer

        def stormy(call):
            call.fault = fault if len(app.requests) == 2 else None
            return plain(call)

        app.api.answer = stormy
        pages = list(app.connector(page_size=10).list())
        assert [record.id for page in pages for record in page.records] == sorted(people)
        assert pages[-1].last

    def test_the_default_country_is_the_apps_and_nothing_has_many_forms(self) -> None:
        app = Instance("leads")
        lead = app.add(EMAIL=None, LEAD_RATING=None)
        wanted = ("EMAIL", "EMPLOYEE_COUNT", "LEAD_RATING", "ADDRESS_COUNTRY", "EMAIL_OPTED_OUT", "TAGS")
        assert listed(app.connector(*wanted))[lead].values == {
            "EMAIL": None,
            "EMPLOYEE_COUNT": None,
            "LEAD_RATING": None,
            "ADDRESS_COUNTRY": "United States",
            "EMAIL_OPTED_OUT": False,
            "TAGS": None,
        }

    def test_dates_that_are_none_are_empty(self) -> None:
        row = {"CONTACT_ID": 1, "DATE_OF_BIRTH": "0000-00-00 00:00:00", "DATE_UPDATED_UTC": "2025-04-22 20:03:25"}
        connector = over(Wire(answer([row])), "DATE_OF_BIRTH", "DATE_UPDATED_UTC")
        (record,) = listed(connector).values()
        assert record.values == {"DATE_OF_BIRTH": None, "DATE_UPDATED_UTC": "2025-04-22T20:03:25+00:00"}
        assert record.modified == datetime(2025, 4, 22, 20, 3, 25, tzinfo=UTC)

    def test_a_converted_lead_is_gone_and_not_counted(self) -> None:
        app = Instance("leads")
        stays, goes = app.add(1), app.add(2)
        app.world.convert(goes)
        (page,) = app.connector().list()
        assert ([record.id for record in page.records], page.gone, page.total) == ([stays], (goes,), 1)
        assert app.connector().get([goes]) == ()
        assert app.connector().find("EMAIL", ["person2@example.com"]) == []

    def test_a_row_without_its_id_is_not_taken_for_one(self) -> None:
        with pytest.raises(Exception, match="without its id"):
            listed(over(Wire(answer([{"LAST_NAME": "x"}]))))


class TestDelta:
    def test_it_begins_before_the_last_read_by_the_servers_clock_in_the_form_of_queries(self) -> None:
        app = Instance()
        app.add()
        since = cursor(app.connector())
        app.clock.advance(1000)
        late = app.add(2)
        assert late in listed(app.connector(overlap_seconds=60), since)
        assert app.requests[-1].url.params["updated_after_utc"] == "2023-12-31T23:59:00Z"

    def test_what_changed_in_the_very_second_of_the_last_read_is_seen(self) -> None:
        app = Instance(quirks=InsightlyQuirks(moving_stamps=False, search_is_after=True))
        record = app.add()
        since = cursor(app.connector())
        app.edit(record, LAST_NAME="Later")
        assert listed(app.connector(overlap_seconds=1), since)[record].values["LAST_NAME"] == "Later"

    def test_thousands_with_the_same_stamp_are_paged_through(self) -> None:
        app = Instance()
        since = cursor(app.connector())
        people = {app.add(number) for number in range(95)}
        assert set(listed(app.connector(page_size=10), since)) == people

    def test_a_lead_converted_since_is_reported_gone(self) -> None:
        app = Instance("leads")
        lead = app.add()
        since = cursor(app.connector())
        app.world.convert(lead)
        (page,) = app.connector().list(since)
        assert (page.records, page.gone) == ((), (lead,))

    def test_without_a_servers_clock_the_first_page_tells_the_time(self) -> None:
        rows = [{"CONTACT_ID": n, "DATE_UPDATED_UTC": f"2025-01-0{n} 00:00:00"} for n in (1, 2)]
        assert cursor(over(Wire(answer(rows)))) == "2025-01-02T00:00:00+00:00"
        assert cursor(over(Wire(answer([])))) is None

    @pytest.mark.parametrize("since", ["", "yesterday", "0000-00-00 00:00:00"])
    def test_what_is_no_moment_asks_for_everything(self, since: str) -> None:
        with pytest.raises(CursorExpired):
            list(Instance().connector().list(since))


class TestCompanies:
    def test_a_few_are_asked_for_and_many_are_listed(self) -> None:
        app = Instance()
        people = {app.add(n, ORGANISATION_NAME=f"Firm {n % 3}"): f"Firm {n % 3}" for n in range(9)}
        found = listed(app.connector("ORGANISATION_NAME"))
        assert {number: record.values["ORGANISATION_NAME"] for number, record in found.items()} == people
        assert len([line for line in app.lines() if line.startswith("GET /Organisations/")]) == 3
        app.requests.clear()
        for n in range(20):
            app.add(100 + n, ORGANISATION_NAME=f"Other {n}")
        listed(app.connector("ORGANISATION_NAME"))
        assert app.lines() == ["GET /Contacts", "GET /Organisations"]

    def test_one_that_may_not_be_seen_is_not_taken_for_none(self) -> None:
        app = Instance()
        person = app.add(ORGANISATION_NAME="Secret")
        app.world.account.hidden.add(str(app.world.organisation("Secret")))
        assert listed(app.connector("ORGANISATION_NAME", "LAST_NAME"))[person].values == {"LAST_NAME": "Last1"}

    def test_one_that_was_deleted_is_none(self) -> None:
        app = Instance()
        person = app.add(ORGANISATION_NAME="Gone")
        app.world.tables["Organisation"].drop(str(app.world.organisation("Gone")), 0)
        assert listed(app.connector("ORGANISATION_NAME"))[person].values == {"ORGANISATION_NAME": None}

    def test_a_new_name_is_found_by_one_search_before_a_delta(self) -> None:
        app = Instance()
        person = app.add(ORGANISATION_NAME="Old")
        connector = app.connector("ORGANISATION_NAME")
        since = cursor(connector)
        app.world.tables["Organisation"].merge(
            str(app.world.organisation("Old")), {"ORGANISATION_NAME": "New"}, app.clock()
        )
        app.edit(person, TITLE="Boss")
        app.requests.clear()
        assert listed(connector, since)[person].values == {"ORGANISATION_NAME": "New"}
        assert app.lines() == ["GET /Organisations/Search", "GET /Contacts/Search"]


class TestSingle:
    def test_who_is_gone_is_left_out_and_who_is_hidden_is_an_error(self) -> None:
        app = Instance()
        stays, goes, hidden = (app.add(number) for number in range(3))
        app.world.delete(goes)
        app.world.account.hidden.add(hidden)
        assert [record.id for record in app.connector().get([stays, goes, "no-number"])] == [stays]
        with pytest.raises(Rejected, match="may not see") as caught:
            app.connector().get([hidden])
        assert caught.value.code == "no_access"

    def test_an_address_is_found_in_any_spelling_of_ours(self) -> None:
        app = Instance(quirks=InsightlyQuirks(case_matters=True))
        lower, capital = app.add(EMAIL_ADDRESS="ann@example.com"), app.add(EMAIL_ADDRESS="Ann@Example.com")
        found = app.connector().find("EMAIL_ADDRESS", ["Ann@Example.com", ""])
        assert sorted(record.id for record in found) == [lower, capital]

    def test_what_a_search_brings_beyond_the_address_is_left_out(self) -> None:
        rows = [{"CONTACT_ID": n, "EMAIL_ADDRESS": f"{name}@example.com"} for n, name in enumerate(("ann", "joann"), 1)]
        found = over(Wire(answer(rows)), "EMAIL_ADDRESS").find("EMAIL_ADDRESS", ["ann@example.com"])
        assert [record.id for record in found] == ["1"]

    def test_a_custom_field_can_be_searched_by(self) -> None:
        app = Instance()
        app.world.add_custom_field("Extid__c")
        person, _other = app.add(Extid__c="a-7"), app.add(2, Extid__c="a-8")
        connector = app.connector("EMAIL_ADDRESS", "Extid__c")
        assert "Extid__c" in connector.traits.searchable
        assert [record.id for record in connector.find("Extid__c", ["a-7"])] == [person]

    def test_a_field_that_is_not_there_is_named_with_the_nearest(self) -> None:
        with pytest.raises(Denied, match=r"no field LASTNAME.*did you mean LAST_NAME"):
            list(Instance().connector("LASTNAME").list())

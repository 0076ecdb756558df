from __future__ import annotations

import httpx
import pytest

from reconciler.errors import CursorExpired, Denied, Retryable
from tests.unit.connectors.pipedrive.company import Company, draft, made, patch


def changed(company: Company, cursor: str, **options: object) -> tuple[set[str], str]:
    """Names of whoever changed since a cursor, and the next cursor."""
    pages = list(company.persons("name", **options).list(cursor))
    assert pages[-1].cursor
    return {str(record.values["name"]) for page in pages for record in page.records}, pages[-1].cursor


def cursor_of(company: Company) -> str:
    return str(list(company.persons("name").list())[-1].cursor)


def test_a_listing_goes_by_id_and_tells_no_total() -> None:
    company = Company()
    for number in range(7):
        company.world.add({"name": f"P{number}"})
    pages = list(company.persons("name", page_size=3).list())
    assert [len(page.records) for page in pages] == [3, 3, 1]
    assert [page.last for page in pages] == [False, False, True]
    assert {page.total for page in pages} == {None}
    assert [page.cursor is None for page in pages] == [True, True, False]
    assert company.requests[0].url.params["sort_by"] == "id"


def test_who_changes_while_pages_are_read_is_neither_lost_nor_read_twice() -> None:
    company = Company()
    ids = [company.world.add({"name": f"P{number}"}) for number in range(6)]
    seen: list[str] = []
    for page in company.persons("name", page_size=2).list():
        seen += [record.id for record in page.records]
        company.clock.advance(1)
        company.world.edit(ids[0], {"name": "changed"})
    assert seen == ids


def test_the_cursor_is_the_servers_time_before_the_first_page_and_whole_seconds() -> None:
    company = Company()
    company.clock.advance(0.75)
    cursor = cursor_of(company)
    company.clock.advance(600.3)
    list(company.persons("name").list(cursor))
    assert company.requests[-1].url.params["updated_since"] == "2023-12-31T23:59:00Z"


def test_this_machines_clock_may_be_wrong() -> None:
    company = Company()
    cursor = cursor_of(company)
    connector = company.persons("name")
    connector._api.http.clock = lambda: company.clock() - 3000
    company.world.add({"name": "Ann"})
    assert list(connector.list(cursor))[-1].cursor.startswith("2024-01-01T00:00")


def test_the_overlap_reads_again_and_the_apps_own_touch_shows() -> None:
    company = Company()
    company.world.add({"name": "Ann"})
    cursor = cursor_of(company)
    company.clock.advance(600)
    names, following = changed(company, cursor)
    assert names == {"Ann"}, "its update_time moved two seconds after it was made, though nobody wrote"
    assert changed(company, following)[0] == set()


def test_deletes_want_a_complete_read_every_six_hours() -> None:
    assert Company().persons("name").traits.complete_every == 6 * 3600


@pytest.mark.parametrize("cursor", ["", "yesterday", "2024-01-01T00:00:00+00:00 x"])
def test_what_is_no_cursor_has_expired(cursor: str) -> None:
    with pytest.raises(CursorExpired):
        list(Company().persons("name").list(cursor))


def test_a_listing_that_leads_back_to_itself_ends() -> None:
    company = Company()
    page = {"success": True, "data": [], "additional_data": {"next_cursor": "same"}}
    company.script = lambda _request: httpx.Response(200, json=page)
    with pytest.raises(Retryable, match="led back"):
        list(company.persons("name").list())


def test_an_empty_or_a_short_listing_is_not_taken_for_whole() -> None:
    company = Company()
    rows = [{"id": number, "name": "P", "add_time": "2023-01-01T00:00:00Z"} for number in (1, 2, 3)]
    pages = {"asc": rows[:2], "desc": rows[2:]}

    def script(request: httpx.Request) -> httpx.Response:
        data = pages[request.url.params["sort_direction"]]
        return httpx.Response(200, json={"success": True, "data": data, "additional_data": None})

    company.script = script

    def whole() -> bool:
        (page,) = company.persons("name").list()
        assert page.last is (page.cursor is not None)
        return page.last

    assert not whole(), "the newest was not in it"
    pages["asc"] = []
    assert not whole(), "there is somebody"
    pages.update(asc=rows, desc=[])
    assert not whole(), "there was somebody"
    pages["asc"] = []
    assert whole(), "there is nobody"
    pages.update(asc=rows, desc=[{**rows[0], "id": 4, "add_time": "2099-01-01T00:00:00Z"}])
    assert whole(), "somebody was made since"


def test_a_deleted_person_is_gone_though_it_can_still_be_read() -> None:
    company = Company()
    stays, goes = (company.world.add({"name": name}) for name in ("Ann", "Bob"))
    company.world.delete(goes)
    assert [one.id for one in company.persons("name").get([stays, goes])] == [stays]
    said = [one for one in company.requests if one.url.path.endswith(f"/persons/{goes}")]
    assert len(said) == 1, "whoever a listing leaves out is asked for alone"
    company.clock.advance(31 * 86_400)
    assert company.persons("name").get([goes]) == ()


def test_a_deleted_person_in_a_listing_is_a_tombstone() -> None:
    company = Company()
    row = {"id": 3, "name": "Ann", "is_deleted": True, "update_time": "2024-01-01T00:00:00Z"}
    body = {"success": True, "data": [row], "additional_data": {"next_cursor": None}}
    company.script = lambda _request: httpx.Response(200, json=body)
    (page,) = company.persons("name").list()
    assert (page.gone, page.records) == (("3",), ())


def test_a_person_that_may_not_be_seen_is_no_absence() -> None:
    company = Company()
    company.script = lambda request: (
        httpx.Response(403, json={"success": False, "error": "hidden"}) if request.url.path.endswith("/9") else None
    )
    with pytest.raises(Denied):
        company.persons("name").get(["9"])


def test_a_hundred_are_read_in_one_call() -> None:
    company = Company()
    ids = [company.world.add({"name": f"P{number}"}) for number in range(100)]
    assert len(company.persons("name").get(ids)) == 100
    assert len(company.requests) == 1


def test_organisations_are_read_by_name_in_a_batch_and_anew_each_time() -> None:
    company = Company()
    for number in range(30):
        company.world.add({"name": f"P{number}", "organization": f"Company {number % 3}"})
    connector = company.persons("organization")
    (page,) = connector.list()
    assert {record.values["organization"] for record in page.records} == {"Company 0", "Company 1", "Company 2"}
    assert len(company.asked("GET", "/organizations")) == 1
    company.world.save_organisation({"name": "Renamed"}, "1")
    (page,) = connector.list()
    assert page.records[0].values["organization"] == "Renamed"


def test_an_organisation_that_may_not_be_seen_is_not_returned_which_is_not_empty() -> None:
    company = Company()
    with_one = company.world.add({"name": "Ann", "organization": "Acme"})
    without = company.world.add({"name": "Bob"})
    del company.world.organisations.rows["1"]
    first, second = company.persons("organization", "name").get([with_one, without])
    assert "organization" not in first.values
    assert second.values["organization"] is None


def test_a_name_is_split_by_the_server() -> None:
    company = Company()
    record = made(company.persons("name", "first_name", "last_name").create(draft(name="Ludwig van Beethoven")))
    assert (record.values["first_name"], record.values["last_name"]) == ("Ludwig", "van Beethoven")
    (outcome,) = company.persons("name").update(patch(record.id, first_name="L."))
    assert outcome.code == "read_only"


def test_the_marketing_status_is_asked_for_only_where_it_is_wanted() -> None:
    company = Company()
    company.world.add({"name": "Ann", "email": "a@example.com"})
    company.persons("name").get(["1"])
    company.persons("name", "marketing_status").get(["1"])
    told = [one.url.params.get("include_fields") for one in company.asked("GET", "/persons")]
    assert told == [None, "marketing_status"]


def test_standard_fields_are_read_without_asking_the_account_for_its_fields() -> None:
    company = Company()
    company.world.add({"name": "Ann"})
    list(company.persons("name", "email", "phones").list())
    assert not company.asked("GET", "/personFields")


def test_a_field_that_the_account_does_not_have_is_named() -> None:
    with pytest.raises(Denied, match="this account has no field Shoe size"):
        list(Company().persons("name", "Shoe size").list())

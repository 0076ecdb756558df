"""The vendor's own SDK against the emulator; nothing of it is changed but the hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.crm.api import Initializer, ParameterMap, SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.header_map import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.record import (
    BodyWrapper,
    DeleteRecordsParam,
    Field,
    GetDeletedRecordsHeader,
    GetDeletedRecordsParam,
    GetRecordsParam,
    Record,
    RecordOperations,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.tags import NewTagRequestWrapper, Tag, TagsOperations

from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.sandbox.world import World

pytestmark = [
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning", "ignore:.*:ResourceWarning"),
]


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """An organisation on loopback, and the SDK pointed at it."""
    emulator, clock = load_emulator("zoho"), FakeClock()
    world = emulator.world(clock)
    with serve(create_app(emulator.api(world))) as server:
        environment = DataCenter.Environment(server.url, f"{server.url}/oauth/v2/token", server.url)
        token = OAuthToken(**emulator.auth(world))
        store = FileStore(str(tmp_path / "tokens.txt"))
        Initializer.initialize(environment, token, store, SDKConfig(), str(tmp_path))
        yield world


def records(module: str = "Contacts") -> RecordOperations:
    return RecordOperations(module)


def contact(number: int, **values: object) -> Record:
    made = Record()
    made.add_field_value(Field.Contacts.last_name(), f"Person {number}")
    made.add_field_value(Field.Contacts.email(), f"person{number}@example.com")
    for name, value in values.items():
        made.add_key_value(name, value)
    return made


def body(*rows: Record) -> BodyWrapper:
    wrapper = BodyWrapper()
    wrapper.set_data(list(rows))
    wrapper.set_trigger([])
    return wrapper


def results(response) -> list:
    return response.get_object().get_data()


def params(**values: object) -> ParameterMap:
    found = ParameterMap()
    for name, value in values.items():
        found.add(getattr(GetRecordsParam, name), value)
    return found


def create(*rows: Record) -> list[int]:
    response = records().create_records(body(*rows))
    assert response.get_status_code() == 201
    return [int(row.get_details()["id"]) for row in results(response)]


def test_a_list_is_paged_by_token_to_its_end(world) -> None:
    for number in range(5):
        world.add({"Last_Name": f"Person {number}", "Email": f"person{number}@example.com"})
    found, token = [], None
    while True:
        asked = params(fields="Last_Name,Email,Tag,Account_Name", per_page=2)
        if token:
            asked.add(GetRecordsParam.page_token, token)
        page = records().get_records(asked, HeaderMap()).get_object()
        found += [str(record.get_id()) for record in page.get_data()]
        token = page.get_info().get_next_page_token()
        if not page.get_info().get_more_records():
            break
    assert sorted(found) == world.ids()


def test_an_empty_module_has_no_content(world) -> None:
    response = records().get_records(params(fields="Last_Name"), HeaderMap())
    assert response.get_status_code() == 204
    assert world.calls["token"] == 1


def test_a_record_goes_in_comes_back_changes_and_goes(world) -> None:
    (record_id,) = create(contact(1))
    (stored,) = records().get_record(record_id).get_object().get_data()
    assert stored.get_key_value("Email") == "person1@example.com"
    change = Record()
    change.add_field_value(Field.Contacts.title(), "Buyer")
    (changed,) = results(records().update_record(record_id, body(change), HeaderMap()))
    assert changed.get_code().get_value() == "SUCCESS"
    assert world.read(str(record_id))["Title"] == "Buyer"
    gone = ParameterMap()
    gone.add(DeleteRecordsParam.ids, str(record_id))
    assert results(records().delete_records(gone, HeaderMap()))[0].get_status().get_value() == "success"
    assert world.ids() == []


def test_an_upsert_knows_who_is_there(world) -> None:
    world.add({"Last_Name": "Old", "Email": "person1@example.com"})
    wanted = body(contact(1), contact(2))
    wanted.set_duplicate_check_fields(["Email"])
    actions = [row.get_action().get_value() for row in results(records().upsert_records(wanted, HeaderMap()))]
    assert actions == ["update", "insert"]
    assert len(world.ids()) == 2


def test_some_rows_of_a_batch_may_be_refused(world) -> None:
    response = records().create_records(body(contact(1), contact(2, Phone="no number"), contact(3)))
    assert response.get_status_code() == 207
    assert [row.get_code().get_value() for row in results(response)] == ["SUCCESS", "INVALID_DATA", "SUCCESS"]
    assert results(response)[1].get_details()["api_name"] == "Phone"
    assert len(world.ids()) == 2


def test_a_search_does_not_know_the_newest(world) -> None:
    world.add({"Last_Name": "Person", "Email": "person1@example.com"})
    asked = ParameterMap()
    asked.add(SearchRecordsParam.email, "person1@example.com")
    assert records().search_records(asked).get_status_code() == 204
    world.clock.advance(60)
    assert len(results(records().search_records(asked))) == 1


def test_a_query_does(world) -> None:
    made = world.add({"Last_Name": "O'Brien", "Email": "person1@example.com"})
    query = Query()
    query.set_select_query("select Last_Name from Contacts where Last_Name = 'O\\'Brien' limit 0, 200")
    assert [str(row.get_id()) for row in results(CoqlOperations().get_records(query))] == [made]


def test_the_deleted_are_told(world) -> None:
    gone = world.add({"Last_Name": "Person"})
    world.delete(gone)
    asked = ParameterMap()
    asked.add(GetDeletedRecordsParam.type, "all")
    headers = HeaderMap()
    headers.add(GetDeletedRecordsHeader.if_modified_since, world.clock.datetime().replace(year=2020))
    assert [str(row.get_id()) for row in results(records().get_deleted_records(asked, headers))] == [gone]


def test_tags_are_put_on(world) -> None:
    (record_id,) = create(contact(1))
    wrapper, tag = NewTagRequestWrapper(), Tag()
    tag.set_name("vip")
    wrapper.set_tags([tag])
    wrapper.set_ids([record_id])
    wrapper.set_over_write(False)
    response = TagsOperations().add_tags_to_multiple_records("Contacts", wrapper, ParameterMap())
    assert results(response)[0].get_code().get_value() == "SUCCESS"
    assert world.read(str(record_id))["Tag"] == ("vip",)


def test_a_refusal_is_in_the_vendors_envelope(world) -> None:
    refused = records().get_records(params(fields="Last_Name", page_token="never was"), HeaderMap())
    assert refused.get_status_code() == 400
    assert refused.get_object().get_code().get_value() == "EXPIRED_VALUE"
    assert world.calls["list"] == 1

from __future__ import annotations

import pytest

from reconciler.model.connection import Direction, FieldMapping
from tests.unit.spec.facts import connection, minimal, problems, resolved


def mapping(said: str, sync: str = "crm <-> news", extra: str = "") -> FieldMapping:
    fields = f"winner: crm\nrules: []\nfields: {{defaults: false, map: [{said}]}}\n{extra}"
    (found,) = connection(minimal(sync, extra=fields)).mappings
    return found


def test_an_arrow_written_from_the_right_is_turned() -> None:
    found = mapping("news.status -> crm.Status__c")
    assert (found.left[0].name, found.direction, found.right[0].name) == ("Status__c", Direction.TO_LEFT, "status")
    assert found.origin.text == "news.status -> crm.Status__c"


def test_a_map_is_kept_as_written_and_says_when_it_is_mirrored() -> None:
    straight = mapping("{fields: crm.OptOut -> news.status, map: {true: donotcontact}}")
    assert straight.options == {"map": {True: "donotcontact"}, "else": "keep"}
    turned = mapping(
        "{fields: news.status -> crm.OptOut, via: map, map: {bounced: true, donotcontact: true}, else: error}"
    )
    assert turned.options == {"map": {"bounced": True, "donotcontact": True}, "else": "error", "mirrored": True}


@pytest.mark.parametrize(
    ("said", "via"),
    [
        ("{fields: crm.Country <-> news.country, via: country_name}", "country_name"),
        ("{fields: news.country <-> crm.Country, via: country_name}", "country_code"),
        ("{fields: news.country <-> crm.Country, via: country_code}", "country_name"),
        ("{fields: news.phone <-> crm.Phone, via: phone}", "phone"),
    ],
)
def test_a_transform_written_from_the_right_is_its_mirror(said: str, via: str) -> None:
    assert mapping(said).via == via


def test_parts_of_a_name_are_put_in_order() -> None:
    found = mapping("{fields: news.name_x <- crm.LastName + crm.FirstName, via: full_name}")
    assert [one.name for one in found.left] == ["FirstName", "LastName"]
    assert found.via == "full_name"


@pytest.mark.parametrize(
    ("own", "whole", "region"), [("", "region: BE", "BE"), (", region: nl", "region: BE", "NL"), ("", "", None)]
)
def test_the_region_of_a_number(own: str, whole: str, region: str | None) -> None:
    found = mapping(f"{{fields: crm.Phone <-> news.phone, via: phone{own}}}", extra=whole)
    assert found.options.get("region") == region


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ("crm.Title <-> news.x", "left"),
        ("news.x -> crm.Title", "right"),
        ("crm.Topics <-> news.tags", "union"),
        ("{fields: crm.OptOut <-> news.status, map: {true: donotcontact}}", "strictest"),
        ("{fields: crm.OptOut <- news.status, map: {true: donotcontact}}", "strictest"),
        ("{fields: crm.Title <-> news.x, policy: news}", "right"),
        ("{fields: crm.Title <-> news.x, policy: hold}", "hold"),
        ("{fields: crm.Topics <-> news.tags, policy: crm}", "left"),
    ],
)
def test_policies(said: str, policy: str) -> None:
    said = said.replace("{true: donotcontact}", "{donotcontact: true}") if "<- news" in said else said
    if "OptOut <- news" in said:
        said = "{fields: news.status -> crm.OptOut, map: {donotcontact: true}}"
    assert mapping(said).policy.value == policy


def test_a_two_way_arrow_in_a_one_way_sync_is_narrowed_with_a_warning() -> None:
    text = minimal("crm -> news", extra="fields: {map: [crm.Title <-> news.x]}")
    resolution = resolved(text)
    assert resolution.connections["small"].mappings[-1].direction is Direction.TO_RIGHT
    assert any("goes both ways" in warning.message for warning in resolution.warnings)


def test_an_arrow_against_a_one_way_sync_is_refused() -> None:
    (problem,) = problems(minimal("crm -> news", extra="fields: {map: [news.x -> crm.Title]}"))
    assert "against the connection" in problem.message


def test_values_of_a_map_may_be_read_but_not_written_beyond_what_the_app_allows() -> None:
    assert mapping("{fields: news.status -> crm.Title, map: {bounced: gone}}").options["map"] == {"bounced": "gone"}
    text = minimal(extra="winner: crm\nfields: {map: [{fields: crm.Title -> news.status, map: {gone: bounced}}]}")
    (problem,) = problems(text)
    assert "cannot be set to 'bounced'" in problem.message

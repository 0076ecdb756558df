from __future__ import annotations

import pytest

from reconciler.model.connection import Direction
from tests.unit.spec.facts import arrows, connection, minimal, problems, resolved


def test_every_role_that_both_apps_know_is_mapped() -> None:
    assert arrows(connection(minimal()).mappings) == [
        "FirstName <-> firstName left",
        "LastName <-> lastName left",
        "Email <-> email left",
        "Phone <-> phone left",
        "Country <-> country left",
        "Topics <-> tags union",
    ]


def test_consent_lists_and_owners_are_never_mapped_by_default() -> None:
    roles = {one.role for mapping in connection(minimal()).mappings for one in (*mapping.left, *mapping.right)}
    assert roles.isdisjoint({"status", "opt_out", "lists", "owner", "source"})


@pytest.mark.parametrize(
    ("sync", "direction"), [("crm -> news", Direction.TO_RIGHT), ("crm <- news", Direction.TO_LEFT)]
)
def test_a_one_way_sync_has_one_way_defaults(sync: str, direction: Direction) -> None:
    found = connection(minimal(sync, extra=""))
    assert {mapping.direction for mapping in found.mappings} == {direction}


def test_the_sender_wins_in_a_one_way_sync() -> None:
    text = minimal("crm <- news", extra="")
    assert [line.split()[-1] for line in arrows(connection(text).mappings)] == ["right"] * 5 + ["union"]


def test_parts_of_a_name_meet_the_whole_name() -> None:
    found = arrows(connection(minimal("news <-> book", "news", "book", "winner: news")).mappings)
    assert "firstName+lastName <-> full_name left via full_name" in found


def test_the_whole_name_on_the_left_works_alike() -> None:
    found = arrows(connection(minimal("book <-> news", "book", "news", "winner: news")).mappings)
    assert "full_name <-> firstName+lastName right via full_name" in found


def test_a_whole_name_that_can_only_be_read_flows_one_way() -> None:
    found = arrows(connection(minimal("crm -> book", "crm", "book", "")).mappings)
    assert "FullName -> full_name left" in found


def test_where_names_flow_back_the_parts_are_used_that_can_be_written() -> None:
    found = arrows(connection(minimal("crm <-> book", "crm", "book", NO_CREATE)).mappings)
    assert "FirstName+LastName <-> full_name left via full_name" in found
    assert not [arrow for arrow in found if arrow.startswith("FullName")]


def test_single_fields_are_used_unless_both_sides_have_lists() -> None:
    assert "Email <-> email left" in arrows(connection(minimal("crm <-> book", "crm", "book", NO_CREATE)).mappings)


NO_CREATE = "winner: crm\nrules: [{name: a, from: crm, then: {create: false}}]"


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ("{off: [country]}", {"Country"}),
        ("{off: [news.country, crm.Phone]}", {"Country", "Phone"}),
        ("{map: [crm.Title -> news.country]}", {"Country"}),
        ("{map: [crm.Country -> news.land]}", set()),
    ],
)
def test_defaults_give_way(fields: str, gone: set) -> None:
    everything = {one.name for mapping in connection(minimal()).mappings for one in mapping.left}
    found = connection(minimal(extra=f"winner: crm\nfields: {fields}")).mappings
    assert {mapping.left[0].name for mapping in found if mapping.origin.text.startswith("default")} == everything - gone


def test_a_written_mapping_of_the_same_fields_replaces_the_default() -> None:
    text = minimal(extra="winner: crm\nfields: {map: [{fields: crm.Phone <-> news.phone, via: phone}]}")
    phones = [line for line in arrows(connection(text).mappings) if line.startswith("Phone")]
    assert phones == ["Phone <-> phone left via phone"]


def test_without_defaults_only_what_is_written_flows() -> None:
    text = minimal(extra="winner: crm\nrules: []\nfields: {defaults: false, map: [crm.Email <-> news.email]}")
    assert arrows(connection(text).mappings) == ["Email <-> email left"]


def test_a_connection_that_does_nothing_is_told() -> None:
    (problem,) = problems(minimal(extra="winner: crm\nrules: []\nfields: {defaults: false}"))
    assert "maps no field" in problem.message


def test_the_origin_of_a_default_is_the_line_of_fields() -> None:
    text = minimal(extra="winner: crm\nfields: {defaults: true}")
    assert {mapping.origin.line for mapping in connection(text).mappings} == {9}


def test_clearing_and_drift_reach_the_defaults() -> None:
    text = minimal(extra="winner: crm\non_clear: propagate\ndrift: report")
    found = resolved(text).connections["small"].mappings
    assert {(mapping.on_clear.value, mapping.drift.value) for mapping in found} == {("propagate", "report")}

"""A delta of leads: its own changes, those of the archive, and those of the persons behind."""

from __future__ import annotations

from tests.unit.connectors.pipedrive.company import Company
from tests.unit.connectors.pipedrive.test_leads import ANN, listed


def cursor_of(company: Company) -> str:
    """A cursor of now, when all that was done before lies behind the overlap."""
    company.clock.advance(600)
    cursor = str(list(company.leads("title").list())[-1].cursor)
    company.clock.advance(1)
    return cursor


def test_a_delta_has_the_leads_that_changed_archived_ones_and_those_whose_person_did() -> None:
    company = Company()
    quiet, own, put_away, persons = (
        company.world.add({"title": f"T{number}", "name": "P", "email": f"p{number}@example.com"}, "leads")
        for number in range(4)
    )
    cursor = cursor_of(company)
    company.world.edit(own, {"title": "changed"}, "leads")
    company.world.edit(put_away, {"is_archived": True}, "leads")
    company.world.edit("4", {"phone": "+3212345"})
    assert set(listed(company, cursor)) == {own, put_away, persons}
    assert quiet not in listed(company, cursor)
    assert set(listed(company, cursor, archived=False)) == {own, persons}


def test_where_many_people_changed_all_leads_are_walked_once() -> None:
    company = Company()
    leads = [company.world.add({"title": f"T{number}", "name": "P"}, "leads") for number in range(30)]
    cursor = cursor_of(company)
    for number in range(1, 21):
        company.world.edit(str(number), {"name": "changed"})
    company.world.edit(leads[25], {"title": "changed"}, "leads")
    company.requests.clear()
    assert set(listed(company, cursor)) == {*leads[:20], leads[25]}
    assert len(company.requests) == 4, "people, leads, archive, and the people of those found"


def test_a_quiet_delta_costs_three_calls() -> None:
    company = Company()
    company.world.add(ANN, "leads")
    cursor = cursor_of(company)
    company.requests.clear()
    assert listed(company, cursor) == {}
    assert len(company.requests) == 3


def test_a_delta_reads_back_over_what_may_have_been_under_way() -> None:
    company = Company()
    company.world.save_organisation({"name": "Acme"})
    lead = company.world.add({"title": "Big", "organization": "Acme"}, "leads")
    company.clock.advance(30)
    cursor = str(list(company.leads("title").list())[-1].cursor)
    assert set(listed(company, cursor)) == {lead}
    assert set(listed(company, cursor, overlap_seconds=0)) == set()

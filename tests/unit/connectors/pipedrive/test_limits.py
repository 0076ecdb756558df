from __future__ import annotations

import httpx
import pytest

from reconciler.errors import Retryable
from reconciler.model.outcome import Draft, Unsent
from tests.unit.connectors.pipedrive.company import Company, draft

EMAILS = [f"p{number}@example.com" for number in range(40)]


def statuses(company: Company) -> list[int]:
    """What every request was answered with, asked through the script."""
    seen: list[int] = []
    answer = company._answer

    def noting(request: httpx.Request) -> httpx.Response:
        said = answer(request)
        seen.append(said.status_code)
        return said

    company._answer = noting
    return seen


def test_a_long_run_of_writes_and_searches_never_meets_a_limit() -> None:
    company = Company()
    seen = statuses(company)
    connector = company.persons("email", "name")
    for start in range(0, len(EMAILS), 20):
        connector.create([Draft({"name": "Ann", "email": email}) for email in EMAILS[start : start + 20]])
    for email in EMAILS:
        assert connector.find("email", [email])
    assert len(seen) >= 3 * len(EMAILS)
    assert set(seen) == {200}


def test_the_window_that_the_headers_show_as_used_up_is_waited_for() -> None:
    company = Company(burst=3)
    seen = statuses(company)
    connector = company.persons("name")
    for _ in range(7):
        connector.get(["1"])
    assert 429 not in seen
    assert 2.0 in [round(each, 2) for each in company.clock.slept]


def test_a_429_is_repeated_after_the_window() -> None:
    company = Company()
    refused = [httpx.Response(429, json={"success": False}, headers={"x-ratelimit-reset": "2"})]
    company.script = lambda _request: refused.pop() if refused else None
    began = company.clock()
    assert list(company.persons("name").list())[-1].last
    assert company.clock() - began >= 2.0


def test_a_day_that_is_used_up_is_not_slept_through() -> None:
    company = Company(daily_tokens=25)
    connector = company.persons("name")
    list(connector.list())
    with pytest.raises(Retryable) as caught:
        list(connector.list())
    assert caught.value.code == "daily_budget"
    assert caught.value.after == 300.0
    with pytest.raises(Retryable, match="today's calls"):
        connector.probe()


def test_what_stops_one_write_leaves_the_rest_unsent() -> None:
    company = Company(daily_tokens=12)
    outcomes = company.persons("name").create([Draft({"name": f"P{number}"}) for number in range(6)])
    assert isinstance(outcomes[-1], Unsent)
    assert 0 < len(company.world.persons) < 6


def test_an_impatient_client_is_shut_out_by_the_edge() -> None:
    company = Company(burst=1, deaf_after=3)
    answers = [company._answer(request_of(company)) for _ in range(6)]
    assert [one.status_code for one in answers] == [200, 429, 429, 429, 403, 403]
    assert answers[-1].headers["content-type"] == "text/html"
    assert answers[-1].text.startswith("<!DOCTYPE")


def request_of(company: Company) -> httpx.Request:
    return httpx.Request("GET", "https://x.test/api/v2/persons", headers={"x-api-token": company.world.keys.api})


def test_a_validation_error_tells_nothing_of_the_person() -> None:
    company = Company()
    said = {"success": False, "error": "ann@example.com is not an email of Ann Lee", "code": "ERR"}
    company.script = lambda _request: httpx.Response(400, json=said)
    (outcome,) = company.persons("name").create(draft(name="Ann Lee", email="ann@example.com"))
    assert "ann@" not in outcome.message
    assert "Ann Lee" not in outcome.message
    assert outcome.code == "ERR"

"""The oldest client there is (``prosperworks``), unchanged but for the host, against the emulator.

It was written for Python 2: a sibling module is imported by its bare name, and errors are expected to have a
``message``. Both are provided here, from outside.
"""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest

from reconciler.sandbox.copper.emulator import EMULATOR
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

pytestmark = pytest.mark.clients


@pytest.fixture
def office(monkeypatch):
    """The client's modules, logged in; and the world behind."""
    clock = FakeClock()
    world = EMULATOR.world(clock)
    exceptions = importlib.import_module("prosperworks.exceptions")
    monkeypatch.setitem(importlib.sys.modules, "exceptions", exceptions)
    monkeypatch.setattr(exceptions.ProsperWorksServerException, "message", "", raising=False)
    models, api, constants = (
        importlib.import_module(f"prosperworks.{name}") for name in ("models", "api", "constants")
    )
    with serve(create_app(EMULATOR.api(world))) as server:
        monkeypatch.setattr(constants, "BASE_URL", f"{server.url}/developer_api/{{version}}/")
        auth = EMULATOR.auth(world)
        api.configure(auth["api_key"], auth["user_email"])
        yield SimpleNamespace(world=world, clock=clock, models=models, api=api, exceptions=exceptions)


def test_a_person_lives_and_dies(office) -> None:
    person = office.models.Person.create(
        name="Ann Lee",
        emails=[{"email": "ann@example.com", "category": "work"}],
        address={"street": "Veldstraat 1", "city": "Gent", "country": "BE"},
    )
    assert (person.first_name, person.last_name) == ("Ann", "Lee")
    assert office.world.read(str(person.id))["city"] == "Gent"
    person.title = "CEO"
    person.update("title")
    again = office.models.Person(id=person.id)
    assert (again.title, again.name) == ("CEO", "Ann Lee")
    assert [one.email for one in again.emails] == ["ann@example.com"]
    assert office.models.Person.fetch_by_email("ANN@example.com").id == person.id
    assert person.delete().is_deleted
    with pytest.raises(office.exceptions.ProsperWorksNotFoundRequest):
        office.models.Person.fetch_by_email("ann@example.com")


def test_people_are_listed_page_by_page(office) -> None:
    ids = [office.world.add({"name": f"Person {number:02}"}) for number in range(25)]
    office.clock.advance(5)
    pages = [office.models.Person.search(page_number=page, page_size=10, sort_by="name") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [str(person.id) for page in pages for person in page] == ids
    assert len(office.models.Person.list()) == 20


def test_a_lead_is_made_found_and_converted(office) -> None:
    lead = office.models.Lead.create(
        name="Bob Ray", email={"email": "bob@example.com", "category": "work"}, status="Contacted", tags=["VIP"]
    )
    office.clock.advance(5)
    (found,) = office.models.Lead.search(tags=["VIP"])
    assert (found.id, found.status, found.company_name) == (lead.id, "Contacted", None)
    office.models.Lead.search(minimum_modified_date=int(office.clock()))
    person = lead.convert(person=SimpleNamespace(name="Bob Ray", contact_type_id=None, assignee_id=None)).person
    assert office.world.read(str(person.id))["email"] == "bob@example.com"


def test_the_accounts_tables_are_read(office) -> None:
    office.world.tables.define("Nickname", "String")
    assert office.models.Account.get_account().id == 100_624
    assert next(one.name for one in office.models.ContactType.list()) == "Potential Customer"
    assert [one.name for one in office.models.CustomerSource.list()] == ["Email", "Cold Call", "Advertising"]
    assert [one.name for one in office.models.CustomField.list()] == ["Nickname"]
    assert len(office.models.User.search()) == 2


def test_errors_have_the_shapes_that_it_knows(office) -> None:
    errors = office.exceptions
    with pytest.raises(errors.ProsperWorksUnprocessableRequest, match="Name: can't be blank"):
        office.models.Person.create(title="CEO")
    with pytest.raises(errors.ProsperWorksUnprocessableRequest, match="minimum_modified_date"):
        office.models.Person.search(minimum_modified_date=1)
    with pytest.raises(errors.ProsperWorksNotFoundRequest):
        office.models.Lead(id=7)
    office.world.configure({"calls_per_minute": 1})
    with pytest.raises(errors.ProsperWorksRateLimitExceeded):
        office.models.Person.list()
    office.api.configure("wrong", "owner@example.com")
    with pytest.raises(errors.ProsperWorksUnauthorizedRequest):
        office.models.Account.get_account()

from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import SalesforceDesk


@pytest.fixture
def desk() -> SalesforceDesk:
    return SalesforceDesk()


@pytest.fixture
def add(desk):
    """Make a contact; its id."""
    return lambda **values: desk.world.add({"LastName": "Lee"} | values)

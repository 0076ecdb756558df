from __future__ import annotations

import pytest

from tests.unit.sandbox.desks import IContactDesk


@pytest.fixture
def desk() -> IContactDesk:
    return IContactDesk()

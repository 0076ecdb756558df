from __future__ import annotations

import pytest

from tests.unit.sandbox.copper.desk import CopperDesk


@pytest.fixture
def desk() -> CopperDesk:
    return CopperDesk()

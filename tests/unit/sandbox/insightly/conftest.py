from __future__ import annotations

import pytest

from tests.unit.sandbox.insightly.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()

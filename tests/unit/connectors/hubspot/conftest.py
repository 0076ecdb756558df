from __future__ import annotations

import pytest

from tests.unit.connectors.hubspot.portal import Portal


@pytest.fixture
def portal() -> Portal:
    return Portal()

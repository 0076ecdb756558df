from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.connectors.mailchimp.desk import Desk, desk_over

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    with desk_over() as desk:
        yield desk

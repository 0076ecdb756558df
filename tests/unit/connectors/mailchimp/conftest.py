from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.connectors.mailchimp.desk import Desk, Stage, desk_on, stage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def mailchimp_stage() -> Iterator[Stage]:
    with stage() as running:
        yield running


@pytest.fixture
def desk(mailchimp_stage: Stage) -> Iterator[Desk]:
    with desk_on(mailchimp_stage) as desk:
        yield desk

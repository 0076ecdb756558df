"""Both apps for a module, a fresh house for a test; one clock for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.testing.clock import FakeClock
from tests.e2e.house import House
from tests.e2e.town import ENVIRON, town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.town import Town


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def apps(clock: FakeClock) -> Iterator[Town]:
    with town(clock) as both:
        yield both


@pytest.fixture
def house(tmp_path, clock: FakeClock) -> Iterator[House]:
    with House(tmp_path, ENVIRON, clock) as one:
        yield one

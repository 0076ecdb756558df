"""Every registered app keeps the contract, each brought up by its launcher; an app without one fails."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.registry import app_names, load_app
from reconciler.testing.contract import ConnectorContract, Subject
from tests.contract.launchers.every import LAUNCHERS, REAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.launchers.launch import Fresh

CASES = [
    pytest.param(case, marks=[pytest.mark.real] if case[0] in REAL else [], id="-".join(case)) for case in LAUNCHERS
]


def test_every_entity_of_every_app_has_a_launcher() -> None:
    offered = {(name, entity) for name in app_names() for entity in load_app(name).catalogue.entities}
    assert offered == set(LAUNCHERS)


@pytest.fixture(scope="module")
def launched(tmp_path_factory) -> Iterator[Callable[[tuple[str, str]], Fresh]]:
    """Servers that were needed, started once."""
    running: dict[tuple[str, str], Fresh] = {}
    with ExitStack() as servers:

        def launch(case: tuple[str, str]) -> Fresh:
            if case not in running:
                running[case] = servers.enter_context(LAUNCHERS[case](tmp_path_factory.mktemp(case[0])))
            return running[case]

        yield launch


@pytest.mark.parametrize("case", CASES)
class TestRegistered(ConnectorContract):
    @pytest.fixture
    def subject(self, case: tuple[str, str], launched) -> Subject:
        return launched(case)()

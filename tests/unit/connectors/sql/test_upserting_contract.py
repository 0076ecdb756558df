"""The contract holds as well where creates may write onto rows that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.testing.contract import ConnectorContract, Subject
from tests.contract.launchers.sql import ACCOUNT, sqlite
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = {**ACCOUNT, "upsert_on": ["email"]}


class TestUpserting(ConnectorContract):
    @pytest.fixture
    def subject(self, tmp_path) -> Iterator[Subject]:
        with sqlite(tmp_path) as fresh, connected(f"sqlite:///{tmp_path}/people.sqlite") as database:
            place = Place(database)
            place.sql("CREATE UNIQUE INDEX one_email ON people (email)")
            yield replace(
                fresh(),
                open=lambda names: place.rows(*names, **OPTIONS),
                fields=place.rows(**OPTIONS).describe(),
            )

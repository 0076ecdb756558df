"""A PostgreSQL for a module, with a schema ``crm`` and an ordinary user ``clerk``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.real.postgres import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.postgres import Postgres


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as running:
        running.run("CREATE SCHEMA crm", "CREATE USER clerk PASSWORD 'clerk'", "GRANT USAGE ON SCHEMA crm TO clerk")
        yield running

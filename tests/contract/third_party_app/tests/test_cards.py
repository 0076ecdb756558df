"""The shipped contract, from outside: this file runs where the package is installed beside the reconciler."""

from __future__ import annotations

import pytest
from address_cards.app import APP

from reconciler.connectors.base import Opening
from reconciler.connectors.http import Http
from reconciler.testing.contract import ConnectorContract, Subject


class TestCards(ConnectorContract):
    @pytest.fixture
    def subject(self, tmp_path) -> Subject:
        http = Http(app=APP.name, base_url=APP.base_url)
        options = {"path": tmp_path / "cards.json"}

        def opened(fields):
            return APP.open(Opening(http, "people", options, tuple(fields)))

        yield Subject(open=opened, fields=APP.catalogue.entities["people"].fields)
        http.close()

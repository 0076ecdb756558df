"""People in a JSON file: an app that another package brings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from address_cards.connector import Cards, CardsFile
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Connector, Opening


class Credentials(BaseModel):
    """A file needs none."""


class Options(BaseModel):
    """Where the file is; it is made when it is not there."""

    path: Path = Path("cards.json")


class App:
    name = "cards"
    base_url: str | None = "https://cards.invalid"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files("address_cards") / "cards.yaml")

    def authenticate(self, credentials: BaseModel, base_url: str) -> object:
        del credentials, base_url
        return None

    def open(self, opening: Opening) -> Connector:
        options = Options.model_validate(dict(opening.options))
        fields = self.catalogue.entities[opening.entity].fields
        return Cards(CardsFile(options.path), fields, opening.fields)


APP = App()

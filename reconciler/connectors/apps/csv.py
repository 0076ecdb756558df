"""One CSV file of a folder: what people keep in a spreadsheet, and programs drop off.

Rows that nobody changes keep every byte; the file is replaced in one step, and never when somebody else has edited it
meanwhile. A file that is missing, cut short or ambiguous is an error, never a lot of deletes.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from reconciler.connectors.csv_folder.options import Options
from reconciler.connectors.csv_folder.rows import Rows
from reconciler.connectors.tabular.columns import with_columns
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening
    from reconciler.spec.catalogue import Catalogue

_BARE = load_catalogue(files(__package__) / "csv.yaml")
_NOWHERE = Options(folder=".", file="nowhere.csv")


class Credentials(BaseModel):
    """``auth`` of an account: none. The reconciler reads and writes files as the user that it runs as."""

    model_config = ConfigDict(extra="forbid")


class Csv:
    """The app. It has no ``base_url``: nothing goes over HTTP."""

    name = "csv"
    base_url: str | None = ""
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = with_columns(_BARE, {})

    def authenticate(self, credentials: BaseModel, base_url: str) -> None:
        """Nothing for HTTP."""
        del credentials, base_url

    def tailored(self, options: BaseModel) -> Catalogue:
        """The catalogue with the roles that the options give."""
        return with_columns(_BARE, Options.model_validate(options.model_dump()).roles)

    def open(self, opening: Opening) -> Rows:
        """The rows of the file."""
        options = Options.model_validate(dict(opening.options)) if opening.options else _NOWHERE
        return Rows(options, opening.fields)


APP = Csv()

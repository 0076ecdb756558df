"""One table or view of a database: PostgreSQL, SQLite, and what else SQLAlchemy speaks to.

Columns are fields, found by reflection. Every batch is one transaction, read back before it is committed, so that what
defaults and triggers made of it is known; on PostgreSQL a delta goes by the transaction that wrote a row, and needs no
column for it.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, SecretStr

from reconciler.connectors.sql.database import Database
from reconciler.connectors.sql.options import Options
from reconciler.connectors.sql.rows import Rows
from reconciler.connectors.tabular.columns import with_columns
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening
    from reconciler.spec.catalogue import Catalogue

_BARE = load_catalogue(files(__package__) / "sql.yaml")
_NOWHERE = Options(table="nowhere")


class Credentials(BaseModel):
    """``auth`` of an account. ``url``: the database's address with user and password, for example
    ``postgresql://user:password@host/database``; a secret, because of the password."""

    model_config = ConfigDict(extra="forbid")

    url: SecretStr


class Sql:
    """The app. It has no ``base_url``: nothing goes over HTTP."""

    name = "sql"
    base_url: str | None = ""
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = with_columns(_BARE, {})

    def authenticate(self, credentials: BaseModel, base_url: str) -> None:
        """Nothing for HTTP."""
        del credentials, base_url

    def connect(self, credentials: BaseModel) -> Database:
        """The database, with its pool of connections."""
        known = Credentials.model_validate(credentials.model_dump())
        return Database(known.url.get_secret_value())

    def tailored(self, options: BaseModel) -> Catalogue:
        """The catalogue with the roles that the options give."""
        return with_columns(_BARE, Options.model_validate(options.model_dump()).roles)

    def open(self, opening: Opening) -> Rows:
        """The rows of the table."""
        options = Options.model_validate(dict(opening.options)) if opening.options else _NOWHERE
        database = opening.resource if isinstance(opening.resource, Database) else Database("")
        return Rows(database, options, opening.fields)


APP = Sql()

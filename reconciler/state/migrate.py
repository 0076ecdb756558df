"""Runs the migrations that live inside the package; loaded only when a state is new or old."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from reconciler.errors import StateError
from reconciler.state.tables import HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(db: Connection, found: str | None, name: str) -> None:
    """Bring the state from version ``found`` (None: nothing there) to the newest, inside the caller's transaction.

    Raises ``StateError`` when ``found`` is a version that only a newer reconciler knows.
    """
    config = settings()
    if found is not None and found not in revisions(config):
        raise StateError(
            f"The state {name} was made by a newer version of the reconciler (its tables are at {found}, this version "
            f"knows {HEAD}). Install the newer version again, or name another state with --state."
        )
    config.attributes["connection"] = db
    command.upgrade(config, "head")


def settings() -> Config:
    """Alembic's settings."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def revisions(config: Config) -> list[str]:
    """Every version that this package knows, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

"""When each side was last read completely: a delta shows no deletes in many apps, so it is not enough for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One more column; a side of which nothing is known is read completely next time."""
    op.add_column("side", sa.Column("complete_at", sa.Double))

"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Everything that the first version remembers."""
    _connections()
    _contacts()
    _links()
    _journal()
    _lease()


def _connections() -> None:
    op.create_table("meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "connection",
        sa.Column("connection_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("last_cycle", sa.Integer, nullable=False),
        sa.Column("live_links", sa.Integer, nullable=False),
        sa.UniqueConstraint("name", name="uq_connection_name"),
    )
    op.create_table(
        "side",
        sa.Column("side_id", sa.Integer, primary_key=True),
        _reference("side", "connection", "connection_id"),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text),
        sa.UniqueConstraint("connection_id", "side", name="uq_side_connection_id_side"),
    )


def _contacts() -> None:
    op.create_table(
        "tally",
        _reference("tally", "side", "side_id"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("contacts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("side_id", "state"),
    )
    op.create_table(
        "contact",
        sa.Column("row", NUMBER, primary_key=True),
        _reference("contact", "side", "side_id"),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        *(sa.Column(f"key{ordinal}", sa.LargeBinary) for ordinal in range(4)),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("due_at", sa.Double),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.UniqueConstraint("side_id", "id", name="uq_contact_side_id_id"),
    )
    op.create_index("contact_walk", "contact", ["side_id", "row"])
    _partial_index("contact_due", "contact", ["side_id", "row", "due_at"], "due_at IS NOT NULL")
    for ordinal in range(4):
        columns = [f"key{ordinal}", "side_id"]
        _partial_index(f"contact_key{ordinal}", "contact", columns, f"key{ordinal} IS NOT NULL")


def _links() -> None:
    for name, owner, owner_id in (("layout", "side", "side_id"), ("phrase", "connection", "connection_id")):
        op.create_table(
            name,
            sa.Column(f"{name}_id", sa.Integer, primary_key=True),
            _reference(name, owner, owner_id),
            sa.Column("digest", sa.LargeBinary, nullable=False),
            sa.Column("body", sa.Text, nullable=False),
            sa.UniqueConstraint(owner_id, "digest", name=f"uq_{name}_{owner_id}_digest"),
        )
    op.create_table(
        "link",
        sa.Column("link_id", NUMBER, primary_key=True),
        _reference("link", "connection", "connection_id"),
        sa.Column("left_id", sa.Text, nullable=False),
        sa.Column("right_id", sa.Text, nullable=False),
        _reference("link", "layout", "layout_id", "left_layout"),
        sa.Column("left_base", sa.LargeBinary, nullable=False),
        _reference("link", "layout", "layout_id", "right_layout"),
        sa.Column("right_base", sa.LargeBinary, nullable=False),
        _reference("link", "phrase", "phrase_id", "standing"),
        sa.Column("gone", sa.Text),
        sa.UniqueConstraint("connection_id", "left_id", name="uq_link_connection_id_left_id"),
        sa.UniqueConstraint("connection_id", "right_id", name="uq_link_connection_id_right_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("link_walk", "link", ["connection_id", "link_id"])


def _journal() -> None:
    op.create_table(
        "cycle",
        _reference("cycle", "connection", "connection_id"),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "cycle"),
    )
    op.create_table(
        "intent",
        sa.Column("intent_id", NUMBER, primary_key=True),
        _reference("intent", "connection", "connection_id"),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        _reference("intent", "side", "side_id"),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text),
        sa.Column("source_id", sa.Text),
        _reference("intent", "phrase", "phrase_id", "fields"),
        sa.Column("source_keys", sa.LargeBinary, nullable=False),
        sa.Column("link_id", NUMBER),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("settled_at", sa.Double),
        sqlite_autoincrement=True,
    )
    _partial_index("intent_unsettled", "intent", ["connection_id", "intent_id"], "status IN ('open', 'lost')")
    op.create_index("intent_record", "intent", ["side_id", "record_id"])
    op.create_index("intent_source", "intent", ["side_id", "source_id"])
    op.create_index("intent_age", "intent", ["connection_id", "at"])


def _lease() -> None:
    op.create_table(
        "lease",
        _reference("lease", "connection", "connection_id", primary_key=True),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("pid_space", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )


def _reference(
    table: str, target: str, key: str, column: str | None = None, *, primary_key: bool = False
) -> sa.Column[int]:
    name = column or key
    target_key = sa.ForeignKey(f"{target}.{key}", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Integer, target_key, nullable=False, primary_key=primary_key)


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

"""The tables of the state. No column can hold a value of a contact: ids, keyed fingerprints, words of the spec, counts
and times are all there is. ``migrations`` must produce exactly these tables; a test compares them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

HEAD = "0002"
"""The newest migration: what a state must be at before it is used."""

MATCH_KEYS = 4
"""How many match keys a contact can have."""

metadata = MetaData(
    naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

# SQLite numbers rows by itself only where the type is spelt INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

connection = Table(
    "connection",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("last_cycle", Integer, nullable=False),
    Column("live_links", Integer, nullable=False),
)

# One row for each end of a connection, so that contacts, layouts and tallies point at it with one small number.
side = Table(
    "side",
    metadata,
    Column("side_id", Integer, primary_key=True),
    Column("connection_id", ForeignKey(connection.c.connection_id), nullable=False),
    Column("side", Text, nullable=False),
    Column("cursor", Text),
    Column("complete_at", Double),
    UniqueConstraint("connection_id", "side"),
)

tally = Table(
    "tally",
    metadata,
    Column("side_id", ForeignKey(side.c.side_id), nullable=False),
    Column("state", Text, nullable=False),
    Column("contacts", Integer, nullable=False),
    PrimaryKeyConstraint("side_id", "state"),
)

# ``key0``…``key3``: one fingerprint per match key, empty where the contact has none, NULL where there is no such key.
contact = Table(
    "contact",
    metadata,
    Column("row", Number, primary_key=True),
    Column("side_id", ForeignKey(side.c.side_id), nullable=False),
    Column("id", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    *(Column(f"key{ordinal}", LargeBinary) for ordinal in range(MATCH_KEYS)),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("due_at", Double),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("side_id", "id"),
)
Index("contact_walk", contact.c.side_id, contact.c.row)
Index(
    "contact_due",
    contact.c.side_id,
    contact.c.row,
    contact.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
for _ordinal in range(MATCH_KEYS):
    Index(
        f"contact_key{_ordinal}",
        contact.c[f"key{_ordinal}"],
        contact.c.side_id,
        sqlite_where=text(f"key{_ordinal} IS NOT NULL"),
        postgresql_where=text(f"key{_ordinal} IS NOT NULL"),
    )

# The field names of a base, in order (a JSON list): each base is packed along its layout.
layout = Table(
    "layout",
    metadata,
    Column("layout_id", Integer, primary_key=True),
    Column("side_id", ForeignKey(side.c.side_id), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("side_id", "digest"),
)

# JSON texts that many rows share: which rules hold and what they did, which fields a write touches and why.
phrase = Table(
    "phrase",
    metadata,
    Column("phrase_id", Integer, primary_key=True),
    Column("connection_id", ForeignKey(connection.c.connection_id), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("connection_id", "digest"),
)

# Link ids are never used again (autoincrement): a journal line may still speak of an old one.
link = Table(
    "link",
    metadata,
    Column("link_id", Number, primary_key=True),
    Column("connection_id", ForeignKey(connection.c.connection_id), nullable=False),
    Column("left_id", Text, nullable=False),
    Column("right_id", Text, nullable=False),
    Column("left_layout", ForeignKey(layout.c.layout_id), nullable=False),
    Column("left_base", LargeBinary, nullable=False),
    Column("right_layout", ForeignKey(layout.c.layout_id), nullable=False),
    Column("right_base", LargeBinary, nullable=False),
    Column("standing", ForeignKey(phrase.c.phrase_id), nullable=False),
    Column("gone", Text),
    UniqueConstraint("connection_id", "left_id"),
    UniqueConstraint("connection_id", "right_id"),
    sqlite_autoincrement=True,
)
Index("link_walk", link.c.connection_id, link.c.link_id)

cycle = Table(
    "cycle",
    metadata,
    Column("connection_id", ForeignKey(connection.c.connection_id), nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("result", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("counts", Text, nullable=False),
    PrimaryKeyConstraint("connection_id", "cycle"),
)

intent = Table(
    "intent",
    metadata,
    Column("intent_id", Number, primary_key=True),
    Column("connection_id", ForeignKey(connection.c.connection_id), nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("side_id", ForeignKey(side.c.side_id), nullable=False),
    Column("verb", Text, nullable=False),
    Column("record_id", Text),
    Column("source_id", Text),
    Column("fields", ForeignKey(phrase.c.phrase_id), nullable=False),
    Column("source_keys", LargeBinary, nullable=False),
    Column("link_id", Number),
    Column("status", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("settled_at", Double),
    sqlite_autoincrement=True,
)
# Written out rather than bound, so that a query with the same words can use the partial index.
UNSETTLED = text("status IN ('open', 'lost')")
Index(
    "intent_unsettled",
    intent.c.connection_id,
    intent.c.intent_id,
    sqlite_where=UNSETTLED,
    postgresql_where=UNSETTLED,
)
Index("intent_record", intent.c.side_id, intent.c.record_id)
Index("intent_source", intent.c.side_id, intent.c.source_id)
Index("intent_age", intent.c.connection_id, intent.c.at)

# ``token`` grows with every new holder: a holder that slept through its time finds another's number.
lease = Table(
    "lease",
    metadata,
    Column("connection_id", ForeignKey(connection.c.connection_id), primary_key=True),
    Column("token", Integer, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("pid_space", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
)

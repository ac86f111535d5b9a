"""What arrived from the tills, and what is kept as evidence."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from sync_server.store.tables.columns import count, metadata, text

TALLY_COUNTS = (
    "entries",
    "sales",
    "anonymous",
    "sales_minor",
    "returns",
    "returns_minor",
    "points_earned",
    "points_clawed_back",
    "points_redeemed",
    "vouchers_issued",
    "vouchers_redeemed",
)
"""The sums of loyalty.tallies.DayTally, which are columns of both tally tables."""

heads = Table(
    "heads",
    metadata,
    Column("terminal", ForeignKey("terminals.terminal"), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False, server_default=""),
    text("history_id"),
)
"""The last entry held of each journal, counted or refused, and head office's signature over it as
the till was told it (`loyalty.wire.head_words`, in `history_id`)."""

entries = Table(
    "entries",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("member", Text, primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("occurred_at_ms", BigInteger, nullable=False),
    Column("recorded_at_ms", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Index(None, "member"),
    postgresql_partition_by="HASH (member)",
)
"""Every entry that counts, with the bytes the till wrote; triggers refuse change and removal. On
PostgreSQL it is split by member, whose name is therefore part of the key."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(16), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    text("reason"),
    Column("seal", LargeBinary, nullable=False, server_default=""),
    Column("in_chain", Boolean, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Index(None, "terminal", "epoch", "seq"),
)
"""Bytes kept as evidence. `in_chain` ones hold a place in their journal and count for nothing
(an entry that cannot be read); the others are a second history under numbers that are taken."""

day_tallies = Table(
    "day_tallies",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    count("last_seq"),
    *(count(name) for name in TALLY_COUNTS),
)
"""Head office's own sums of what it holds."""

till_tallies = Table(
    "till_tallies",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    count("last_seq"),
    *(count(name) for name in TALLY_COUNTS),
    Column("received_at_ms", BigInteger, nullable=False),
)
"""What the tills say they counted, as of entry `last_seq`."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", String(32), nullable=False, index=True),
    text("terminal"),
    count("epoch"),
    count("seq"),
    text("member_id"),
    text("detail"),
    Column("opened_at_ms", BigInteger, nullable=False),
)
"""What a person must look at; `case_id` says what it is about, so a repeat opens nothing new."""

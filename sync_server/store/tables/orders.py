"""Rewards that come later than their claim: orders, and the codes of pools."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, UniqueConstraint

from sync_server.store.tables.columns import count, metadata, text

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("reward", Text, nullable=False),
    Column("programme", Text, nullable=False),
    count("count"),
    count("points"),
    count("claimed_at_ms"),
    count("changed_at_ms"),
    Column("state", String(16), nullable=False),
    text("note"),
    Index(None, "state", "claimed_at_ms"),
)
"""What members claimed that is sent to them, or told them as a code. `order_id` names the entry of
the claim ("KRK-1.1.42"); `points` of `account` paid for it."""

reward_codes = Table(
    "reward_codes",
    metadata,
    Column("reward", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    text("order_id"),
    UniqueConstraint("reward", "code"),
)
"""The codes of each reward's pool in their order; `order_id` is who has it, empty for nobody."""

"""What is told: the feed to the tills, goods and programmes, notices and letters."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sync_server.store.tables.columns import count, metadata, moment, text

products = Table(
    "products",
    metadata,
    Column("code", Text, primary_key=True),
    text("description"),
    count("price_minor"),
    text("category"),
    text("tags"),
)

programmes = Table(
    "programmes",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("published_at_ms", BigInteger, nullable=False),
    count("starts_at_ms"),
    Column("signature", LargeBinary),
    moment("withdrawn_at_ms"),
)
"""Every version that was published; setting `programme` labels the one in force. One that was
taken back before it started stays, so that its label is never given to another text. Books of a
time that did not sign have no signature."""

changes = Table(
    "changes",
    metadata,
    Column("topic", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("change_no", BigInteger, nullable=False, unique=True),
    Column("member_id", Text, nullable=False, server_default=""),
)
"""The feed: where the latest change of each thing stands in the order of commits."""

feed_marks = Table(
    "feed_marks",
    metadata,
    Column("change_no", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
)
"""A random mark for each draw of change numbers, under the last number of the draw. Never removed:
a till may come back with any number it was once told, and there are fewer draws than entries."""

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    moment("printed_at_ms"),
    Column("printed_terminal", String(16), nullable=True),
    UniqueConstraint("campaign", "member_id"),
)
"""Lines for members' next receipts, by language."""

messages = Table(
    "messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    text("address"),
    text("language"),
    text("subject"),
    text("body"),
    Column("state", String(16), nullable=False),
    count("attempts"),
    moment("next_attempt_ms"),
    moment("sent_at_ms"),
    text("last_error"),
    UniqueConstraint("campaign", "member_id", "channel"),
    Index(None, "state", "next_attempt_ms"),
)
"""The outbox of campaigns; `state` is queued, sending, sent or failed."""

"""The tables of head office, the same on SQLite and PostgreSQL.

Moments are milliseconds since 1970 UTC, amounts are minor units, days are ISO dates in the shop's
zone. What is derived from entries (standings, holdings, vouchers, day tallies) is kept as they
arrive, in the transaction that takes them, so that it can never be ahead of or behind them.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _moment(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


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

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True),
    _text("value"),
)
"""Facts of the chain and its secrets; `store.settings` reads them."""

branches = Table(
    "branches",
    metadata,
    Column("branch", String(32), primary_key=True),
    _text("name"),
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    _count("epoch"),
    Column("branch", ForeignKey("branches.branch"), nullable=False),
    Column("token_hash", String(64), nullable=True, unique=True),
    Column("code_hash", String(64), nullable=True, unique=True),
    _moment("code_expires_at_ms"),
    _moment("enrolled_at_ms"),
    _moment("last_contact_ms"),
    _text("product_version"),
    _count("clock_offset_ms"),
    _moment("revoked_at_ms"),
)
"""`epoch` counts enrolments: 0 before the first, then the journal that the till of today writes.
`number` goes into the cards that it mints. `clock_offset_ms` is the till's clock minus head
office's, as of the last contact."""

terminal_keys = Table(
    "terminal_keys",
    metadata,
    Column("terminal", String(16), ForeignKey("terminals.terminal"), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("public_key", LargeBinary, nullable=False),
)
"""What the vouchers of each journal are signed with; those of an earlier till stay good."""

heads = Table(
    "heads",
    metadata,
    Column("terminal", ForeignKey("terminals.terminal"), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
"""The last entry held of each journal, counted or refused."""

entries = Table(
    "entries",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("member", Text, nullable=False, index=True),
    Column("points", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("occurred_at_ms", BigInteger, nullable=False),
    Column("recorded_at_ms", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Every entry that counts, with the bytes the till wrote; triggers refuse change and removal."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(16), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _text("reason"),
    Column("in_chain", Boolean, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Index(None, "terminal", "epoch", "seq"),
)
"""Bytes kept as evidence. `in_chain` ones hold a place in their journal and count for nothing
(an entry that cannot be read); the others are a second history under numbers that are taken."""

members = Table(
    "members",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("card", Text, nullable=False, unique=True),
    _text("name"),
    _text("phone"),
    _text("email"),
    Column("email_consent", Boolean, nullable=False),
    _text("language"),
    _text("branch"),
    _count("enrolled_at_ms"),
)

standings = Table(
    "standings",
    metadata,
    Column("member_id", Text, primary_key=True),
    _count("points"),
    _count("earned"),
    _count("clawed_back"),
    _count("redeemed"),
    _count("sales"),
    _count("sales_minor"),
    _moment("first_sale_ms"),
    _moment("last_sale_ms"),
)
"""What each member has. `sales` counts sales alone; `sales_minor` is net of returns. A member may
stand here before the enrolment has arrived, and a member without an entry does not."""

holdings = Table(
    "holdings",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    _count("points"),
    _count("earned"),
    _count("clawed_back"),
    _count("redeemed"),
)
"""The part of a standing that the entries of one journal make up; its till is told the rest."""

vouchers = Table(
    "vouchers",
    metadata,
    Column("number", Text, primary_key=True),
    Column("member_id", Text, nullable=False, server_default="", index=True),
    _count("amount_minor"),
    _text("currency"),
    _count("expires_at_ms"),
    Column("state", String(16), nullable=False),
    Column("issued_terminal", String(16), nullable=True),
    _moment("issued_at_ms"),
    Column("redeemed_terminal", String(16), nullable=True),
    _moment("redeemed_at_ms"),
)
"""`issued_terminal` is null while only the redemption has arrived: its till was faster."""

products = Table(
    "products",
    metadata,
    Column("code", Text, primary_key=True),
    _text("description"),
    _count("price_minor"),
)

programmes = Table(
    "programmes",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("published_at_ms", BigInteger, nullable=False),
)
"""Every programme that was ever in force; setting `programme` labels the one that is."""

day_tallies = Table(
    "day_tallies",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    _count("last_seq"),
    *(_count(name) for name in TALLY_COUNTS),
)
"""Head office's own sums of what it holds."""

till_tallies = Table(
    "till_tallies",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    _count("last_seq"),
    *(_count(name) for name in TALLY_COUNTS),
    Column("received_at_ms", BigInteger, nullable=False),
)
"""What the tills say they counted, as of entry `last_seq`."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", String(32), nullable=False, index=True),
    _text("terminal"),
    _count("epoch"),
    _count("seq"),
    _text("member_id"),
    _text("detail"),
    Column("opened_at_ms", BigInteger, nullable=False),
)
"""What a person must look at; `case_id` says what it is about, so a repeat opens nothing new."""

changes = Table(
    "changes",
    metadata,
    Column("topic", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("change_no", BigInteger, nullable=False, unique=True),
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

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    _moment("printed_at_ms"),
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
    _text("address"),
    _text("language"),
    _text("subject"),
    _text("body"),
    Column("state", String(16), nullable=False),
    _count("attempts"),
    _moment("next_attempt_ms"),
    _moment("sent_at_ms"),
    _text("last_error"),
    UniqueConstraint("campaign", "member_id", "channel"),
    Index(None, "state", "next_attempt_ms"),
)
"""The outbox of campaigns; `state` is queued, sending, sent or failed."""

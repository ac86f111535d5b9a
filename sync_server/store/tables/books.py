"""What follows from entries: members, what they have, and who may spend it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, Text

from sync_server.store.tables.columns import Words, count, metadata, moment, text

members = Table(
    "members",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("card", Text, nullable=False, unique=True),
    text("name"),
    text("phone"),
    text("email"),
    Column("email_consent", Boolean, nullable=False),
    text("language"),
    text("branch"),
    count("enrolled_at_ms"),
    text("birthday"),
    Column("segments", Words, nullable=False, server_default=""),
    text("family"),
)

standings = Table(
    "standings",
    metadata,
    Column("member_id", Text, primary_key=True),
    count("points"),
    count("earned"),
    count("clawed_back"),
    count("redeemed"),
    count("pool"),
    count("sales"),
    count("sales_minor"),
    moment("first_sale_ms"),
    moment("last_sale_ms"),
)
"""What each member has. `pool` are the points whose rights lie at head office: with what all
journals hold it makes `points`. `sales` counts sales alone; `sales_minor` is net of returns. A
member may stand here before the enrolment has arrived, and a member without an entry does not."""

sums = Table(
    "sums",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("counted", LargeBinary, nullable=False),
)
"""What each journal counted of a member over time: the sums by key (`loyalty.sums`) as one
MessagePack map. Empty where the programme asks for none of it."""

holdings = Table(
    "holdings",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    count("points"),
    count("earned"),
    count("clawed_back"),
    count("redeemed"),
    count("granted"),
    count("released"),
    count("reclaimed"),
)
"""The part of a standing that the entries of one journal make up; its till is told the rest. The
journal holds the rights to `points` + `granted` - `released` - `reclaimed`; `reclaimed` was taken
back without the till's word, which is head office's exposure."""

grants = Table(
    "grants",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", Text, nullable=False, index=True),
    text("voucher"),
    Column("points", BigInteger, nullable=False),
    Column("given_at_ms", BigInteger, nullable=False),
    moment("taken_at_ms"),
)
"""Rights that were granted, each under the till's number of its draw; written down before the till
is told, `taken_at_ms` when its entry arrived."""

recalls = Table(
    "recalls",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", Text, primary_key=True),
    Column("voucher", Text, primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("asked_at_ms", BigInteger, nullable=False),
)
"""Rights asked back from a journal; a row goes when enough of them was released."""

member_branches = Table(
    "member_branches",
    metadata,
    Column("branch", String(32), primary_key=True),
    Column("member_id", Text, primary_key=True),
    Index(None, "member_id"),
)
"""Working sets: the branches whose tills are told of a member, where a chain does so by branch."""

vouchers = Table(
    "vouchers",
    metadata,
    Column("number", Text, primary_key=True),
    Column("member_id", Text, nullable=False, server_default="", index=True),
    count("amount_minor"),
    text("currency"),
    count("expires_at_ms"),
    Column("state", String(16), nullable=False),
    Column("issued_terminal", String(16), nullable=True),
    moment("issued_at_ms"),
    Column("held_terminal", String(16), nullable=True),
    count("held_epoch"),
    Column("redeemed_terminal", String(16), nullable=True),
    moment("redeemed_at_ms"),
)
"""`issued_terminal` is null while only the redemption has arrived: its till was faster. The right
to take the voucher offline lies with the journal (`held_terminal`, `held_epoch`), or at head
office when that is null."""

"""The chain: its facts, branches, terminals, their journals, and its people."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from sync_server.store.tables.columns import count, metadata, moment, text

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True),
    text("value"),
)
"""Facts of the chain and its secrets; `store.settings` reads them."""

branches = Table(
    "branches",
    metadata,
    Column("branch", String(32), primary_key=True),
    text("name"),
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal", String(16), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    count("epoch"),
    Column("branch", ForeignKey("branches.branch"), nullable=False),
    Column("token_hash", String(64), nullable=True, unique=True),
    Column("code_hash", String(64), nullable=True, unique=True),
    moment("code_expires_at_ms"),
    moment("enrolled_at_ms"),
    moment("last_contact_ms"),
    text("product_version"),
    count("clock_offset_ms"),
    moment("revoked_at_ms"),
    count("waiting_entries"),
    count("waiting_points"),
    count("waiting_minor"),
    text("heard_history"),
)
"""`epoch` counts the journals it was given: 0 before the first, then the one that the till of
today writes. `number` goes into the cards that it mints. `clock_offset_ms` is the till's clock
minus head office's, as of the last contact; `waiting_…` is what the till said then that it had
not sent yet, `heard_history` the history in which it last sent all it had."""

journals = Table(
    "journals",
    metadata,
    Column("terminal", String(16), ForeignKey("terminals.terminal"), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("nonce", String(64), nullable=True, unique=True),
    count("parent_epoch"),
    text("reason"),
    count("started_at_ms"),
    text("heard_history"),
)
"""Every journal that a terminal was given: at enrolment ("enrolled"), or because the one before
it turned out to be a copy or to have lost its end; `nonce` then names the till's request.
`number` goes into the cards it mints, `public_key` checks its vouchers: those of an earlier
journal stay good. `heard_history` is the history in which all of it was last sent: two machines
may write as one terminal, and neither speaks for the other's journal."""

LOST = "lost"
"""The reason of a journal that was given in a time which the books lost: its key is a guess."""

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

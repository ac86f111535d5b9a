"""The first tables of head office."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TALLY_COUNTS = (
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


def upgrade() -> None:
    """Make every table, and the counter that change numbers are drawn from."""
    _chain()
    _feed()
    _ledger()
    _books()
    _tallies()
    _offers()
    _campaigns()
    _guard_entries()
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "changes", "value": 0}])


def _chain() -> None:
    """The chain: what it is called, its branches, terminals and people."""
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=64), nullable=False),
        _text("value"),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "branches",
        sa.Column("branch", sa.String(length=32), nullable=False),
        _text("name"),
        sa.PrimaryKeyConstraint("branch", name="pk_branches"),
    )
    op.create_table(
        "terminals",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _count("epoch"),
        sa.Column("branch", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        _moment("code_expires_at_ms"),
        _moment("enrolled_at_ms"),
        _moment("last_contact_ms"),
        _text("product_version"),
        _count("clock_offset_ms"),
        _moment("revoked_at_ms"),
        sa.ForeignKeyConstraint(["branch"], ["branches.branch"], name="fk_terminals_branch"),
        sa.PrimaryKeyConstraint("terminal", name="pk_terminals"),
        sa.UniqueConstraint("code_hash", name="uq_terminals_code_hash"),
        sa.UniqueConstraint("number", name="uq_terminals_number"),
        sa.UniqueConstraint("token_hash", name="uq_terminals_token_hash"),
    )
    op.create_table(
        "terminal_keys",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["terminal"], ["terminals.terminal"], name="fk_terminal_keys_terminal"
        ),
        sa.PrimaryKeyConstraint("terminal", "epoch", name="pk_terminal_keys"),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )


def _feed() -> None:
    """What the tills are told, in the order of commits."""
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "changes",
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", name="pk_changes"),
        sa.UniqueConstraint("change_no", name="uq_changes_change_no"),
    )
    op.create_table(
        "feed_marks",
        sa.Column("change_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("change_no", name="pk_feed_marks"),
    )


def _ledger() -> None:
    """What the tills handed in."""
    op.create_table(
        "heads",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["terminal"], ["terminals.terminal"], name="fk_heads_terminal"),
        sa.PrimaryKeyConstraint("terminal", "epoch", name="pk_heads"),
    )
    op.create_table(
        "entries",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "epoch", "seq", name="pk_entries"),
    )
    op.create_index("ix_entries_member", "entries", ["member"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("reason"),
        sa.Column("in_chain", sa.Boolean(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index(
        "ix_quarantine_terminal_epoch_seq", "quarantine", ["terminal", "epoch", "seq"], unique=False
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        _text("terminal"),
        _count("epoch"),
        _count("seq"),
        _text("member_id"),
        _text("detail"),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_kind", "cases", ["kind"], unique=False)


def _books() -> None:
    """What follows from the entries."""
    op.create_table(
        "standings",
        sa.Column("member_id", sa.Text(), nullable=False),
        _count("points"),
        _count("earned"),
        _count("clawed_back"),
        _count("redeemed"),
        _count("sales"),
        _count("sales_minor"),
        _moment("first_sale_ms"),
        _moment("last_sale_ms"),
        sa.PrimaryKeyConstraint("member_id", name="pk_standings"),
    )
    op.create_table(
        "holdings",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        _count("points"),
        _count("earned"),
        _count("clawed_back"),
        _count("redeemed"),
        sa.PrimaryKeyConstraint("member_id", "terminal", "epoch", name="pk_holdings"),
    )
    op.create_table(
        "vouchers",
        sa.Column("number", sa.Text(), nullable=False),
        _text("member_id"),
        _count("amount_minor"),
        _text("currency"),
        _count("expires_at_ms"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("issued_terminal", sa.String(length=16), nullable=True),
        _moment("issued_at_ms"),
        sa.Column("redeemed_terminal", sa.String(length=16), nullable=True),
        _moment("redeemed_at_ms"),
        sa.PrimaryKeyConstraint("number", name="pk_vouchers"),
    )
    op.create_index("ix_vouchers_member_id", "vouchers", ["member_id"], unique=False)


def _tallies() -> None:
    """Both sides' sums of a day."""
    op.create_table(
        "day_tallies",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        _count("last_seq"),
        *(_count(name) for name in _TALLY_COUNTS),
        sa.PrimaryKeyConstraint("terminal", "epoch", "day", name="pk_day_tallies"),
    )
    op.create_table(
        "till_tallies",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        _count("last_seq"),
        *(_count(name) for name in _TALLY_COUNTS),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "epoch", "day", name="pk_till_tallies"),
    )


def _offers() -> None:
    """Who is served and what is offered."""
    op.create_table(
        "members",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        _text("name"),
        _text("phone"),
        _text("email"),
        sa.Column("email_consent", sa.Boolean(), nullable=False),
        _text("language"),
        _text("branch"),
        _count("enrolled_at_ms"),
        sa.PrimaryKeyConstraint("member_id", name="pk_members"),
        sa.UniqueConstraint("card", name="uq_members_card"),
    )
    op.create_table(
        "products",
        sa.Column("code", sa.Text(), nullable=False),
        _text("description"),
        _count("price_minor"),
        sa.PrimaryKeyConstraint("code", name="pk_products"),
    )
    op.create_table(
        "programmes",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "name", name="pk_programmes"),
    )


def _campaigns() -> None:
    """What campaigns say, on paper and by post."""
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        _moment("printed_at_ms"),
        sa.Column("printed_terminal", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notices"),
        sa.UniqueConstraint("campaign", "member_id", name="uq_notices_campaign_member_id"),
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        _text("address"),
        _text("language"),
        _text("subject"),
        _text("body"),
        sa.Column("state", sa.String(length=16), nullable=False),
        _count("attempts"),
        _moment("next_attempt_ms"),
        _moment("sent_at_ms"),
        _text("last_error"),
        sa.PrimaryKeyConstraint("message_id", name="pk_messages"),
        sa.UniqueConstraint(
            "campaign", "member_id", "channel", name="uq_messages_campaign_member_id_channel"
        ),
    )
    op.create_index(
        "ix_messages_state_next_attempt_ms", "messages", ["state", "next_attempt_ms"], unique=False
    )


def _guard_entries() -> None:
    """Entries are appended and never change: the database itself refuses anything else."""
    if op.get_bind().dialect.name == "postgresql":
        statements = _POSTGRESQL_GUARDS
    else:
        statements = _SQLITE_GUARDS
    for statement in statements:
        op.execute(statement)


_SQLITE_GUARDS = (
    """
    CREATE TRIGGER entries_keep BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries never change'); END
    """,
    """
    CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END
    """,
)
_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION refuse_to_touch_entries() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries never change and are never removed'; END $$
    """,
    """
    CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_touch_entries()
    """,
)


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, server_default="0", nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, server_default="", nullable=False)


def _moment(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=True)

"""Rights, journals of their own numbers, a seal beside every entry; entries split by member.

Books of the first version are carried over whole: who earned points holds the rights to them, an
issued voucher is held by the journal that issued it, and seals are made again from the bytes.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

PARTITIONS = 8
ROWS_AT_ONCE = 1_000
_ENTRY_COLUMNS = (
    "terminal, epoch, seq, kind, member, points, amount_minor, receipt, programme, "
    "occurred_at_ms, recorded_at_ms, received_at_ms, day, body"
)


def upgrade() -> None:
    """Bring books of the first version forward."""
    _chain()
    _books()
    _entries()
    _seal()
    _guard_entries()


def _chain() -> None:
    for name in ("waiting_entries", "waiting_points", "waiting_minor"):
        op.add_column("terminals", _count(name))
    op.add_column("terminals", _text("heard_history"))
    op.create_table(
        "journals",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        _count("parent_epoch"),
        _text("reason"),
        _count("started_at_ms"),
        _text("heard_history"),
        sa.ForeignKeyConstraint(["terminal"], ["terminals.terminal"], name="fk_journals_terminal"),
        sa.PrimaryKeyConstraint("terminal", "epoch", name="pk_journals"),
        sa.UniqueConstraint("number", name="uq_journals_number"),
        sa.UniqueConstraint("nonce", name="uq_journals_nonce"),
    )
    # Numbers of journals before the one of today are no longer known; none of them mints a card,
    # so each gets one that no till was given: below zero.
    op.execute(
        """
        INSERT INTO journals (terminal, epoch, number, public_key, reason, started_at_ms)
        SELECT k.terminal, k.epoch,
               CASE WHEN k.epoch = t.epoch THEN t.number ELSE -100 * t.number - k.epoch END,
               k.public_key, 'enrolled', coalesce(t.enrolled_at_ms, 0)
        FROM terminal_keys AS k JOIN terminals AS t ON t.terminal = k.terminal
        """
    )
    op.drop_table("terminal_keys")
    op.add_column("heads", _bytes("signature"))
    op.add_column("heads", _text("history_id"))
    op.add_column("changes", _text("member_id"))
    op.execute("UPDATE changes SET member_id = key WHERE topic IN ('member', 'balance')")


def _books() -> None:
    op.add_column("standings", _count("pool"))
    for name in ("granted", "released", "reclaimed"):
        op.add_column("holdings", _count(name))
    op.create_table(
        "grants",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        _text("voucher"),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("given_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("terminal", "epoch", "number", name="pk_grants"),
    )
    op.create_index("ix_grants_member_id", "grants", ["member_id"], unique=False)
    op.create_table(
        "recalls",
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("voucher", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "epoch", "member_id", "voucher", name="pk_recalls"),
    )
    op.create_table(
        "member_branches",
        sa.Column("branch", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("branch", "member_id", name="pk_member_branches"),
    )
    op.create_index("ix_member_branches_member_id", "member_branches", ["member_id"], unique=False)
    op.add_column("vouchers", sa.Column("held_terminal", sa.String(length=16), nullable=True))
    op.add_column("vouchers", _count("held_epoch"))
    _hold_vouchers()
    op.add_column("quarantine", _bytes("seal"))


def _hold_vouchers() -> None:
    """An issued voucher lies with the journal that its number names: TERMINAL.EPOCH.COUNT."""
    bind = op.get_bind()
    issued = bind.execute(sa.text("SELECT number FROM vouchers WHERE state = 'issued'")).scalars()
    rows = [
        {"number": number, "terminal": number.split(".")[0], "epoch": int(number.split(".")[1])}
        for number in issued
        if len(number.split(".")) == 3 and number.split(".")[1].isdigit()
    ]
    if rows:
        bind.execute(
            sa.text(
                "UPDATE vouchers SET held_terminal = :terminal, held_epoch = :epoch"
                " WHERE number = :number"
            ),
            rows,
        )


def _entries() -> None:
    """Put the old table aside and make the new one, its key with the member in it."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_UNGUARDS if is_postgresql else _SQLITE_UNGUARDS:
        op.execute(statement)
    op.drop_index("ix_entries_member", "entries")
    op.rename_table("entries", "entries_before")
    if is_postgresql:
        op.execute("ALTER TABLE entries_before RENAME CONSTRAINT pk_entries TO pk_entries_before")
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
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "epoch", "seq", "member", name="pk_entries"),
        postgresql_partition_by="HASH (member)",
    )
    if is_postgresql:
        for part in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE entries_{part} PARTITION OF entries"
                f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )
    op.create_index("ix_entries_member", "entries", ["member"], unique=False)


def _seal() -> None:
    """Move every entry over with the seal that its bytes come to."""
    bind = op.get_bind()
    journals = bind.execute(
        sa.text(
            "SELECT DISTINCT terminal, epoch FROM entries_before UNION"
            " SELECT DISTINCT terminal, epoch FROM quarantine WHERE in_chain"
        )
    ).all()
    for terminal, epoch in journals:
        for rows in _batches(_sealed(bind, terminal, epoch)):
            bind.execute(_REFUSED_SEAL, [row for row in rows if row["id"]] or _NOTHING)
            bind.execute(_ENTRY_SEAL, [row for row in rows if not row["id"]] or _NOTHING)
    op.drop_table("entries_before")


def _sealed(bind: sa.Connection, terminal: str, epoch: int) -> Iterator[dict[str, Any]]:
    """Each place of a journal with its seal; `id` names a refused entry, else it is empty."""
    seal = hashlib.sha256(f"paragon journal {terminal} {epoch}".encode()).digest()
    journal = {"terminal": terminal, "epoch": epoch}
    last_seq = 0
    while rows := bind.execute(_PLACES, {**journal, "seq": last_seq, "most": ROWS_AT_ONCE}).all():
        for seq, id_, body in rows:
            seal = hashlib.sha256(seal + body).digest()
            yield {**journal, "seq": seq, "id": id_, "seal": seal}
        last_seq = rows[-1].seq


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch


def _guard_entries() -> None:
    """Entries are appended and never change, in whichever part they lie."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("entries", *(f"entries_{part}" for part in range(PARTITIONS))):
            op.execute(
                f"CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_touch_entries()"
            )
        return
    for statement in _SQLITE_GUARDS:
        op.execute(statement)


_PLACES = sa.text(
    """
    SELECT seq, '' AS id, body FROM entries_before
    WHERE terminal = :terminal AND epoch = :epoch AND seq > :seq
    UNION ALL
    SELECT seq, id, body FROM quarantine
    WHERE terminal = :terminal AND epoch = :epoch AND seq > :seq AND in_chain
    ORDER BY seq LIMIT :most
    """
)
_NOTHING = [{"terminal": "", "epoch": 0, "seq": 0, "id": "", "seal": b""}]
"""A row that fits no entry, for a statement with nothing to do."""

_REFUSED_SEAL = sa.text("UPDATE quarantine SET seal = :seal WHERE id = :id AND id <> ''")
_ENTRY_SEAL = sa.text(
    f"INSERT INTO entries ({_ENTRY_COLUMNS}, seal) SELECT {_ENTRY_COLUMNS}, :seal"  # noqa: S608
    " FROM entries_before WHERE terminal = :terminal AND epoch = :epoch AND seq = :seq"
)
_SQLITE_UNGUARDS = ("DROP TRIGGER entries_keep", "DROP TRIGGER entries_stay")
_POSTGRESQL_UNGUARDS = ("DROP TRIGGER entries_stay ON entries",)
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


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, server_default="0", nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, server_default="", nullable=False)


def _bytes(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, server_default="", nullable=False)

"""The till's tables, and how they came to be: forward only, each step in one transaction."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from loyalty.programme.document import load_programme

till_migrations = Migrations("till")

_FIRST_TABLES = (
    """
    CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
        kind TEXT NOT NULL, member_id TEXT NOT NULL, receipt TEXT NOT NULL,
        body BLOB NOT NULL, seal BLOB NOT NULL,
        PRIMARY KEY (epoch, seq))
    """,
    "CREATE INDEX journal_by_member ON journal (member_id, epoch, seq) WHERE member_id <> ''",
    """
    CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'journal entries never change'); END
    """,
    """
    CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'journal entries are never removed'); END
    """,
    """
    CREATE TABLE receipts (
        reference TEXT PRIMARY KEY, content BLOB NOT NULL, receipt BLOB NOT NULL,
        last_seq INTEGER NOT NULL) WITHOUT ROWID
    """,
    "CREATE INDEX receipts_by_seq ON receipts (last_seq)",
    """
    CREATE TABLE balances (
        member_id TEXT NOT NULL, source TEXT NOT NULL,
        points INTEGER NOT NULL, earned INTEGER NOT NULL,
        clawed_back INTEGER NOT NULL, redeemed INTEGER NOT NULL,
        PRIMARY KEY (member_id, source)) WITHOUT ROWID
    """,
    """
    CREATE TABLE tallies (
        day TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, tally BLOB NOT NULL) WITHOUT ROWID
    """,
    "CREATE INDEX tallies_by_seq ON tallies (last_seq)",
    "CREATE TABLE members (member_id TEXT PRIMARY KEY, facts BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE cards (card TEXT PRIMARY KEY, member_id TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE vouchers (
        number TEXT PRIMARY KEY, member_id TEXT NOT NULL, amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE notices (
        notice_id TEXT PRIMARY KEY, member_id TEXT NOT NULL, texts BLOB NOT NULL,
        state TEXT NOT NULL) WITHOUT ROWID
    """,
    "CREATE INDEX notices_by_member ON notices (member_id, state)",
    """
    CREATE TABLE terminals (
        terminal TEXT NOT NULL, epoch INTEGER NOT NULL, branch TEXT NOT NULL,
        public_key BLOB NOT NULL, PRIMARY KEY (terminal, epoch)) WITHOUT ROWID
    """,
    """
    CREATE TABLE products (
        code TEXT PRIMARY KEY, description TEXT NOT NULL, price_minor INTEGER NOT NULL)
    WITHOUT ROWID
    """,
    """
    CREATE TABLE spool (
        job INTEGER PRIMARY KEY, reference TEXT NOT NULL, receipt BLOB NOT NULL,
        state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, trouble TEXT NOT NULL DEFAULT '')
    """,
    "CREATE INDEX spool_by_state ON spool (state, job)",
)


@till_migrations()
def m001_first_tables(db: Database) -> None:
    """Journal, what is folded from it, what head office told, and the print spool."""
    for statement in _FIRST_TABLES:
        db.execute(statement)


_RIGHTS = (
    """
    CREATE TABLE heads (epoch INTEGER PRIMARY KEY, seq INTEGER NOT NULL, seal BLOB NOT NULL)
    """,
    """
    INSERT INTO heads SELECT epoch, seq, seal FROM journal AS j
    WHERE seq = (SELECT max(seq) FROM journal WHERE epoch = j.epoch)
    """,
    """
    CREATE TABLE rights (
        member_id TEXT PRIMARY KEY, granted INTEGER NOT NULL, released INTEGER NOT NULL)
    WITHOUT ROWID
    """,
    # What head office tells of a member is told at once, and read at once: one row holds it.
    "ALTER TABLE balances ADD COLUMN pool INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE balances ADD COLUMN holders BLOB NOT NULL DEFAULT x''",
    """
    CREATE TABLE serving (
        member_id TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, is_served INTEGER NOT NULL)
    WITHOUT ROWID
    """,
    """
    CREATE TABLE draws (
        number INTEGER PRIMARY KEY, member_id TEXT NOT NULL, points INTEGER NOT NULL,
        voucher TEXT NOT NULL, state TEXT NOT NULL)
    """,
    "CREATE INDEX draws_by_state ON draws (state, number)",
    # A till without a line for a day has thousands of draws open, and asks at every scan.
    "CREATE INDEX draws_by_member ON draws (state, member_id)",
    "CREATE TABLE lookups (card TEXT PRIMARY KEY, asked_at_ms INTEGER NOT NULL) WITHOUT ROWID",
    "ALTER TABLE vouchers ADD COLUMN held_by TEXT NOT NULL DEFAULT ''",
    # As head office does with books of the first version: the journal that a number names.
    """
    UPDATE vouchers SET held_by = rtrim(rtrim(number, '0123456789'), '.') WHERE state = 'issued'
    """,
    """
    CREATE INDEX vouchers_by_holder ON vouchers (held_by, member_id) WHERE held_by <> ''
    """,
    "ALTER TABLE terminals ADD COLUMN branch_name TEXT NOT NULL DEFAULT ''",
)


@till_migrations()
def m002_rights(db: Database) -> None:
    """Rights and what is known of them elsewhere; an anchor for each journal's end."""
    for statement in _RIGHTS:
        db.execute(statement)


_GOODS = (
    "ALTER TABLE products ADD COLUMN category TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE products ADD COLUMN tags TEXT NOT NULL DEFAULT ''",
)


_PROGRAMME = (
    """
    CREATE TABLE programmes (
        number INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE, document TEXT NOT NULL,
        starts_at_ms INTEGER NOT NULL, signature BLOB)
    """,
)

_KEPT_DOCUMENT = "SELECT CAST(value AS TEXT) FROM settings WHERE key = 'programme'"
_MOVE_DOCUMENT = "INSERT INTO programmes (label, document, starts_at_ms) VALUES (?, ?, 0)"
_DROP_DOCUMENT = "DELETE FROM settings WHERE key = 'programme'"


@till_migrations()
def m003_programme(db: Database) -> None:
    """Every version of the programme, and what its rules count."""
    for statement in _PROGRAMME:
        db.execute(statement)
    for (document,) in db.execute(_KEPT_DOCUMENT).fetchall():
        db.execute(_MOVE_DOCUMENT, (load_programme(document).label, document))
        db.execute(_DROP_DOCUMENT)


@till_migrations()
def m004_goods(db: Database) -> None:
    """The words by which a programme may name goods, empty until head office tells them."""
    for statement in _GOODS:
        db.execute(statement)


_SUMS = (
    """
    CREATE TABLE sums (
        member_id TEXT NOT NULL, source TEXT NOT NULL, sums BLOB NOT NULL,
        PRIMARY KEY (member_id, source)) WITHOUT ROWID
    """,
)


@till_migrations()
def m005_sums(db: Database) -> None:
    """What is counted of members over time; nothing was counted before."""
    for statement in _SUMS:
        db.execute(statement)


_RETURNS = (
    """
    CREATE TABLE returns (
        sale TEXT NOT NULL, receipt TEXT NOT NULL, parts BLOB NOT NULL,
        PRIMARY KEY (sale, receipt)) WITHOUT ROWID
    """,
)


@till_migrations()
def m006_returns(db: Database) -> None:
    """What came back of which sale; before, goods came back without their receipt."""
    for statement in _RETURNS:
        db.execute(statement)


OURS = frozenset(
    {
        "m001_first_tables",
        "m002_rights",
        "m003_programme",
        "m004_goods",
        "m005_sums",
        "m006_returns",
    }
)
"""The steps that this version knows; a database that took others is newer."""


def newer_steps(db: Database) -> list[str]:
    """Names of the steps that a newer version took on `db` and this one does not know."""
    return [step.name for step in till_migrations.applied(db) if step.name not in OURS]

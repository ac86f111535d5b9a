"""The floor's books: entry, balance and head in one durable commit, on either engine, no more."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from msgspec.structs import astuple

from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.journal import Entry

MEMBER, BALANCE = "member", "balance"

_TABLES = {MEMBER: "members", BALANCE: "balances"}

Told = tuple[Any, ...]
"""A row as the other side is told it: its kind, its key, and the facts or the balance."""

_COLUMNS = """
    terminal {text}, epoch {number}, seq {number}, kind {text}, member {text}, points {number},
    amount_minor {number}, receipt {text}, programme {text}, occurred_at_ms {number},
    recorded_at_ms {number}, body {bytes}
"""
_ENTRY_VALUES = ", ".join(["?"] * 12)
_COPIED_TYPES = [
    *("text", "int8", "int8", "text", "text", "int8", "int8", "text", "text"),
    *("int8", "int8", "bytea"),
]
_BALANCE_COLUMNS = "member, points, earned, clawed_back, redeemed"
_ADDED = "ON CONFLICT (member) DO UPDATE SET place = excluded.place, " + ", ".join(
    f"{name} = balances.{name} + excluded.{name}"
    for name in ("points", "earned", "clawed_back", "redeemed")
)
_SQLITE_BALANCE = (
    f"INSERT INTO balances (place, {_BALANCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) {_ADDED}"
)
_POSTGRES_BALANCE = (
    f"INSERT INTO balances (place, {_BALANCE_COLUMNS}) SELECT * FROM unnest(%b::bigint[], "
    f"%b::text[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[]) {_ADDED}"
)
_COPY_MEMBERS = "COPY members (member, facts) FROM STDIN (FORMAT binary)"


def entry_row(entry: Entry, body: bytes) -> tuple[object, ...]:
    """The columns that head office keeps of an entry, without its seal."""
    return (
        entry.terminal,
        entry.epoch,
        entry.seq,
        entry.kind,
        entry.member,
        entry.points,
        entry.amount_minor,
        entry.receipt,
        entry.programme,
        entry.occurred_at_ms,
        entry.recorded_at_ms,
        body,
    )


def sums(entries: Sequence[Entry]) -> list[tuple[str, int, int, int, int]]:
    """What entries come to by member, in the order of keys."""
    balances: dict[str, Balance] = {}
    for entry in entries:
        if entry.member:
            balances[entry.member] = after(balances.get(entry.member, NO_BALANCE), entry)
    return [(member, *astuple(balance)) for member, balance in sorted(balances.items())]


class Places:
    """Where each balance stands among what there is to tell: what changed last stands last."""

    def __init__(self) -> None:
        self._last = 0

    def given(self, rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
        """`rows`, each behind its new place."""
        placed = [(place, *row) for place, row in enumerate(rows, self._last + 1)]
        self._last += len(placed)
        return placed


class SqliteBooks:
    """Books in a SQLite file that waits for the disk at every commit."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._places = Places()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        columns = _COLUMNS.format(text="TEXT", number="INTEGER", bytes="BLOB")
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            f"CREATE TABLE IF NOT EXISTS entries ({columns}, PRIMARY KEY (terminal, epoch, seq))",
            "CREATE INDEX IF NOT EXISTS entries_by_member ON entries (member)",
            "CREATE TABLE IF NOT EXISTS heads (terminal TEXT PRIMARY KEY, seq INTEGER)",
            "CREATE TABLE IF NOT EXISTS balances (place INTEGER, member TEXT PRIMARY KEY, "
            "points INTEGER, earned INTEGER, clawed_back INTEGER, redeemed INTEGER) WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS balances_by_place ON balances (place)",
            "CREATE TABLE IF NOT EXISTS members (place INTEGER PRIMARY KEY, member TEXT UNIQUE, "
            "facts BLOB)",
        ):
            self._connection.execute(statement)

    def head(self, terminal: str) -> int:
        """The last entry held of a terminal."""
        with self._lock:
            row = self._connection.execute(
                "SELECT seq FROM heads WHERE terminal = ?", (terminal,)
            ).fetchone()
        return row[0] if row else 0

    def put_members(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """Record members and their facts."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO members (member, facts) VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")

    def put_balances(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Record what members have to begin with."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_SQLITE_BALANCE, self._places.given(rows))
            self._connection.execute("COMMIT")

    def put_entries(self, entries: Sequence[Entry], bodies: Sequence[bytes]) -> None:
        """Record entries, balances and head in one commit."""
        rows = [entry_row(entry, body) for entry, body in zip(entries, bodies, strict=True)]
        last = entries[-1]
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(f"INSERT INTO entries VALUES ({_ENTRY_VALUES})", rows)
            self._connection.executemany(_SQLITE_BALANCE, self._places.given(sums(entries)))
            self._connection.execute(
                "INSERT INTO heads VALUES (?, ?) "
                "ON CONFLICT (terminal) DO UPDATE SET seq = excluded.seq",
                (last.terminal, last.seq),
            )
            self._connection.execute("COMMIT")

    def told_after(self, kind: str, place: int, limit: int) -> tuple[list[Told], int]:
        """The next rows of a kind after `place`, and the place of the last."""
        columns = "member, facts" if kind == MEMBER else _BALANCE_COLUMNS
        statement = (
            f"SELECT place, {columns} FROM {_TABLES[kind]} WHERE place > ? ORDER BY place LIMIT ?"
        )
        with self._lock:
            rows = self._connection.execute(statement, (place, limit)).fetchall()
        return [(kind, *row[1:]) for row in rows], rows[-1][0] if rows else place


class PostgresBooks:
    """Books in PostgreSQL, filled by COPY."""

    def __init__(self, url: str) -> None:
        self._lock = threading.Lock()
        self._places = Places()
        self._connection = psycopg.connect(url, autocommit=True)
        columns = _COLUMNS.format(text="text", number="bigint", bytes="bytea")
        for statement in (
            f"CREATE TABLE IF NOT EXISTS entries ({columns}, PRIMARY KEY (terminal, epoch, seq))",
            "CREATE INDEX IF NOT EXISTS entries_by_member ON entries (member)",
            "CREATE TABLE IF NOT EXISTS heads (terminal text PRIMARY KEY, seq bigint)",
            "CREATE TABLE IF NOT EXISTS balances (place bigint, member text PRIMARY KEY, "
            "points bigint, earned bigint, clawed_back bigint, redeemed bigint)",
            "CREATE INDEX IF NOT EXISTS balances_by_place ON balances (place)",
            "CREATE TABLE IF NOT EXISTS members (place bigserial UNIQUE, member text PRIMARY KEY, "
            "facts bytea)",
        ):
            self._connection.execute(statement.encode())

    def head(self, terminal: str) -> int:
        """The last entry held of a terminal."""
        with self._lock:
            row = self._connection.execute(
                "SELECT seq FROM heads WHERE terminal = %s", (terminal,)
            ).fetchone()
        return row[0] if row else 0

    def put_members(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """Record members and their facts."""
        with (
            self._lock,
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy(_COPY_MEMBERS) as copy,
        ):
            copy.set_types(["text", "bytea"])
            for row in rows:
                copy.write_row(row)

    def put_balances(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Record what members have to begin with."""
        with self._lock, self._connection.transaction():
            self._connection.execute(_POSTGRES_BALANCE.encode(), _columns(self._places.given(rows)))

    def put_entries(self, entries: Sequence[Entry], bodies: Sequence[bytes]) -> None:
        """Record entries, balances and head in one commit."""
        last = entries[-1]
        with self._lock, self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy("COPY entries FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(_COPIED_TYPES)
                for entry, body in zip(entries, bodies, strict=True):
                    copy.write_row(entry_row(entry, body))
            cursor.execute(_POSTGRES_BALANCE.encode(), _columns(self._places.given(sums(entries))))
            cursor.execute(
                "INSERT INTO heads VALUES (%s, %s) "
                "ON CONFLICT (terminal) DO UPDATE SET seq = excluded.seq",
                (last.terminal, last.seq),
            )

    def told_after(self, kind: str, place: int, limit: int) -> tuple[list[Told], int]:
        """The next rows of a kind after `place`, and the place of the last."""
        columns = "member, facts" if kind == MEMBER else _BALANCE_COLUMNS
        statement = (
            f"SELECT place, {columns} FROM {_TABLES[kind]} WHERE place > %s ORDER BY place LIMIT %s"
        )
        with self._lock:
            rows = self._connection.execute(
                statement.encode(), (place, limit), binary=True
            ).fetchall()
        return [(kind, *row[1:]) for row in rows], rows[-1][0] if rows else place


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


Books = SqliteBooks | PostgresBooks


def open_books(database: str) -> Books:
    """The books in a SQLite file, or at a postgresql:// URL."""
    if database.startswith("postgresql://"):
        return PostgresBooks(database)
    return SqliteBooks(Path(database))


class FloorFrame(msgspec.Struct, frozen=True, array_like=True):
    """What the floor's till sends: entries from its head, and how far it was told."""

    terminal: str
    bodies: tuple[bytes, ...]
    member_place: int
    balance_place: int


class FloorAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What the floor's head office answers."""

    head: int
    told: tuple[Told, ...]
    member_place: int
    balance_place: int
    more: bool

"""Reading what is on the disks, without one line of the product: SQLite, MessagePack, SHA-256."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

SALE_KINDS = ("earn", "reverse")


@dataclass(frozen=True)
class Row:
    """An entry where it stands: its journal and number, its bytes and their seal."""

    terminal: str
    epoch: int
    seq: int
    body: bytes
    seal: bytes

    @property
    def fields(self) -> "Fields | None":
        """What its bytes say; None when they say nothing that can be read."""
        try:
            return Fields.of(msgspec.msgpack.decode(self.body))
        except (msgspec.MsgspecError, ValueError, IndexError, TypeError):
            return None


@dataclass(frozen=True)
class Fields:
    """The fields of an entry, in the order they are written."""

    terminal: str
    epoch: int
    seq: int
    kind: str
    member: str
    points: int
    amount_minor: int
    receipt: str
    programme: str
    occurred_at_ms: int
    recorded_at_ms: int
    payload: dict[str, Any]

    @staticmethod
    def of(raw: list[Any]) -> "Fields":
        return Fields(*raw[:12])

    @property
    def lines(self) -> list[list[Any]]:
        found = self.payload.get("lines", [])
        return found if isinstance(found, list) else []

    @property
    def marker(self) -> str:
        """The goods that no other receipt has, the number of a return of such goods with their
        receipt; empty for what is no receipt."""
        if "of" in self.payload:
            return f"back-{self.receipt}"
        return str(self.lines[0][0]) if self.kind in SALE_KINDS and self.lines else ""

    @property
    def is_salvaged(self) -> bool:
        return "salvaged" in self.payload

    @property
    def stood_at(self) -> tuple[int, int]:
        """The epoch and number that it was written under first."""
        epoch, seq = self.payload.get("salvaged", (self.epoch, self.seq))
        return int(epoch), int(seq)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database at `path`, for reading; whoever has it open is not disturbed."""
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


def till_terminal(connection: sqlite3.Connection) -> tuple[str, int]:
    """The terminal and the epoch that a till's database says it is."""
    (raw,) = connection.execute("SELECT value FROM settings WHERE key = 'identity'").fetchone()
    identity = msgspec.msgpack.decode(raw)
    return identity["terminal"], identity["epoch"]


def till_rows(connection: sqlite3.Connection) -> list[Row]:
    """Every entry of every journal in a till's database."""
    terminal, _ = till_terminal(connection)
    return [
        Row(terminal, epoch, seq, bytes(body), bytes(seal))
        for epoch, seq, body, seal in connection.execute(
            "SELECT epoch, seq, body, seal FROM journal ORDER BY epoch, seq"
        )
    ]


def office_rows(connection: sqlite3.Connection) -> list[Row]:
    """Every entry at head office that counts."""
    return _rows(connection, "entries")


def office_chain(connection: sqlite3.Connection) -> list[Row]:
    """Every entry that has a place in a journal at head office, counted or refused, in order."""
    rows = _rows(connection, "entries") + _rows(connection, "quarantine WHERE in_chain")
    return sorted(rows, key=lambda row: (row.terminal, row.epoch, row.seq))


def first_seal(terminal: str, epoch: int) -> bytes:
    return hashlib.sha256(f"paragon journal {terminal} {epoch}".encode()).digest()


def markers_held(office: Path, tills: Iterable[Path]) -> set[str]:
    """The receipts of which there is an entry on any of the disks."""
    held = set()
    with opened(office) as connection:
        rows = office_rows(connection)
    for till in tills:
        with opened(till) as connection:
            rows += till_rows(connection)
    for row in rows:
        fields = row.fields
        if fields is not None and fields.marker:
            held.add(fields.marker)
    return held


def _rows(connection: sqlite3.Connection, source: str) -> list[Row]:
    found = connection.execute(f"SELECT terminal, epoch, seq, body, seal FROM {source}")
    return [
        Row(terminal, epoch, seq, bytes(body), bytes(seal))
        for terminal, epoch, seq, body, seal in found
    ]

"""Receipts by their reference: what makes every repeat of a sale harmless."""

import sqlite3
from collections.abc import Iterator

import msgspec

from loyalty.receipts import Receipt

_FIND = "SELECT content, receipt FROM receipts WHERE reference = ?"
_PUT = "INSERT INTO receipts VALUES (?, ?, ?, ?)"
_ALL = "SELECT reference, CAST(receipt AS BLOB) FROM receipts ORDER BY reference"
_REFERENCES = "SELECT reference FROM receipts"
_MOVE_BEHIND = "UPDATE receipts SET last_seq = last_seq - ?"
_LAST = "SELECT receipt FROM receipts ORDER BY last_seq DESC LIMIT 1"

_decoder = msgspec.msgpack.Decoder(Receipt)


class KeptReceipt(msgspec.Struct, frozen=True):
    """A receipt as first answered, and the digest of what was asked."""

    content: bytes
    receipt: Receipt


def find(connection: sqlite3.Connection, reference: str) -> KeptReceipt | None:
    """The receipt `reference`, or None when there is no such."""
    row = connection.execute(_FIND, (reference,)).fetchone()
    return None if row is None else KeptReceipt(bytes(row[0]), _decoder.decode(bytes(row[1])))


def keep(connection: sqlite3.Connection, content: bytes, receipt: Receipt, last_seq: int) -> None:
    """Keep the answer to a sale or return; `content` is the digest of what was asked."""
    packed = msgspec.msgpack.encode(receipt)
    connection.execute(_PUT, (receipt.reference, content, packed, last_seq))


def last(connection: sqlite3.Connection) -> Receipt | None:
    """The latest receipt of this till."""
    row = connection.execute(_LAST).fetchone()
    return None if row is None else _decoder.decode(bytes(row[0]))


def move_behind(connection: sqlite3.Connection, last_seq: int) -> None:
    """Order receipts of a journal that ends at `last_seq` before those of the one that follows."""
    connection.execute(_MOVE_BEHIND, (last_seq,))


def references(connection: sqlite3.Connection) -> Iterator[str]:
    """The reference of every receipt that is kept."""
    for row in connection.execute(_REFERENCES):
        yield str(row[0])


def unreadable(connection: sqlite3.Connection) -> Iterator[str]:
    """References of receipts whose kept answer is no receipt, or another's."""
    for reference, packed in connection.execute(_ALL):
        try:
            is_its_own = _decoder.decode(packed).reference == reference
        except (msgspec.MsgspecError, ValueError):
            is_its_own = False
        if not is_its_own:
            yield str(reference)

"""What came back of sales at this till, and where a sale stands in its journal.

Folded from the own journal: what other tills took back is not known here. Head office finds what
came back twice.
"""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from loyalty.journal import EARN, REVERSE, VOUCHER_ISSUED, Entry, decode_entry
from loyalty.programme.catalogue import REWARD
from loyalty.programme.returning import ReturnedPart
from loyalty.programme.sale_facts import RETURNED_SALE
from loyalty.vouchers import Voucher

MAX_ENTRIES_A_RECEIPT = 2_000
"""A sale stands so many entries before the last one of its receipt at most: each voucher that it
was paid with or that came out with it is one."""

_OF_SALE = "SELECT parts FROM returns WHERE sale = ? ORDER BY receipt"
_ALL = "SELECT sale, receipt, CAST(parts AS BLOB) FROM returns"
_PUT = "INSERT OR REPLACE INTO returns VALUES (?, ?, ?)"
_FORGET = "DELETE FROM returns"
_LAST_SEQ = "SELECT last_seq FROM receipts WHERE reference = ?"
_NEAR = """
    SELECT CAST(body AS BLOB) FROM journal
    WHERE epoch = ? AND seq BETWEEN ? AND ? AND receipt = ? AND kind = ?
"""
# Without an index: every sale would pay for what one return in a thousand asks.
_FAR = "SELECT CAST(body AS BLOB) FROM journal WHERE receipt = ? AND kind = ? ORDER BY epoch DESC"
_ISSUED_WITH = """
    SELECT CAST(body AS BLOB) FROM journal
    WHERE epoch = ? AND seq BETWEEN ? AND ? AND receipt = ? AND kind = ? ORDER BY seq DESC
"""

Returns = dict[tuple[str, str], tuple[ReturnedPart, ...]]
"""What came back, by sale ("T1.1.42") and by the receipt of the return."""

_VOUCHER = ("number", "amount_minor", "currency", "expires_at_ms")

_parts = msgspec.msgpack.Decoder(tuple[ReturnedPart, ...])


class _Return(msgspec.Struct, frozen=True):
    """What the payload of the entry of a return says of its sale."""

    of: tuple[str, int, int]
    returned: tuple[ReturnedPart, ...]


def returned_parts(connection: sqlite3.Connection, sale: str) -> tuple[ReturnedPart, ...]:
    """All that came back here of the sale numbered `sale` ("T1.1.42")."""
    rows = connection.execute(_OF_SALE, (sale,))
    return tuple(part for row in rows for part in _parts.decode(bytes(row[0])))


def put(
    connection: sqlite3.Connection, sale: str, receipt: str, parts: Sequence[ReturnedPart]
) -> None:
    """Record that `parts` of `sale` came back with `receipt`; the same again changes nothing."""
    connection.execute(_PUT, (sale, receipt, msgspec.msgpack.encode(tuple(parts))))


def folded(entries: Iterable[Entry]) -> Returns:
    """What `entries` say came back. Raises ValueError for a return that cannot be read."""
    found: Returns = {}
    for entry in entries:
        if entry.kind == REVERSE and RETURNED_SALE in entry.payload:
            said = msgspec.convert(entry.payload, _Return)
            found[(sale_number(*said.of), entry.receipt)] = said.returned
    return found


def kept(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[ReturnedPart, ...] | str]:
    """Every return that is kept; a text says why one cannot be read."""
    found: dict[tuple[str, str], tuple[ReturnedPart, ...] | str] = {}
    for sale, receipt, packed in connection.execute(_ALL):
        try:
            found[(sale, receipt)] = _parts.decode(packed)
        except (msgspec.MsgspecError, ValueError) as fault:
            found[(sale, receipt)] = f"what cannot be read ({fault})"
    return found


def rebuild(connection: sqlite3.Connection, returns: Returns) -> None:
    """Keep `returns` and nothing else."""
    connection.execute(_FORGET)
    for (sale, receipt), parts in returns.items():
        put(connection, sale, receipt, parts)


def sale_number(terminal: str, epoch: int, seq: int) -> str:
    """The name of a sale in the whole chain, by the entry it was first written in."""
    return f"{terminal}.{epoch}.{seq}"


def sale_entry(connection: sqlite3.Connection, epoch: int, reference: str) -> Entry | None:
    """The entry of the sale that this till calls `reference`; None when it rang up no such.

    It is looked for at the end of its receipt in journal `epoch`, the present one, and then in
    every journal that this till wrote.
    """
    row = connection.execute(_LAST_SEQ, (reference,)).fetchone()
    if row is None:
        return None
    first_seq = row[0] - MAX_ENTRIES_A_RECEIPT
    found = connection.execute(_NEAR, (epoch, first_seq, row[0], reference, EARN)).fetchone()
    if found is None:
        found = connection.execute(_FAR, (reference, EARN)).fetchone()
    return None if found is None else decode_entry(bytes(found[0]))


def issued_with(connection: sqlite3.Connection, sale: Entry) -> list[Voucher]:
    """The vouchers that came out with `sale`, newest first; those of the catalogue, each of which
    has a price of its own, are left out."""
    last_seq = sale.seq + MAX_ENTRIES_A_RECEIPT
    asked = (sale.epoch, sale.seq, last_seq, sale.receipt, VOUCHER_ISSUED)
    rows = connection.execute(_ISSUED_WITH, asked)
    payloads = (decode_entry(bytes(row[0])).payload for row in rows)
    # Payloads say more: whose card it was, or where they stood before they were written again.
    return [
        Voucher(*(payload[name] for name in _VOUCHER))
        for payload in payloads
        if REWARD not in payload
    ]

"""Vouchers this till knows of: its own, and those head office told.

What this till holds the right to is folded from its own journal, so what head office tells of
that is not taken: it may be older than an entry on its way.
"""

import sqlite3

import msgspec

from loyalty.vouchers import ISSUED, REDEEMED, Voucher
from loyalty.wire import VoucherChange

_STANDING = "SELECT state, held_by FROM vouchers WHERE number = ?"
_PUT = """
    INSERT INTO vouchers
        (number, member_id, amount_minor, currency, expires_at_ms, state, held_by)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING
"""
_PUT_WHOLE = """
    INSERT OR REPLACE INTO vouchers
        (number, member_id, amount_minor, currency, expires_at_ms, state, held_by)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# Redeemed stays redeemed; who holds it is told unless this till does, or would by being told.
_TELL = """
    INSERT INTO vouchers
        (number, member_id, amount_minor, currency, expires_at_ms, state, held_by)
    VALUES (:number, :member_id, :amount_minor, :currency, :expires_at_ms, :state,
        iif(:held_by = :own, '', :held_by))
    ON CONFLICT (number) DO UPDATE SET
        member_id = excluded.member_id, amount_minor = excluded.amount_minor,
        currency = excluded.currency, expires_at_ms = excluded.expires_at_ms,
        state = iif(state = :redeemed, state, excluded.state),
        held_by = iif(:own IN (held_by, :held_by), held_by, :held_by)
"""
_KEPT = """
    SELECT number, amount_minor, currency, expires_at_ms, member_id, state, held_by FROM vouchers
"""
_REMOVE = "DELETE FROM vouchers WHERE number = ?"
_REDEEM = "UPDATE vouchers SET state = ? WHERE number = ?"
# The facts of one that is not known yet come with the feed.
_HOLD = """
    INSERT INTO vouchers
        (number, member_id, amount_minor, currency, expires_at_ms, state, held_by)
    VALUES (?, '', 0, '', 0, ?, ?) ON CONFLICT (number) DO UPDATE SET held_by = excluded.held_by
"""
_HELD_OF = """
    SELECT number FROM vouchers
    WHERE held_by <> '' AND held_by = ? AND member_id = ? AND state = ? ORDER BY number LIMIT ?
"""


class KeptVoucher(msgspec.Struct, frozen=True):
    """A voucher, whose it is, its state, and the journal that may take it offline ("T1.2")."""

    voucher: Voucher
    member_id: str
    state: str
    held_by: str = ""


class VoucherStanding(msgspec.Struct, frozen=True):
    """Where a voucher is in its life, and the journal that may take it offline ("T1.2")."""

    state: str
    held_by: str


def standing_of(connection: sqlite3.Connection, number: str) -> VoucherStanding | None:
    """A voucher's standing, or None when this till has not heard of it."""
    row = connection.execute(_STANDING, (number,)).fetchone()
    return None if row is None else VoucherStanding(*row)


def put_issued(
    connection: sqlite3.Connection, voucher: Voucher, member_id: str, held_by: str = ""
) -> None:
    """Record a voucher as issued, unless it is known already."""
    connection.execute(
        _PUT,
        (
            voucher.number,
            member_id,
            voucher.amount_minor,
            voucher.currency,
            voucher.expires_at_ms,
            ISSUED,
            held_by,
        ),
    )


def put_told(connection: sqlite3.Connection, change: VoucherChange, own_journal: str) -> None:
    """Record what head office told of a voucher to the till that writes `own_journal`."""
    told = {**msgspec.structs.asdict(change), "own": own_journal, "redeemed": REDEEMED}
    connection.execute(_TELL, told)


def hold(connection: sqlite3.Connection, number: str, journal: str) -> None:
    """Record that `journal` may take the voucher offline; "" when it lies at head office."""
    connection.execute(_HOLD, (number, ISSUED, journal))


def held_of(connection: sqlite3.Connection, member_id: str, journal: str, limit: int) -> list[str]:
    """Numbers of at most `limit` unspent vouchers of a member that `journal` holds."""
    return [row[0] for row in connection.execute(_HELD_OF, (journal, member_id, ISSUED, limit))]


def mark_redeemed(connection: sqlite3.Connection, number: str) -> None:
    """Record a voucher as redeemed; there is no way back."""
    connection.execute(_REDEEM, (REDEEMED, number))


def kept(connection: sqlite3.Connection) -> dict[str, KeptVoucher]:
    """Every voucher this till knows of, by number."""
    rows = connection.execute(_KEPT)
    return {row[0]: KeptVoucher(Voucher(*row[:4]), *row[4:]) for row in rows}


def put(connection: sqlite3.Connection, voucher: KeptVoucher) -> None:
    """Record a voucher whole, over what was kept of it."""
    it = voucher.voucher
    connection.execute(
        _PUT_WHOLE,
        (
            it.number,
            voucher.member_id,
            it.amount_minor,
            it.currency,
            it.expires_at_ms,
            voucher.state,
            voucher.held_by,
        ),
    )


def remove(connection: sqlite3.Connection, number: str) -> None:
    """Forget a voucher that was never given."""
    connection.execute(_REMOVE, (number,))

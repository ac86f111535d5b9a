"""Vouchers this till knows of: its own, and those head office told."""

import sqlite3

import msgspec

from loyalty.vouchers import ISSUED, REDEEMED, Voucher

_STATE = "SELECT state FROM vouchers WHERE number = ?"
_PUT = """
    INSERT INTO vouchers (number, member_id, amount_minor, currency, expires_at_ms, state)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING
"""
_PUT_WHOLE = """
    INSERT OR REPLACE INTO vouchers (number, member_id, amount_minor, currency, expires_at_ms, state)
    VALUES (?, ?, ?, ?, ?, ?)
"""
_KEPT = "SELECT number, amount_minor, currency, expires_at_ms, member_id, state FROM vouchers"
_REMOVE = "DELETE FROM vouchers WHERE number = ?"
_REDEEM = "UPDATE vouchers SET state = ? WHERE number = ?"


class KeptVoucher(msgspec.Struct, frozen=True):
    """A voucher, whose it is, and its state."""

    voucher: Voucher
    member_id: str
    state: str


def state_of(connection: sqlite3.Connection, number: str) -> str | None:
    """A voucher's state, or None when this till has not heard of it."""
    row = connection.execute(_STATE, (number,)).fetchone()
    return None if row is None else str(row[0])


def put_issued(connection: sqlite3.Connection, voucher: Voucher, member_id: str) -> None:
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
        ),
    )


def mark_redeemed(connection: sqlite3.Connection, number: str) -> None:
    """Record a voucher as redeemed; there is no way back."""
    connection.execute(_REDEEM, (REDEEMED, number))


def kept(connection: sqlite3.Connection) -> dict[str, KeptVoucher]:
    """Every voucher this till knows of, by number."""
    rows = connection.execute(_KEPT)
    return {row[0]: KeptVoucher(Voucher(*row[:4]), row[4], row[5]) for row in rows}


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
        ),
    )


def remove(connection: sqlite3.Connection, number: str) -> None:
    """Forget a voucher that was never given."""
    connection.execute(_REMOVE, (number,))

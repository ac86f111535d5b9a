"""Vouchers this till knows of: its own, and those head office told."""

import sqlite3

from loyalty.vouchers import ISSUED, REDEEMED, Voucher

_STATE = "SELECT state FROM vouchers WHERE number = ?"
_PUT = "INSERT INTO vouchers VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING"
_REDEEM = "UPDATE vouchers SET state = ? WHERE number = ?"


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

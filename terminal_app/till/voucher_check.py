"""Whether a voucher may be spent here and now, with or without the line."""

import sqlite3

from loyalty.identifiers import voucher_epoch, voucher_issuer
from loyalty.scans import VoucherScan, read_scan
from loyalty.vouchers import ISSUED, REDEEMED, Voucher, is_signed_by, may_become, read_voucher
from terminal_app.store import members, vouchers
from terminal_app.till.answers import Reason, Refusal


def check_voucher(
    connection: sqlite3.Connection, code: str, currency: str, at_ms: int
) -> Voucher | Refusal:
    """The voucher in the scan `code` when a terminal of the chain signed it, valid and unspent.

    A voucher of another till that this one has not heard of is taken on its signature: with the
    line down its spending elsewhere cannot be known, and head office names a double use.
    """
    scan = read_scan(code)
    read = read_voucher(scan.code) if isinstance(scan, VoucherScan) else None
    if read is None:
        return Refusal(Reason.VOUCHER_DAMAGED)
    voucher = read.voucher
    facts = {"voucher": voucher.number}
    number = voucher.number
    key = members.public_key(connection, voucher_issuer(number), voucher_epoch(number))
    if key is None or not is_signed_by(read, key):
        return Refusal(Reason.VOUCHER_FORGED, facts)
    if voucher.currency != currency:
        return Refusal(Reason.VOUCHER_CURRENCY, facts)
    state = vouchers.state_of(connection, voucher.number) or ISSUED
    if not may_become(state, REDEEMED):
        return Refusal(Reason.VOUCHER_SPENT, facts)
    if at_ms > voucher.expires_at_ms:
        return Refusal(Reason.VOUCHER_EXPIRED, facts)
    return voucher


def check_vouchers(
    connection: sqlite3.Connection, codes: tuple[str, ...], currency: str, at_ms: int
) -> list[Voucher] | Refusal:
    """All vouchers in `codes`, or the first refusal; one voucher shown twice is spent already."""
    checked: dict[str, Voucher] = {}
    for code in codes:
        voucher = check_voucher(connection, code, currency, at_ms)
        if isinstance(voucher, Refusal):
            return voucher
        if voucher.number in checked:
            return Refusal(Reason.VOUCHER_SPENT, {"voucher": voucher.number})
        checked[voucher.number] = voucher
    return list(checked.values())

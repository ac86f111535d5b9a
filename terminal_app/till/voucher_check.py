"""Whether a voucher may be spent here and now, with or without the line."""

import sqlite3

from loyalty.baskets import Basket
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
    standing = vouchers.standing_of(connection, voucher.number)
    state = standing.state if standing else ISSUED
    if not may_become(state, REDEEMED):
        return Refusal(Reason.VOUCHER_SPENT, facts)
    if at_ms > voucher.expires_at_ms:
        return Refusal(Reason.VOUCHER_EXPIRED, facts)
    return voucher


def check_vouchers(
    connection: sqlite3.Connection,
    codes: tuple[str, ...],
    basket: Basket,
    currency: str,
    at_ms: int,
) -> list[Voucher] | Refusal:
    """The vouchers in `codes` that are to pay for `basket`, or the first refusal.

    One voucher shown twice is spent already; one with nothing left to pay for is refused too.
    """
    checked: dict[str, Voucher] = {}
    for code in codes:
        voucher = check_voucher(connection, code, currency, at_ms)
        if isinstance(voucher, Refusal):
            return voucher
        if voucher.number in checked:
            return Refusal(Reason.VOUCHER_SPENT, {"voucher": voucher.number})
        checked[voucher.number] = voucher
    paid = list(checked.values())
    return _needless(paid, basket) or paid


def paid_with(paid: list[Voucher], basket: Basket) -> int:
    """What `paid` vouchers cover of `basket`, in minor units; what is over is not paid out."""
    return max(min(sum(voucher.amount_minor for voucher in paid), basket.total_minor), 0)


def _needless(paid: list[Voucher], basket: Basket) -> Refusal | None:
    """The refusal of a voucher that would be spent for nothing, so that the member keeps it."""
    if not paid:
        return None
    smallest = min(paid, key=lambda voucher: voucher.amount_minor)
    covered_minor = sum(voucher.amount_minor for voucher in paid) - smallest.amount_minor
    if covered_minor < basket.total_minor:
        return None
    return Refusal(Reason.VOUCHER_NEEDLESS, {"voucher": smallest.number})

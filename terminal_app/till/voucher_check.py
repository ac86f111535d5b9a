"""Whether a voucher may be spent here and now, with or without the line."""

import sqlite3

import msgspec

from loyalty.baskets import Basket
from loyalty.identifiers import voucher_epoch, voucher_issuer
from loyalty.programme.document import Programme
from loyalty.rights import Wait
from loyalty.scans import VoucherScan, read_scan
from loyalty.vouchers import REDEEMED, Voucher, is_signed_by, may_become, read_voucher
from terminal_app.store import members, settings, vouchers
from terminal_app.store.programmes import programme_in_force
from terminal_app.store.settings import Identity
from terminal_app.till.answers import Reason, Refusal
from terminal_app.till.safety import wait_for_all
from terminal_app.till.voucher_worth import PaidVoucher, worked_out

ANYWHERE = "anywhere"


class VoucherDesk(msgspec.Struct, frozen=True):
    """Where and when vouchers are shown: a sale of `at_ms`, rung up at `now_ms`."""

    identity: Identity
    programme: Programme
    at_ms: int
    now_ms: int


def desk_now(
    connection: sqlite3.Connection, now_ms: int, occurred_at_ms: int | None = None
) -> VoucherDesk:
    """This till, where vouchers are shown at `now_ms` and taken at once; or were at an earlier
    moment."""
    at_ms = now_ms if occurred_at_ms is None else occurred_at_ms
    identity = settings.require_identity(connection)
    return VoucherDesk(identity, programme_in_force(connection, at_ms), at_ms, now_ms)


def check_voucher(
    connection: sqlite3.Connection, desk: VoucherDesk, code: str
) -> Voucher | Refusal:
    """The voucher in the scan `code` when it is valid, unspent, and this till may take it."""
    scan = read_scan(code)
    read = read_voucher(scan.code) if isinstance(scan, VoucherScan) else None
    if read is None:
        return Refusal(Reason.VOUCHER_DAMAGED)
    voucher = read.voucher
    number = voucher.number
    facts = {"voucher": number}
    key = members.public_key(connection, voucher_issuer(number), voucher_epoch(number))
    if key is None or not is_signed_by(read, key):
        return Refusal(Reason.VOUCHER_FORGED, facts)
    if voucher.currency != desk.programme.currency:
        return Refusal(Reason.VOUCHER_CURRENCY, facts)
    standing = vouchers.standing_of(connection, number)
    if standing is not None and not may_become(standing.state, REDEEMED):
        return Refusal(Reason.VOUCHER_SPENT, facts)
    if desk.at_ms > voucher.expires_at_ms:
        return Refusal(Reason.VOUCHER_EXPIRED, facts)
    branches = desk.programme.vouchers.branches
    if branches and desk.identity.branch not in branches:
        return Refusal(Reason.VOUCHER_BRANCH, facts)
    if not _goes_by_signature(connection, desk.programme):
        if standing is None or standing.held_by != desk.identity.journal:
            return Refusal(Reason.VOUCHER_ELSEWHERE, facts)
        if wait_for_all(connection, desk.now_ms) is not Wait.NOTHING:
            return Refusal(Reason.VOUCHER_WAITS, facts)
    return voucher


def _goes_by_signature(connection: sqlite3.Connection, programme: Programme) -> bool:
    """Whether a signature is enough, because the shop says so or its head office keeps no rights.

    Spending elsewhere cannot be known then; head office finds a double use and names both tills.
    """
    is_heard = settings.read_sync_state(connection).heard_at_ms > 0
    keeps_none = is_heard and settings.read_lease(connection).until_ms == 0
    return programme.offline.vouchers == ANYWHERE or keeps_none


def check_vouchers(
    connection: sqlite3.Connection, desk: VoucherDesk, codes: tuple[str, ...], basket: Basket
) -> list[PaidVoucher] | Refusal:
    """The vouchers in `codes` that are to pay for `basket`, at what it costs this member, and what
    each pays of it, or the first refusal.

    One voucher shown twice is spent already; one with nothing left to pay for is refused too, and
    so are all of them for a smaller sale than the programme takes vouchers for.
    """
    if not codes:
        return []
    checked: dict[str, Voucher] = {}
    for code in codes:
        voucher = check_voucher(connection, desk, code)
        if isinstance(voucher, Refusal):
            return voucher
        if voucher.number in checked:
            return Refusal(Reason.VOUCHER_SPENT, {"voucher": voucher.number})
        checked[voucher.number] = voucher
    vouchers = list(checked.values())
    refusal = _too_little(desk.programme, vouchers, basket.total_minor)
    if refusal is not None:
        return refusal
    paid = worked_out(connection, desk.programme, vouchers, basket)
    if isinstance(paid, Refusal):
        return paid
    return _needless(paid, basket.total_minor) or paid


def _too_little(programme: Programme, paid: list[Voucher], due_minor: int) -> Refusal | None:
    """The refusal of vouchers for a sale that is smaller than the programme takes them for."""
    least = programme.vouchers.at_least
    if not paid or not least or due_minor >= programme.minor(least):
        return None
    facts = {"voucher": paid[0].number, "least": f"{least} {programme.currency}"}
    return Refusal(Reason.VOUCHER_TOO_LITTLE, facts)


def _needless(paid: list[PaidVoucher], due_minor: int) -> Refusal | None:
    """The refusal of a voucher that would be spent for nothing, so that the member keeps it."""
    if not paid:
        return None
    smallest = min(paid, key=lambda one: one.paid_minor)
    covered_minor = sum(one.paid_minor for one in paid) - smallest.paid_minor
    if covered_minor < due_minor:
        return None
    return Refusal(Reason.VOUCHER_NEEDLESS, {"voucher": smallest.voucher.number})

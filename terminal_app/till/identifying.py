"""What a scanned or typed text is to this shop: member, voucher, goods, or why it is none."""

import sqlite3

from msgspec.structs import astuple

from loyalty.clock import from_epoch_ms
from loyalty.members import Member
from loyalty.programme.document import Programme
from loyalty.programme.rewards import points_to_next
from loyalty.programme.terms.texts import ShopText, in_language
from loyalty.receipts import TierStanding
from loyalty.scans import (
    CardScan,
    DamagedScan,
    EmptyScan,
    ForeignScan,
    GiftCardScan,
    ReceiptScan,
    VoucherScan,
    read_scan,
    without_aim,
)
from terminal_app.store import ledger, members, settings
from terminal_app.store.programmes import programme_in_force
from terminal_app.till.answers import (
    Identified,
    KnownMember,
    KnownProduct,
    KnownVoucher,
    Reason,
    Refusal,
)
from terminal_app.till.gift_cards import known_gift_card
from terminal_app.till.ringing_up import owner_name
from terminal_app.till.safety import safe_for
from terminal_app.till.sold import known_receipt, sold_by_code
from terminal_app.till.standing import past_of, tier_at
from terminal_app.till.voucher_check import check_voucher, desk_now
from terminal_app.till.voucher_worth import benefit_of
from terminal_app.till.wallets import known_wallets

_FOREIGN = {
    "ean": Reason.FOREIGN_EAN,
    "gs1": Reason.FOREIGN_GS1,
    "link": Reason.FOREIGN_LINK,
    "unknown": Reason.FOREIGN_UNKNOWN,
}


def identify(connection: sqlite3.Connection, text: str, now_ms: int) -> Identified:
    """What `text` is, as this till knows at `now_ms`; nothing is written."""
    match read_scan(text):
        case CardScan(card):
            member = members.member_by_card(connection, card)
            if member is None:
                return Refusal(Reason.UNKNOWN_CARD, {"card": card})
            return known_member(connection, member, now_ms)
        case VoucherScan(code):
            return _voucher(connection, code, now_ms)
        case GiftCardScan(code):
            return known_gift_card(connection, desk_now(connection, now_ms), code)
        case EmptyScan():
            return Refusal(Reason.EMPTY_SCAN)
        case DamagedScan():
            return _goods_or(connection, text, Reason.DAMAGED_CARD)
        case ReceiptScan(code):
            sold = sold_by_code(connection, settings.require_identity(connection), code)
            return sold if isinstance(sold, Refusal) else known_receipt(connection, sold)
        case ForeignScan(kind):
            return _goods_or(connection, text, _FOREIGN[kind])


def known_member(connection: sqlite3.Connection, member: Member, now_ms: int) -> KnownMember:
    """A member with all that a face shows of them."""
    balance = ledger.balance_of(connection, member.account)
    programme = programme_in_force(connection, now_ms)
    is_shared = member.account != member.member_id
    notices = members.waiting_notices(connection, member.member_id)
    return KnownMember(
        member=member,
        balance=balance,
        safe=safe_for(connection, programme, member, "", now_ms),
        points_to_next=points_to_next(programme, balance.points),
        notices=tuple(in_language(notice.texts, member.language) for notice in notices),
        known_at_ms=settings.read_sync_state(connection).heard_at_ms,
        wallet=programme.wallet().kind,
        wallets=known_wallets(connection, programme, member, now_ms),
        tier=_tier(connection, programme, member, now_ms),
        account_of=owner_name(connection, member.family) if is_shared else "",
    )


def _tier(
    connection: sqlite3.Connection, programme: Programme, member: Member, now_ms: int
) -> TierStanding | None:
    if not programme.tier:
        return None
    zone = settings.require_identity(connection).zone
    past = past_of(connection, programme, member.account, member)
    return tier_at(programme, past, from_epoch_ms(now_ms).astimezone(zone))


def _voucher(connection: sqlite3.Connection, code: str, now_ms: int) -> KnownVoucher | Refusal:
    desk = desk_now(connection, now_ms)
    voucher = check_voucher(connection, desk, code)
    if isinstance(voucher, Refusal):
        return voucher
    title: ShopText = ""
    if voucher.reward:
        benefit = benefit_of(connection, desk.programme, voucher)
        if benefit is None and not voucher.amount_minor:
            return Refusal(Reason.VOUCHER_TERMS, {"voucher": voucher.number})
        title = (benefit[1].title if benefit else "") or voucher.reward.replace("_", " ")
    return KnownVoucher(voucher.number, voucher.amount_minor, voucher.expires_at_ms, code, title)


def _goods_or(connection: sqlite3.Connection, text: str, otherwise: Reason) -> Identified:
    """The goods whose barcode says `text`; their codes may have any form, even half a card's."""
    goods = members.product(connection, without_aim(text))
    return Refusal(otherwise) if goods is None else KnownProduct(*astuple(goods))

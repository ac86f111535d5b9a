"""Gift cards: sold at the till, shown, and paid with; each is an account of its own.

What is on a card is spent like a member's points: only where its rights are, which are drawn when
it is scanned. So two tills without a line never spend one card twice.
"""

import sqlite3
from collections.abc import Iterable

import msgspec

from loyalty.accounts import gift_account
from loyalty.amounts import decimals_of, plain_amount
from loyalty.baskets import Basket, keyed_amount
from loyalty.gift_codes import SoldGiftCard, gift_code, read_gift_code
from loyalty.identifiers import voucher_epoch, voucher_issuer, voucher_number
from loyalty.journal import GIFT
from loyalty.programme.expiry import end_of_days_ms
from loyalty.programme.gift_cards import (
    CardPayment,
    GiftCard,
    NoGiftCard,
    card_payment,
    no_gift_card,
    paid_payload,
    sold_payload,
)
from loyalty.receipts import GIFT_CARD, GiftLine, VoucherSlip
from loyalty.scans import GiftCardScan, read_scan
from terminal_app.posting.draft import Draft, content_digest
from terminal_app.store import ledger, members
from terminal_app.till.answers import GiftCardSale, KnownVoucher, Posted, Reason, Refusal
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of
from terminal_app.till.safety import safe_to_spend
from terminal_app.till.voucher_check import VoucherDesk


class GiftPayment(msgspec.Struct, frozen=True):
    """What the card with this number pays of a sale, and what is left on it."""

    number: str
    paid_minor: int
    left_minor: int


def sell_gift_card(
    connection: sqlite3.Connection, desk: VoucherDesk, asked: GiftCardSale
) -> Posted | Refusal:
    """Sell a card with `asked.amount_minor` on it: money that was paid earns nothing yet."""
    content = content_digest(GIFT_CARD, "", Basket(()), (), asked.amount_minor)
    answered = already(connection, asked.reference, content)
    if answered is not None:
        return answered
    identity, programme = desk.identity, desk.programme
    if refusal := _unsold(desk, asked.amount_minor):
        return refusal
    draft = draft_of(connection, identity, programme, asked, desk.at_ms, desk.now_ms)
    # Numbered by its entry, so that a number can never be given twice.
    number = voucher_number(identity.terminal, identity.epoch, draft.next_seq)
    days = programme.gift_cards.valid_days if programme.gift_cards else 0
    expires_ms = end_of_days_ms(days, desk.at_ms, identity.zone)
    card = SoldGiftCard(number, programme.currency, expires_ms)
    draft.add(
        GIFT,
        points=asked.amount_minor,
        payload=sold_payload(number, expires_ms),
        account=gift_account(number),
    )
    code = gift_code(card, identity.signing_key)
    basket = keyed_amount(asked.amount_minor)
    receipt = msgspec.structs.replace(
        receipt_of(identity, programme, draft, None, GIFT_CARD, basket),
        vouchers=(VoucherSlip(number, asked.amount_minor, expires_ms, code),),
    )
    return posted(connection, draft, content, receipt, asked.print_receipt)


def known_gift_card(
    connection: sqlite3.Connection, desk: VoucherDesk, code: str
) -> KnownVoucher | Refusal:
    """The card in the scan `code`, with what it may pay here now."""
    card = _checked(connection, desk, code)
    if isinstance(card, Refusal):
        return card
    safe = safe_to_spend(connection, desk.programme, gift_account(card.number), desk.now_ms)
    if safe.points <= 0:
        return _nothing(connection, card.number)
    return KnownVoucher(card.number, safe.points, card.expires_at_ms, code, is_gift_card=True)


def check_gift_cards(
    connection: sqlite3.Connection, desk: VoucherDesk, codes: Iterable[str], due_minor: int
) -> tuple[GiftPayment, ...] | Refusal:
    """What each card in `codes` pays of `due_minor`, one after the other, or the first refusal."""
    paid: dict[str, GiftPayment] = {}
    for code in codes:
        card = _checked(connection, desk, code)
        if isinstance(card, Refusal):
            return card
        facts = {"voucher": card.number}
        if card.number in paid:
            return Refusal(Reason.VOUCHER_SPENT, facts)
        safe = safe_to_spend(connection, desk.programme, gift_account(card.number), desk.now_ms)
        payment = card_payment(GiftCard(safe.points, 0, card.expires_at_ms), due_minor, desk.at_ms)
        if payment is NoGiftCard.EMPTY:
            return _nothing(connection, card.number)
        if not isinstance(payment, CardPayment):
            return Refusal(Reason.VOUCHER_NEEDLESS, facts)
        left_minor = safe.balance - payment.paid_minor
        paid[card.number] = GiftPayment(card.number, payment.paid_minor, left_minor)
        due_minor -= payment.paid_minor
    return tuple(paid.values())


def pay_from_cards(draft: Draft, payments: Iterable[GiftPayment]) -> None:
    """Take what the cards pay off them."""
    for one in payments:
        account = gift_account(one.number)
        draft.add(GIFT, points=-one.paid_minor, payload=paid_payload(one.number), account=account)


def gift_lines(payments: Iterable[GiftPayment]) -> tuple[GiftLine, ...]:
    """What a receipt says of the cards that paid."""
    return tuple(GiftLine(one.number, one.paid_minor, one.left_minor) for one in payments)


def _checked(
    connection: sqlite3.Connection, desk: VoucherDesk, code: str
) -> SoldGiftCard | Refusal:
    """The card in `code` when a till of this chain sold it and it has not expired."""
    scan = read_scan(code)
    read = read_gift_code(scan.code) if isinstance(scan, GiftCardScan) else None
    if read is None:
        return Refusal(Reason.VOUCHER_DAMAGED)
    card = read.card
    facts = {"voucher": card.number}
    key = members.public_key(connection, voucher_issuer(card.number), voucher_epoch(card.number))
    if key is None or not read.is_signed_by(key):
        return Refusal(Reason.VOUCHER_FORGED, facts)
    if card.currency != desk.programme.currency:
        return Refusal(Reason.VOUCHER_CURRENCY, facts)
    if desk.at_ms > card.expires_at_ms:
        return Refusal(Reason.VOUCHER_EXPIRED, facts)
    return card


def _nothing(connection: sqlite3.Connection, number: str) -> Refusal:
    """Why a card pays nothing here: what was on it is spent, or its rights are elsewhere."""
    account = gift_account(number)
    own = ledger.part_of(connection, account, ledger.OWN)
    others = ledger.part_of(connection, account, ledger.OTHERS)
    is_spent = own.earned + others.earned > 0 and own.points + others.points <= 0
    reason = Reason.GIFT_EMPTY if is_spent else Reason.GIFT_ELSEWHERE
    return Refusal(reason, {"number": number, "account": account})


def _unsold(desk: VoucherDesk, amount_minor: int) -> Refusal | None:
    programme = desk.programme
    why = no_gift_card(programme, amount_minor)
    if why is None:
        return None
    if programme.gift_cards is None:
        return Refusal(Reason.GIFT_NOT_OFFERED)
    decimals = decimals_of(programme.currency)
    bounds = {"least": programme.gift_cards.least, "most": programme.gift_cards.most}
    facts = {key: plain_amount(programme.minor(text), decimals) for key, text in bounds.items()}
    return Refusal(Reason.GIFT_AMOUNT, {**facts, "currency": programme.currency})

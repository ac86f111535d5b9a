"""A sale, in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.identifiers import is_card_number
from loyalty.journal import EARN, REDEEM, VOUCHER_REDEEMED
from loyalty.members import Member
from loyalty.programme.catalogue import REWARD, TERMS
from loyalty.programme.document import Programme
from loyalty.programme.rewards import vouchers_due
from loyalty.programme.sale_facts import PAID_MINOR, sale_payload, side_points
from loyalty.programme.side_wallets import side_sums
from loyalty.programme.terms.texts import in_language
from loyalty.receipts import SALE, Receipt, VoucherSlip
from loyalty.sums import added
from terminal_app.posting.draft import Draft, content_digest
from terminal_app.store import ledger, lookups, members, vouchers
from terminal_app.store.settings import Identity
from terminal_app.till.answers import Posted, Reason, Refusal, Sale
from terminal_app.till.bonuses import add_bonuses, purchase_bonuses, told_bonuses
from terminal_app.till.claiming import claimant_with, give_automatic, with_rewards
from terminal_app.till.gift_cards import gift_lines, pay_from_cards
from terminal_app.till.issuing import NewVoucher, issue_voucher
from terminal_app.till.pricing import Priced, price
from terminal_app.till.referring import add_referral
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of, with_code
from terminal_app.till.safety import spendable_by
from terminal_app.till.standing import tier_at
from terminal_app.till.telling import given_by_rule
from terminal_app.till.tickets import ticket_lines
from terminal_app.till.voucher_check import VoucherDesk
from terminal_app.till.voucher_worth import PaidVoucher
from terminal_app.till.wallets import add_wallets, spendable_of_wallets, wallet_lines


def sell(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    sale: Sale,
    now_ms: int,
) -> Posted | Refusal:
    """Post `sale`: what pays for it, points earned, and the vouchers that are now due."""
    content = _digest(sale)
    answered = already(connection, sale.reference, content)
    if answered is not None:
        return answered
    member = members.member(connection, sale.member_id) if sale.member_id else None
    if sale.member_id and member is None and not is_card_number(sale.member_id):
        return Refusal(Reason.UNKNOWN_CARD, {"card": sale.member_id})
    at_ms = now_ms if sale.occurred_at_ms is None else sale.occurred_at_ms
    desk = VoucherDesk(identity, programme, at_ms, now_ms)
    priced = price(connection, desk, sale, member)
    if isinstance(priced, Refusal):
        return priced
    draft = draft_of(connection, identity, programme, sale, at_ms, now_ms, member)
    _add_sale(draft, programme, priced)
    _redeem_vouchers(connection, draft, priced.vouchers)
    pay_from_cards(draft, priced.gifts)
    receipt = _receipt(connection, identity, programme, draft, member, priced)
    if sale.member_id and member is None:
        lookups.ask(connection, sale.member_id)
    if member:
        receipt = _of_member(connection, desk, draft, member, priced, receipt)
        if sale.print_receipt:
            receipt = replace(receipt, notices=_spoken(connection, member))
    if sale.print_receipt or sale.wants_code:
        receipt = with_code(identity, draft, receipt)
    return posted(connection, draft, content, receipt, sale.print_receipt)


def _of_member(
    connection: sqlite3.Connection,
    desk: VoucherDesk,
    draft: Draft,
    member: Member,
    priced: Priced,
    receipt: Receipt,
) -> Receipt:
    """What a known member is given beside the award, and what comes out by itself: added to
    `draft`, and told by `receipt`."""
    programme, at = desk.programme, priced.occasion.at
    bonuses = purchase_bonuses(programme, desk.identity, member, priced, draft.receipt)
    earned = side_points(programme, priced.award)
    beside = added(earned, add_bonuses(draft, programme, bonuses, at))
    brought = add_referral(connection, draft, programme, desk.identity, member, priced)
    beside = added(beside, *({bonus.wallet: bonus.points} for bonus in brought))
    moved = priced.award.points + beside.pop(programme.main_wallet, 0) - priced.points_paid.points
    gained = priced.sums(programme)
    balance = ledger.balance_of(connection, member.account).points + moved
    safe = spendable_by(connection, programme, member, balance, moved, desk.now_ms, gained)
    slips, redeemed = _issue_due(connection, draft, desk.identity, programme, safe)
    sums = side_sums(programme, earned, at.date())
    free = spendable_of_wallets(connection, programme, member, desk.now_ms, beside, sums)
    looking = claimant_with(connection, desk, member, priced.standing, safe - redeemed, free)
    given = give_automatic(connection, draft, desk, member, looking)
    told = replace(
        receipt,
        balance=balance - redeemed - given.points,
        points_redeemed=redeemed,
        bonuses=told_bonuses(programme, (*bonuses, *brought), receipt.language),
        vouchers=slips,
        tier=tier_at(programme, priced.past, at, gained),
        wallets=wallet_lines(connection, programme, member, beside, given.wallets),
    )
    return with_rewards(told, given)


def _digest(sale: Sale) -> bytes:
    """What makes a repeat of `sale` the same sale; what pays counts where anything does."""
    paid = ((sorted(sale.paid.items()), sale.pay_points),) if sale.paid or sale.pay_points else ()
    return content_digest(SALE, sale.member_id, sale.basket, sale.voucher_codes, *paid)


def _add_sale(draft: Draft, programme: Programme, priced: Priced) -> None:
    """What was bought and earned in every wallet, and the points that paid for a part of it."""
    gained = priced.sums(programme)
    draft.add(
        EARN,
        points=priced.award.points,
        amount_minor=priced.occasion.basket.total_minor,
        payload=sale_payload(programme, priced.occasion, priced.standing, priced.award, gained),
    )
    paid = priced.points_paid
    if paid.points:
        draft.add(REDEEM, points=-paid.points, payload={PAID_MINOR: paid.paid_minor})
    sale = (draft.first.terminal, draft.first.epoch, draft.first.seq)
    sold = priced.occasion.at.date()
    add_wallets(draft, programme, side_points(programme, priced.award), sale, sold)


def _receipt(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    draft: Draft,
    member: Member | None,
    priced: Priced,
) -> Receipt:
    """What was sold, how it was paid, and what each rule gave."""
    receipt = receipt_of(identity, programme, draft, member, SALE, priced.occasion.basket)
    return replace(
        receipt,
        points=priced.award.points,
        voucher_paid_minor=priced.voucher_paid_minor,
        discount_minor=priced.award.discount_minor,
        points_paid=priced.points_paid.points,
        points_paid_minor=priced.points_paid.paid_minor,
        gift_cards=gift_lines(priced.gifts),
        rules=given_by_rule(programme, priced.award, receipt.language),
        wallets=wallet_lines(connection, programme, None, side_points(programme, priced.award)),
        tickets=ticket_lines(programme, receipt, priced.sums(programme)),
    )


def _redeem_vouchers(
    connection: sqlite3.Connection, draft: Draft, paid: tuple[PaidVoucher, ...]
) -> None:
    for one in paid:
        voucher = one.voucher
        said = {"number": voucher.number, "amount_minor": one.paid_minor}
        terms = {REWARD: voucher.reward, TERMS: one.terms} if one.terms else {}
        draft.add(VOUCHER_REDEEMED, payload=said | terms)
        vouchers.put_issued(connection, voucher, draft.member_id)
        vouchers.mark_redeemed(connection, voucher.number)


def _issue_due(
    connection: sqlite3.Connection,
    draft: Draft,
    identity: Identity,
    programme: Programme,
    safe: int,
) -> tuple[tuple[VoucherSlip, ...], int]:
    """Issue what `safe` points, those that may be spent here, are due; the rest waits for them."""
    due = vouchers_due(programme, safe, draft.occurred_at_ms, identity.zone)
    if due.count == 0:
        return (), 0
    redeemed = due.count * due.points
    draft.add(REDEEM, points=-redeemed)
    new = NewVoucher(
        amount_minor=due.amount_minor,
        currency=programme.currency,
        expires_at_ms=due.expires_at_ms,
    )
    slips = (issue_voucher(connection, draft, identity, new) for _ in range(due.count))
    return tuple(slips), redeemed


def _spoken(connection: sqlite3.Connection, member: Member) -> tuple[str, ...]:
    """Texts of the notices that this receipt carries; from now on they count as printed."""
    waiting = members.waiting_notices(connection, member.member_id)
    for notice in waiting:
        members.mark_notice(connection, notice.notice_id, members.NOTICE_PRINTED)
    return tuple(in_language(notice.texts, member.language) for notice in waiting)

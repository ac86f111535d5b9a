"""What a basket would bring if it were sold now; nothing is written."""

import sqlite3

from msgspec.structs import replace

from loyalty.identifiers import is_card_number
from loyalty.programme.catalogue import automatic_due
from loyalty.programme.families import may_spend
from loyalty.programme.rewards import vouchers_due
from loyalty.programme.sale_facts import side_points
from loyalty.programme.side_wallets import side_sums
from terminal_app.store import ledger, members
from terminal_app.till.answers import Quote, Reason, Refusal, Sale
from terminal_app.till.claiming import claimant_with, gives_voucher
from terminal_app.till.pricing import price
from terminal_app.till.safety import spendable_by
from terminal_app.till.voucher_check import VoucherDesk
from terminal_app.till.wallets import spendable_of_wallets


def quote(connection: sqlite3.Connection, desk: VoucherDesk, sale: Sale) -> Quote | Refusal:
    """What posting `sale` at `desk` would bring: the same sums that it would come to."""
    member_id = sale.member_id
    member = members.member(connection, member_id) if member_id else None
    if member_id and member is None and not is_card_number(member_id):
        return Refusal(Reason.UNKNOWN_CARD, {"card": member_id})
    priced = price(connection, desk, sale, member)
    if isinstance(priced, Refusal):
        return priced
    points = priced.award.points
    quoted = Quote(
        total_minor=sale.basket.total_minor,
        to_pay_minor=priced.to_pay_minor,
        points=points,
        balance_after=None,
        vouchers_due=0,
        discount_minor=priced.award.discount_minor,
        points_paid=priced.points_paid,
        payable=priced.payable,
        outcomes=priced.award.outcomes,
        wallet=desk.programme.wallet().kind,
        programme=desk.programme.label,
    )
    if member is None:
        return quoted
    moved = points - priced.points_paid.points
    balance = ledger.balance_of(connection, member.account).points + moved
    gained = priced.sums(desk.programme)
    safe = spendable_by(connection, desk.programme, member, balance, moved, desk.now_ms, gained)
    due = vouchers_due(desk.programme, safe, desk.at_ms, desk.identity.zone)
    theirs = balance if may_spend(desk.programme, member) else 0
    due_of_all = vouchers_due(desk.programme, theirs, desk.at_ms, desk.identity.zone)
    redeemed = due.count * due.points
    beside = side_points(desk.programme, priced.award)
    sums = side_sums(desk.programme, beside, priced.occasion.at.date())
    free = spendable_of_wallets(connection, desk.programme, member, desk.now_ms, beside, sums)
    looking = claimant_with(connection, desk, member, priced.standing, safe - redeemed, free)
    coming = automatic_due(desk.programme, looking)
    of_main = (one for one in coming if one.wallet == desk.programme.main_wallet)
    return replace(
        quoted,
        balance_after=balance - redeemed - sum(one.count * one.cost for one in of_main),
        vouchers_due=due.count + sum(one.count for one in coming if gives_voucher(desk, one)),
        waiting_points=balance - safe if due_of_all.count > due.count else 0,
    )

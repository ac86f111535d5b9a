"""What a basket would bring if it were sold now; nothing is written."""

import sqlite3

from loyalty.baskets import Basket
from loyalty.identifiers import is_card_number
from loyalty.programme.earning import award
from loyalty.programme.rewards import vouchers_due
from terminal_app.store import ledger, members
from terminal_app.till.answers import Quote, Reason, Refusal
from terminal_app.till.safety import spendable_with
from terminal_app.till.voucher_check import VoucherDesk, check_vouchers, paid_with


def quote(
    connection: sqlite3.Connection,
    desk: VoucherDesk,
    basket: Basket,
    member_id: str,
    voucher_codes: tuple[str, ...],
) -> Quote | Refusal:
    """What selling `basket` at `desk` would bring: the same sums that a sale comes to."""
    paid = check_vouchers(connection, desk, voucher_codes, basket)
    if isinstance(paid, Refusal):
        return paid
    to_pay_minor = basket.total_minor - paid_with(paid, basket)
    if not member_id:
        return Quote(basket.total_minor, to_pay_minor, 0, None, 0)
    points = award(desk.programme, basket).points
    if members.member(connection, member_id) is None:
        if is_card_number(member_id):
            return Quote(basket.total_minor, to_pay_minor, points, None, 0)
        return Refusal(Reason.UNKNOWN_CARD, {"card": member_id})
    balance = ledger.balance_of(connection, member_id).points + points
    safe = spendable_with(connection, desk.programme, member_id, balance, points, desk.now_ms)
    due = vouchers_due(desk.programme, safe, desk.at_ms, desk.identity.zone)
    due_of_all = vouchers_due(desk.programme, balance, desk.at_ms, desk.identity.zone)
    return Quote(
        total_minor=basket.total_minor,
        to_pay_minor=to_pay_minor,
        points=points,
        balance_after=balance - due.count * due.points,
        vouchers_due=due.count,
        waiting_points=balance - safe if due_of_all.count > due.count else 0,
    )

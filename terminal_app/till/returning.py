"""A return, in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.clock import from_epoch_ms
from loyalty.journal import REVERSE, VOUCHER_REDEEMED
from loyalty.programme.document import Programme
from loyalty.receipts import RETURN, Receipt
from terminal_app.posting.draft import Draft, content_digest
from terminal_app.store import ledger, returns, vouchers
from terminal_app.store.settings import Identity
from terminal_app.till.answers import GoodsReturn, Posted, Refusal, ReturnQuote
from terminal_app.till.return_plan import ReturnPlan, plan_return
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of
from terminal_app.till.tickets import ticket_lines
from terminal_app.till.wallets import add_wallets, wallet_lines


def take_back(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    now_ms: int,
) -> Posted | Refusal:
    """Post a return; the balance may go below zero and is then a debt.

    `programme` is the one in force. Goods of a receipt go by the version that it names.
    """
    content = _digest(goods)
    answered = already(connection, goods.reference, content)
    if answered is not None:
        return answered
    at_ms = now_ms if goods.occurred_at_ms is None else goods.occurred_at_ms
    plan = plan_return(connection, identity, programme, goods, at_ms)
    if isinstance(plan, Refusal):
        return plan
    of_member = replace(goods, member_id=plan.member_id)
    draft = draft_of(connection, identity, plan.programme, of_member, at_ms, now_ms)
    draft.add(
        REVERSE,
        points=plan.points,
        amount_minor=-plan.basket.total_minor,
        payload=dict(plan.payload),
    )
    _move_wallets(draft, plan, at_ms, identity)
    _revoke_vouchers(connection, draft, plan)
    if plan.sold:
        returns.put(connection, plan.sold.receipt.number, draft.receipt, plan.parts)
    receipt = _receipt(connection, identity, draft, plan)
    return posted(connection, draft, content, receipt, goods.print_receipt)


def quote_return(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    now_ms: int,
) -> ReturnQuote | Refusal:
    """What taking `goods` back now would do; nothing is written."""
    plan = plan_return(connection, identity, programme, goods, now_ms)
    if isinstance(plan, Refusal):
        return plan
    return ReturnQuote(
        lines=plan.basket.lines,
        total_minor=plan.basket.total_minor,
        money_minor=plan.award.money_minor,
        points=plan.points,
        wallet=plan.programme.wallet().kind,
    )


def _digest(goods: GoodsReturn) -> bytes:
    """What makes a repeat of `goods` the same return; the receipt counts where there is one."""
    sale = goods.receipt_code or goods.of_receipt
    of_sale = ((sale, goods.items),) if sale else ()
    return content_digest(RETURN, goods.member_id, goods.basket, (), *of_sale)


def _move_wallets(draft: Draft, plan: ReturnPlan, at_ms: int, identity: Identity) -> None:
    """Take what the goods gave to wallets beside the main one, for the sale where it is known."""
    sale = (draft.first.terminal, draft.first.epoch, draft.first.seq)
    sold = from_epoch_ms(at_ms).astimezone(identity.zone)
    if plan.sold:
        receipt = plan.sold.receipt
        sale, sold = (receipt.terminal, receipt.epoch, receipt.seq), receipt.at(identity.zone)
    if draft.member_id:
        add_wallets(draft, plan.programme, plan.wallets, sale, sold.date())


def _revoke_vouchers(connection: sqlite3.Connection, draft: Draft, plan: ReturnPlan) -> None:
    """Use up the vouchers whose points pay for the return: one that is shown is spent."""
    for voucher in plan.revoked:
        facts = {"number": voucher.number, "amount_minor": voucher.amount_minor}
        draft.add(VOUCHER_REDEEMED, payload={**facts, "revoked": True})
        vouchers.mark_redeemed(connection, voucher.number)


def _receipt(
    connection: sqlite3.Connection, identity: Identity, draft: Draft, plan: ReturnPlan
) -> Receipt:
    """What came back, of which receipt, and what it did to points and money."""
    receipt = replace(
        receipt_of(identity, plan.programme, draft, plan.member, RETURN, plan.basket),
        points=plan.points,
        discount_minor=plan.award.discount_minor,
        points_paid=plan.award.points_back,
        points_paid_minor=plan.award.points_paid_minor,
        voucher_paid_minor=plan.award.voucher_paid_minor,
        of_receipt=plan.sold.receipt.reference if plan.sold else "",
        revoked=tuple(voucher.number for voucher in plan.revoked),
    )
    receipt = replace(
        receipt,
        wallets=wallet_lines(connection, plan.programme, plan.member, plan.wallets),
        tickets=ticket_lines(plan.programme, receipt, plan.award.sums),
    )
    if plan.member is None:
        return receipt
    balance = ledger.balance_of(connection, plan.member_id).points
    return replace(receipt, balance=balance + plan.points)

"""A sale and a return, each in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.identifiers import is_card_number, voucher_number
from loyalty.journal import EARN, REDEEM, REVERSE, VOUCHER_ISSUED, VOUCHER_REDEEMED
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.document import Programme
from loyalty.programme.earning import award, clawback
from loyalty.programme.rewards import vouchers_due
from loyalty.receipts import RETURN, SALE, Receipt, VoucherSlip
from loyalty.vouchers import Voucher, voucher_code
from terminal_app.posting.draft import Draft, content_digest, lines_payload
from terminal_app.store import ledger, lookups, members, receipts, serving, spool, vouchers
from terminal_app.store.members import Notice
from terminal_app.store.settings import Identity
from terminal_app.till.answers import GoodsReturn, Posted, Reason, Refusal, Sale
from terminal_app.till.safety import spendable_with
from terminal_app.till.voucher_check import VoucherDesk, check_vouchers, paid_with


def sell(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    sale: Sale,
    now_ms: int,
) -> Posted | Refusal:
    """Post `sale`: vouchers paid with, points earned, and the vouchers that are now due."""
    content = content_digest(SALE, sale.member_id, sale.basket, sale.voucher_codes)
    answered = _already(connection, sale.reference, content)
    if answered is not None:
        return answered
    member = members.member(connection, sale.member_id) if sale.member_id else None
    if sale.member_id and member is None and not is_card_number(sale.member_id):
        return Refusal(Reason.UNKNOWN_CARD, {"card": sale.member_id})
    at_ms = now_ms if sale.occurred_at_ms is None else sale.occurred_at_ms
    desk = VoucherDesk(identity, programme, at_ms, now_ms)
    paid = check_vouchers(connection, desk, sale.voucher_codes, sale.basket)
    if isinstance(paid, Refusal):
        return paid
    draft = _draft(connection, identity, programme, sale, at_ms, now_ms)
    points = award(programme, sale.basket).points if sale.member_id else 0
    draft.add(
        EARN,
        points=points,
        amount_minor=sale.basket.total_minor,
        payload=lines_payload(sale.basket),
    )
    _redeem_vouchers(connection, draft, paid)
    receipt = replace(
        _receipt(identity, programme, draft, member, SALE, sale.basket),
        points=points,
        voucher_paid_minor=paid_with(paid, sale.basket),
    )
    if sale.member_id and member is None:
        lookups.ask(connection, sale.member_id)
    if member:
        balance = ledger.balance_of(connection, member.member_id).points + points
        safe = spendable_with(connection, programme, member.member_id, balance, points, now_ms)
        slips, redeemed = _issue_due(connection, draft, identity, programme, safe)
        receipt = replace(
            receipt,
            balance=balance - redeemed,
            points_redeemed=redeemed,
            vouchers=slips,
            notices=_spoken(connection, member) if sale.print_receipt else (),
        )
    return _posted(connection, draft, content, receipt, sale.print_receipt)


def take_back(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    now_ms: int,
) -> Posted | Refusal:
    """Post a return without its receipt; the balance may go below zero and is then a debt."""
    content = content_digest(RETURN, goods.member_id, goods.basket, ())
    answered = _already(connection, goods.reference, content)
    if answered is not None:
        return answered
    member = members.member(connection, goods.member_id) if goods.member_id else None
    if goods.member_id and member is None:
        return Refusal(Reason.UNKNOWN_CARD, {"card": goods.member_id})
    at_ms = now_ms if goods.occurred_at_ms is None else goods.occurred_at_ms
    draft = _draft(connection, identity, programme, goods, at_ms, now_ms)
    points = clawback(programme, goods.basket).points if member else 0
    draft.add(
        REVERSE,
        points=points,
        amount_minor=-goods.basket.total_minor,
        payload=lines_payload(goods.basket),
    )
    receipt = _receipt(identity, programme, draft, member, RETURN, goods.basket)
    if member:
        balance = ledger.balance_of(connection, member.member_id).points + points
        receipt = replace(receipt, points=points, balance=balance)
    return _posted(connection, draft, content, receipt, goods.print_receipt)


def in_language(notice: Notice, language: str) -> str:
    """The notice in `language`, else in the default, else in any it has."""
    texts = notice.texts
    return texts.get(language) or texts.get(DEFAULT_LANGUAGE) or next(iter(texts.values()), "")


def _already(
    connection: sqlite3.Connection, reference: str, content: bytes
) -> Posted | Refusal | None:
    kept = receipts.find(connection, reference) if reference else None
    if kept is None:
        return None
    if kept.content != content:
        return Refusal(Reason.RECEIPT_CONFLICT, {"receipt": reference})
    return Posted(kept.receipt, repeated=True)


def _draft(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    asked: Sale | GoodsReturn,
    at_ms: int,
    now_ms: int,
) -> Draft:
    return Draft(
        connection,
        identity,
        receipt=asked.reference or None,
        programme=programme.label,
        member_id=asked.member_id,
        occurred_at_ms=at_ms,
        recorded_at_ms=now_ms,
    )


def _redeem_vouchers(connection: sqlite3.Connection, draft: Draft, paid: list[Voucher]) -> None:
    for voucher in paid:
        draft.add(
            VOUCHER_REDEEMED,
            payload={"number": voucher.number, "amount_minor": voucher.amount_minor},
        )
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
    key = identity.signing_key
    slips = []
    for _ in range(due.count):
        # Numbered by its entry, so that a number can never be given twice.
        voucher = Voucher(
            voucher_number(identity.terminal, identity.epoch, draft.next_seq),
            due.amount_minor,
            programme.currency,
            due.expires_at_ms,
        )
        draft.add(
            VOUCHER_ISSUED,
            payload={
                "number": voucher.number,
                "amount_minor": voucher.amount_minor,
                "currency": voucher.currency,
                "expires_at_ms": voucher.expires_at_ms,
            },
        )
        vouchers.put_issued(connection, voucher, draft.member_id, identity.journal)
        slips.append(
            VoucherSlip(
                voucher.number,
                voucher.amount_minor,
                voucher.expires_at_ms,
                voucher_code(voucher, key),
            )
        )
    return tuple(slips), redeemed


def _spoken(connection: sqlite3.Connection, member: Member) -> tuple[str, ...]:
    """Texts of the notices that this receipt carries; from now on they count as printed."""
    waiting = members.waiting_notices(connection, member.member_id)
    for notice in waiting:
        members.mark_notice(connection, notice.notice_id, members.NOTICE_PRINTED)
    return tuple(in_language(notice, member.language) for notice in waiting)


def _receipt(
    identity: Identity,
    programme: Programme,
    draft: Draft,
    member: Member | None,
    kind: str,
    basket: Basket,
) -> Receipt:
    """What every receipt says; what came of this one is filled in by its caller."""
    return Receipt(
        kind=kind,
        reference=draft.receipt,
        shop=identity.shop,
        branch=identity.branch_name,
        terminal=identity.terminal,
        occurred_at_ms=draft.occurred_at_ms,
        currency=programme.currency,
        language=member.language if member else DEFAULT_LANGUAGE,
        lines=basket.lines,
        total_minor=basket.total_minor,
        member_name=member.name if member else "",
        card=member.card if member else draft.member_id,
    )


def _posted(
    connection: sqlite3.Connection, draft: Draft, content: bytes, receipt: Receipt, print_it: bool
) -> Posted:
    last_seq = draft.post()
    receipts.keep(connection, content, receipt, last_seq)
    if draft.member_id:
        serving.leave(connection, draft.member_id)
    if print_it:
        spool.put(connection, receipt)
    return Posted(receipt, repeated=False)

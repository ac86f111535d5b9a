"""A sale, in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.identifiers import is_card_number, voucher_number
from loyalty.journal import EARN, REDEEM, VOUCHER_ISSUED, VOUCHER_REDEEMED
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.document import Programme
from loyalty.programme.earning import award
from loyalty.programme.rewards import vouchers_due
from loyalty.receipts import SALE, VoucherSlip
from loyalty.vouchers import Voucher, voucher_code
from terminal_app.posting.draft import Draft, content_digest, lines_payload
from terminal_app.store import ledger, lookups, members, vouchers
from terminal_app.store.members import Notice
from terminal_app.store.settings import Identity
from terminal_app.till.answers import Posted, Reason, Refusal, Sale
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of
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
    answered = already(connection, sale.reference, content)
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
    draft = draft_of(connection, identity, programme, sale, at_ms, now_ms)
    points = award(programme, sale.basket).points if sale.member_id else 0
    draft.add(
        EARN,
        points=points,
        amount_minor=sale.basket.total_minor,
        payload=lines_payload(sale.basket),
    )
    _redeem_vouchers(connection, draft, paid)
    receipt = replace(
        receipt_of(identity, programme, draft, member, SALE, sale.basket),
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
    return posted(connection, draft, content, receipt, sale.print_receipt)


def in_language(notice: Notice, language: str) -> str:
    """The notice in `language`, else in the default, else in any it has."""
    texts = notice.texts
    return texts.get(language) or texts.get(DEFAULT_LANGUAGE) or next(iter(texts.values()), "")


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

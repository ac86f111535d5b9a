"""A return, in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.journal import REVERSE
from loyalty.programme.document import Programme
from loyalty.programme.earning import clawback
from loyalty.programme.sale_facts import lines_payload
from loyalty.receipts import RETURN
from terminal_app.posting.draft import content_digest
from terminal_app.store import ledger, members
from terminal_app.store.settings import Identity
from terminal_app.till.answers import GoodsReturn, Posted, Reason, Refusal
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of


def take_back(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    now_ms: int,
) -> Posted | Refusal:
    """Post a return without its receipt; the balance may go below zero and is then a debt."""
    content = content_digest(RETURN, goods.member_id, goods.basket, ())
    answered = already(connection, goods.reference, content)
    if answered is not None:
        return answered
    member = members.member(connection, goods.member_id) if goods.member_id else None
    if goods.member_id and member is None:
        return Refusal(Reason.UNKNOWN_CARD, {"card": goods.member_id})
    at_ms = now_ms if goods.occurred_at_ms is None else goods.occurred_at_ms
    draft = draft_of(connection, identity, programme, goods, at_ms, now_ms)
    points = clawback(programme, goods.basket).points if member else 0
    draft.add(
        REVERSE,
        points=points,
        amount_minor=-goods.basket.total_minor,
        payload=lines_payload(programme, goods.basket),
    )
    receipt = receipt_of(identity, programme, draft, member, RETURN, goods.basket)
    if member:
        balance = ledger.balance_of(connection, member.member_id).points + points
        receipt = replace(receipt, points=points, balance=balance)
    return posted(connection, draft, content, receipt, goods.print_receipt)

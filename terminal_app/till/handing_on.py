"""Points that one member hands on to another, in the one transaction it is committed with."""

import sqlite3

from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.clock import from_epoch_ms
from loyalty.journal import TRANSFER as HANDED
from loyalty.members import Member
from loyalty.programme.document import Programme
from loyalty.programme.families import may_spend
from loyalty.programme.transfers import (
    WITH,
    NoTransfer,
    Transfer,
    no_transfer,
    transfer_sums,
)
from loyalty.receipts import TRANSFER
from loyalty.sums import SUMS
from terminal_app.posting.draft import Draft, content_digest
from terminal_app.store import ledger, members, sums
from terminal_app.till.answers import HandingOn, Posted, Reason, Refusal
from terminal_app.till.ringing_up import already, posted, receipt_of
from terminal_app.till.safety import spendable_with
from terminal_app.till.voucher_check import VoucherDesk

_REASONS = {
    NoTransfer.NOT_OFFERED: Reason.HAND_ON_NOT_OFFERED,
    NoTransfer.SELF: Reason.HAND_ON_SELF,
    NoTransfer.NOT_FAMILY: Reason.HAND_ON_NOT_FAMILY,
    NoTransfer.TOO_FEW: Reason.HAND_ON_TOO_FEW,
    NoTransfer.TOO_MANY: Reason.HAND_ON_TOO_MANY,
    NoTransfer.NOT_ENOUGH: Reason.HAND_ON_NOT_ENOUGH,
}


def hand_on(
    connection: sqlite3.Connection, desk: VoucherDesk, asked: HandingOn
) -> Posted | Refusal:
    """Hand points on as `asked`: once for ever per reference, and never beyond what is free to
    spend here."""
    content = content_digest(
        TRANSFER, asked.member_id, Basket(()), (asked.to_member_id,), asked.points
    )
    answered = already(connection, asked.reference, content)
    if answered is not None:
        return answered
    giver = members.member(connection, asked.member_id)
    taker = members.member(connection, asked.to_member_id)
    if giver is None or taker is None:
        unknown = asked.to_member_id if giver else asked.member_id
        return Refusal(Reason.UNKNOWN_CARD, {"card": unknown})
    source = given_from(giver, taker)
    refusal = _refusal(connection, desk, asked.points, (giver, source), taker)
    if refusal is not None:
        return refusal
    draft = Draft(
        connection,
        desk.identity,
        receipt=asked.reference or None,
        programme=desk.programme.label,
        member_id=source,
        occurred_at_ms=desk.at_ms,
        recorded_at_ms=desk.now_ms,
    )
    _add(draft, desk, asked.points, taker.account)
    receipt = replace(
        receipt_of(desk.identity, desk.programme, draft, giver, TRANSFER, Basket(())),
        points=asked.points,
        balance=ledger.balance_of(connection, source).points - asked.points,
        handed_to=taker.name,
    )
    return posted(connection, draft, content, receipt, asked.print_receipt)


def given_from(giver: Member, taker: Member) -> str:
    """The account that points of `giver` for `taker` come from: the one that the giver collects on;
    within a family, which shares one, the giver's own, where points of before may be."""
    return giver.member_id if giver.account == taker.account else giver.account


def _refusal(
    connection: sqlite3.Connection,
    desk: VoucherDesk,
    points: int,
    given: tuple[Member, str],
    taker: Member,
) -> Refusal | None:
    """Why the member and the account that are `given` cannot hand `points` on to `taker`."""
    programme, (giver, source) = desk.programme, given
    balance = ledger.balance_of(connection, source).points
    is_theirs = source == giver.member_id or may_spend(programme, giver)
    safe = spendable_with(connection, programme, source, balance, 0, desk.now_ms)
    transfer = Transfer(
        giver=source,
        receiver=taker.account,
        points=points,
        spendable=safe if is_theirs else 0,
        giver_family=giver.family,
        receiver_family=taker.family,
    )
    at = from_epoch_ms(desk.at_ms).astimezone(desk.identity.zone)
    why = no_transfer(programme, transfer, sums.sums_of(connection, source), at)
    if why is None:
        return None
    return Refusal(_REASONS[why], _facts(programme, transfer))


def _facts(programme: Programme, transfer: Transfer) -> dict[str, str]:
    terms = programme.transfers
    return {
        "least": str(terms.least),
        "most": str(terms.a_month),
        "safe": str(transfer.spendable),
        "account": transfer.giver,
    }


def _add(draft: Draft, desk: VoucherDesk, points: int, taker: str) -> None:
    """What goes, then what comes: two entries of one receipt."""
    at = from_epoch_ms(desk.at_ms).astimezone(desk.identity.zone)
    counted = transfer_sums(desk.programme, points, at)
    said: dict[str, object] = {WITH: taker}
    draft.add(HANDED, points=-points, payload=said | ({SUMS: counted} if counted else {}))
    draft.add(HANDED, points=points, payload={WITH: draft.member_id}, account=taker)

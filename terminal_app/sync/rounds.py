"""One round of a sync: what the till says, and how it takes what it is told."""

import sqlite3
from collections.abc import Sequence

from loyalty.clock import Clock, epoch_ms
from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import load_programme
from loyalty.vouchers import REDEEMED, Voucher
from loyalty.wire import (
    MAX_CHANGES_A_FRAME,
    MAX_ENTRIES_A_FRAME,
    MAX_TALLIES_A_FRAME,
    WIRE_VERSION,
    BalanceChange,
    Change,
    MemberChange,
    NoticeChange,
    Outcome,
    ProductChange,
    ProgrammeChange,
    SyncReply,
    SyncRequest,
    TerminalChange,
    VoucherChange,
)
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import journal, ledger, members, settings, vouchers
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity, SyncState

MAX_FRAME_BODY_BYTES = 4 << 20
"""Entry bytes in one frame; a few entries with thousands of lines make a frame of their own."""


def compose(store: Store, identity: Identity, clock: Clock, product_version: str) -> SyncRequest:
    """The till's side: the entries head office has not confirmed, and the sums of their days."""
    # Before the journal is looked at: of two frames, the one that knows more is never the older.
    sent_at_ms = epoch_ms(clock())
    with store.reading() as connection:
        state = settings.read_sync_state(connection)
        first_seq = state.confirmed_seq + 1
        rows = journal.read_sealed(connection, identity.epoch, first_seq, MAX_ENTRIES_A_FRAME)
        bodies = _fitting([row.body for row in rows])
        last_seq = state.confirmed_seq + len(bodies)
        seal = journal.seal_at(connection, identity.terminal, identity.epoch, last_seq)
        return SyncRequest(
            version=WIRE_VERSION,
            terminal=identity.terminal,
            epoch=identity.epoch,
            first_seq=first_seq,
            bodies=bodies,
            last_seal=seal or b"",
            history_id=state.history_id,
            cursor=state.cursor,
            sent_at_ms=sent_at_ms,
            product_version=product_version,
            printed_notices=members.printed_notices(connection, MAX_CHANGES_A_FRAME),
            tallies=tuple(
                ledger.tallies_between(connection, state.tallied_seq, last_seq, MAX_TALLIES_A_FRAME)
            ),
            mark=state.mark,
            count=len(bodies),
            length=sum(map(len, bodies)),
        )


def take(
    store: Store, identity: Identity, request: SyncRequest, reply: SyncReply, clock: Clock
) -> None:
    """Record what head office confirmed and told, in one transaction.

    Raises HeadOfficeRefused when it holds another journal under this terminal's name; what it
    told is recorded all the same, because a member's balance elsewhere is true in any case.
    """
    with store.writing() as connection:
        state = settings.read_sync_state(connection)
        if reply.from_start:
            ledger.forget(connection, ledger.OTHERS)
        _apply(connection, reply.changes)
        for notice_id in request.printed_notices:
            members.mark_notice(connection, notice_id, members.NOTICE_REPORTED)
        ours = journal.seal_at(connection, identity.terminal, identity.epoch, reply.head_seq)
        agrees = ours == reply.head_seal and reply.outcome is not Outcome.FORKED
        is_taken = agrees and reply.outcome is Outcome.ACCEPTED
        told = max((tally.last_seq for tally in request.tallies), default=state.tallied_seq)
        settings.write_sync_state(
            connection,
            SyncState(
                history_id=reply.history_id,
                cursor=reply.cursor,
                mark=reply.mark,
                confirmed_seq=reply.head_seq if agrees else state.confirmed_seq,
                tallied_seq=told if is_taken else min(state.tallied_seq, reply.head_seq),
                heard_at_ms=epoch_ms(clock()),
            ),
        )
    if not agrees:
        raise HeadOfficeRefused(
            f"Head office holds another journal for terminal {identity.terminal}.",
            "This till may be a copy or a restored backup: set it up again with a new code. "
            "Its sales are kept.",
        )


def _fitting(bodies: Sequence[bytes]) -> tuple[bytes, ...]:
    size = 0
    for place, body in enumerate(bodies):
        size += len(body)
        if size > MAX_FRAME_BODY_BYTES and place:
            return tuple(bodies[:place])
    return tuple(bodies)


def _apply(connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
    ledger.put_others(
        connection, [change for change in changes if isinstance(change, BalanceChange)]
    )
    for change in changes:
        match change:
            case BalanceChange():
                pass
            case MemberChange(member):
                members.put_member(connection, member)
            case VoucherChange():
                _apply_voucher(connection, change)
            case NoticeChange(notice_id, member_id, texts):
                members.put_notice(connection, notice_id, member_id, texts)
            case TerminalChange(terminal, branch, public_keys):
                members.put_terminal(connection, terminal, branch, dict(public_keys))
            case ProductChange(code, description, price_minor):
                members.put_product(connection, code, description, price_minor)
            case ProgrammeChange(document):
                _apply_programme(connection, document)


def _apply_voucher(connection: sqlite3.Connection, change: VoucherChange) -> None:
    voucher = Voucher(change.number, change.amount_minor, change.currency, change.expires_at_ms)
    vouchers.put_issued(connection, voucher, change.member_id)
    if change.state == REDEEMED:
        vouchers.mark_redeemed(connection, change.number)


def _apply_programme(connection: sqlite3.Connection, document: str) -> None:
    try:
        load_programme(document, "the programme that head office published")
    except ProgrammeInvalid:
        # A newer head office may publish what this version cannot read: the till keeps the
        # programme it has, its entries name that version, and head office lists the difference.
        return
    settings.write_programme_document(connection, document)

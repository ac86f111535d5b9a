"""Taking head office's answer: what it confirmed and told, in one transaction."""

import sqlite3

from msgspec.structs import replace

from loyalty.clock import Clock, epoch_ms
from loyalty.wire import (
    COUNTS_ALREADY,
    WIRE_VERSION,
    Outcome,
    SignedHead,
    SyncReply,
    SyncRequest,
    is_signed_head,
)
from terminal_app.errors import HeadOfficeRefused
from terminal_app.posting.upkeep import take_rights
from terminal_app.store import epochs, lookups, members, settings
from terminal_app.store.connection import Store
from terminal_app.store.epochs import NextJournal
from terminal_app.store.programmes import programme_in_force
from terminal_app.store.settings import Identity, Lease, SyncState
from terminal_app.sync.changes import apply_changes, forget_told
from terminal_app.sync.parting import Standing, leaving, standing_with
from terminal_app.sync.rounds import told_by_this_version

RIGHTS_VERSION = 2
"""The version of the wire that brought rights, signed heads and journals of one's own."""


def take(store: Store, request: SyncRequest, reply: SyncReply, clock: Clock) -> bool:
    """Record what head office confirmed and told, in one transaction.

    False when another program of this till was told something meanwhile, or moved to a new
    journal: then nothing of it is recorded, and the next frame asks from where the till is now.
    Told from the start, the till would else lack what lies between the two answers.

    A journal that cannot go on is left: the next one is written down, to be asked for. Raises
    HeadOfficeRefused when the answer is not signed by head office, and nothing of it is taken;
    or when a head office of the first version holds another journal under this terminal's name,
    and what it told is recorded all the same: a balance elsewhere is true in any case.
    """
    now_ms = epoch_ms(clock())
    with store.writing() as connection:
        identity = settings.require_identity(connection)
        if request.epoch != identity.epoch or _is_overtaken(connection, request):
            return False
        identity = _learn_key(connection, identity, reply)
        receipt = _signed(identity, reply)
        if reply.from_start:
            forget_told(connection)
        apply_changes(connection, (*reply.changes, *reply.found), identity.journal)
        for notice_id in request.printed_notices:
            members.mark_notice(connection, notice_id, members.NOTICE_REPORTED)
        for card in request.lookups:
            lookups.asked(connection, card, now_ms)
        standing = standing_with(connection, identity, request, reply)
        _keep_state(connection, request, reply, standing, now_ms)
        _keep_lease(connection, request, reply, now_ms)
        if standing.agrees:
            if receipt is not None:
                _keep_receipt(connection, identity.epoch, receipt)
            _lift_suspension(connection)
            programme = programme_in_force(connection, now_ms)
            take_rights(connection, identity, programme, reply, now_ms)
            if any(one.reason.startswith(COUNTS_ALREADY) for one in reply.refused):
                # Of this journal and of another: what members have would be wrong here for ever.
                _leave_later(connection, leaving(identity.epoch, epochs.FORK))
        elif standing.coming is not None:
            _leave_later(connection, standing.coming)
    if standing.is_lost:
        raise HeadOfficeRefused(
            f"Head office holds another journal for terminal {identity.terminal}.",
            "This till may be a copy or a restored backup: set it up again with a new code. "
            "Its sales are kept.",
        )
    return True


def _is_overtaken(connection: sqlite3.Connection, request: SyncRequest) -> bool:
    """Whether the till has been told more, or anew, since it asked."""
    state = told_by_this_version(settings.read_sync_state(connection))
    asked = (request.history_id, request.cursor, request.mark)
    return asked != (state.history_id, state.cursor, state.mark)


def _learn_key(connection: sqlite3.Connection, identity: Identity, reply: SyncReply) -> Identity:
    """A till that was enrolled before head office signed takes its key from the first to say it."""
    if identity.server_key or not reply.server_key:
        return identity
    learned = replace(identity, server_key=reply.server_key)
    settings.write_identity(connection, learned)
    return learned


def _signed(identity: Identity, reply: SyncReply) -> SignedHead | None:
    """The reply's head as a receipt; None where nobody signs, or before the first entry."""
    if reply.head_seq == 0 or reply.version < RIGHTS_VERSION:
        return None
    head = SignedHead(reply.history_id, reply.head_seq, reply.head_seal, reply.head_signature)
    key = identity.server_key
    if key and not is_signed_head(head, identity.terminal, identity.epoch, key):
        raise HeadOfficeRefused(
            "An answer came that head office did not sign; nothing of it was taken.",
            "Check the address of head office. If it was set up anew, set this till up again.",
        )
    return head if head.signature else None


def _keep_state(
    connection: sqlite3.Connection,
    request: SyncRequest,
    reply: SyncReply,
    standing: Standing,
    now_ms: int,
) -> None:
    state = settings.read_sync_state(connection)
    is_taken = standing.agrees and reply.outcome is Outcome.ACCEPTED
    told = max((tally.last_seq for tally in request.tallies), default=state.tallied_seq)
    tallied_seq = told if is_taken else min(state.tallied_seq, reply.head_seq)
    is_put_back = state.history_id not in ("", reply.history_id)
    if is_put_back:
        left = settings.require_identity(connection).earlier_epochs
        epochs.write_retelling(connection, left)
    settings.write_sync_state(
        connection,
        SyncState(
            history_id=reply.history_id,
            cursor=reply.cursor,
            mark=reply.mark,
            confirmed_seq=standing.confirmed_seq,
            # Books that were put back may have lost sums of days whose entries they hold.
            tallied_seq=0 if is_put_back else tallied_seq,
            heard_at_ms=now_ms,
            told_version=WIRE_VERSION,
            # Told from the start again, where the two part is found by comparing all anew.
            compared_seq=min(_compared(state, request, reply), standing.confirmed_seq),
        ),
    )


def _compared(state: SyncState, request: SyncRequest, reply: SyncReply) -> int:
    """Up to which entry head office has now compared or taken all there are, from the first on."""
    before = state.compared_seq if state.history_id == reply.history_id else 0
    if reply.outcome is not Outcome.ACCEPTED or request.first_seq > before + 1:
        return before
    return max(before, request.first_seq - 1 + len(request.bodies))


def _leave_later(connection: sqlite3.Connection, coming: NextJournal) -> None:
    """Write down which journal to ask for; one that was asked for already is the one."""
    asked = epochs.read_next(connection)
    if asked is None:
        epochs.write_next(connection, coming)
    elif not asked.hidden_from:
        epochs.write_next(connection, replace(asked, hidden_from=coming.hidden_from))
    if settings.read_suspension(connection) != epochs.COPY:
        settings.write_suspension(connection, coming.reason)


def _lift_suspension(connection: sqlite3.Connection) -> None:
    """Head office holds this journal as it is here: only a copy still has to leave it."""
    reason = settings.read_suspension(connection)
    if reason not in ("", epochs.COPY) and epochs.read_next(connection) is None:
        settings.write_suspension(connection, "")


def _keep_lease(
    connection: sqlite3.Connection, request: SyncRequest, reply: SyncReply, now_ms: int
) -> None:
    """How long rights last, on this till's clock, counted from before head office was asked."""
    until_ms = 0
    if reply.rights_until_ms:
        lasts_ms = reply.rights_until_ms - reply.server_time_ms
        until_ms = max(min(request.sent_at_ms, now_ms) + lasts_ms, 1)
    told_ms = reply.rights_until_ms
    lease = Lease(until_ms=until_ms, seen_ms=now_ms, told_until_ms=told_ms)
    settings.write_lease(connection, lease)


def _keep_receipt(connection: sqlite3.Connection, epoch: int, receipt: SignedHead) -> None:
    """Head office's word of one history never goes back behind an earlier one."""
    kept = epochs.read_receipt(connection, epoch)
    if kept is None or kept.history_id != receipt.history_id or receipt.seq >= kept.seq:
        epochs.write_receipt(connection, epoch, receipt)

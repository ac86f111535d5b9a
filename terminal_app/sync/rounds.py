"""One round of a sync: what the till says, and how it takes what it is told."""

import sqlite3
from collections.abc import Sequence

from msgspec.structs import replace

from loyalty.clock import Clock, epoch_ms
from loyalty.wire import (
    MAX_CHANGES_A_FRAME,
    MAX_DRAWS_A_FRAME,
    MAX_ENTRIES_A_FRAME,
    MAX_LOOKUPS_A_FRAME,
    MAX_TALLIES_A_FRAME,
    NOTHING_WAITING,
    WIRE_VERSION,
    Outcome,
    SignedHead,
    SyncReply,
    SyncRequest,
    is_signed_head,
)
from terminal_app.errors import HeadOfficeRefused
from terminal_app.posting.upkeep import take_rights, upkeep
from terminal_app.store import draws, epochs, journal, ledger, lookups, members, serving, settings
from terminal_app.store.connection import Store
from terminal_app.store.epochs import NextJournal
from terminal_app.store.programmes import programme_in_force
from terminal_app.store.settings import Identity, Lease, SyncState
from terminal_app.sync.changes import apply_changes, forget_told
from terminal_app.sync.parting import Standing, standing_with
from terminal_app.sync.waiting import Unsent

MAX_FRAME_BODY_BYTES = 4 << 20
"""Entry bytes in one frame; a few entries with thousands of lines make a frame of their own."""

LOOKUP_PAUSE_MS = 60_000
"""Between two questions for the same card: most unknown cards stay unknown for a while."""

RIGHTS_VERSION = 2
"""The version of the wire that brought rights, signed heads and journals of one's own."""


def compose(
    store: Store, clock: Clock, product_version: str, unsent: Unsent | None = None
) -> SyncRequest:
    """The till's side: the entries head office has not confirmed, and the sums of their days.

    `unsent` carries what was counted of the entries behind the frame from one frame to the next.
    """
    # Before the journal is looked at: of two frames, the one that knows more is never the older.
    sent_at_ms = epoch_ms(clock())
    _tidy_up(store, sent_at_ms)
    with store.reading() as connection:
        identity = settings.require_identity(connection)
        state = _told_by_this_version(settings.read_sync_state(connection))
        first_seq = state.confirmed_seq + 1
        rows = journal.read_sealed(connection, identity.epoch, first_seq, MAX_ENTRIES_A_FRAME)
        bodies = _fitting([row.body for row in rows])
        last_seq = state.confirmed_seq + len(bodies)
        seal = journal.seal_at(connection, identity.terminal, identity.epoch, last_seq)
        head = journal.head(connection, identity.terminal, identity.epoch)
        is_suspended = settings.read_suspension(connection) != ""
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
            draws=() if is_suspended else draws.open_draws(connection, MAX_DRAWS_A_FRAME),
            lookups=lookups.due(connection, sent_at_ms, LOOKUP_PAUSE_MS, MAX_LOOKUPS_A_FRAME),
            waiting=(unsent or Unsent()).beyond(connection, identity.epoch, last_seq, head.seq)
            if last_seq < head.seq
            else NOTHING_WAITING,
            receipt=_lost_receipt(connection, identity.epoch, state),
        )


def take(store: Store, request: SyncRequest, reply: SyncReply, clock: Clock) -> None:
    """Record what head office confirmed and told, in one transaction.

    A journal that cannot go on is left: the next one is written down, to be asked for. Raises
    HeadOfficeRefused when the answer is not signed by head office, and nothing of it is taken;
    or when a head office of the first version holds another journal under this terminal's name,
    and what it told is recorded all the same: a balance elsewhere is true in any case.
    """
    now_ms = epoch_ms(clock())
    with store.writing() as connection:
        identity = settings.require_identity(connection)
        if request.epoch != identity.epoch:
            # Another program of this till moved to a new journal meanwhile.
            return
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
            programme = programme_in_force(connection)
            take_rights(connection, identity, programme, reply, now_ms)
        elif standing.coming is not None:
            _leave_later(connection, standing.coming)
    if standing.is_lost:
        raise HeadOfficeRefused(
            f"Head office holds another journal for terminal {identity.terminal}.",
            "This till may be a copy or a restored backup: set it up again with a new code. "
            "Its sales are kept.",
        )


def _tidy_up(store: Store, now_ms: int) -> None:
    """Rights to where they should lie; most syncs have none to move, and then write nothing."""
    with store.reading() as connection:
        if serving.is_idle(connection):
            return
    with store.writing() as connection:
        identity = settings.require_identity(connection)
        upkeep(connection, identity, programme_in_force(connection), now_ms)


def _told_by_this_version(state: SyncState) -> SyncState:
    """What an older version was told, it may have kept in part alone: it is told anew."""
    return state if state.told_version >= WIRE_VERSION else replace(state, cursor=0, mark="")


def _fitting(bodies: Sequence[bytes]) -> tuple[bytes, ...]:
    size = 0
    for place, body in enumerate(bodies):
        size += len(body)
        if size > MAX_FRAME_BODY_BYTES and place:
            return tuple(bodies[:place])
    return tuple(bodies)


def _lost_receipt(
    connection: sqlite3.Connection, epoch: int, state: SyncState
) -> SignedHead | None:
    """The proof that head office once held more than it says now; None while it does not."""
    receipt = epochs.read_receipt(connection, epoch)
    is_lost = receipt is not None and receipt.seq > state.confirmed_seq
    return receipt if is_lost else None


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
    is_new_history = reply.history_id != state.history_id
    settings.write_sync_state(
        connection,
        SyncState(
            history_id=reply.history_id,
            cursor=reply.cursor,
            mark=reply.mark,
            confirmed_seq=standing.confirmed_seq,
            # Books that were put back may have lost sums of days whose entries they hold.
            tallied_seq=0 if is_new_history and state.history_id else tallied_seq,
            heard_at_ms=now_ms,
            told_version=WIRE_VERSION,
        ),
    )


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
    settings.write_lease(connection, Lease(until_ms=until_ms, seen_ms=now_ms))


def _keep_receipt(connection: sqlite3.Connection, epoch: int, receipt: SignedHead) -> None:
    """Head office's word of one history never goes back behind an earlier one."""
    kept = epochs.read_receipt(connection, epoch)
    if kept is None or kept.history_id != receipt.history_id or receipt.seq >= kept.seq:
        epochs.write_receipt(connection, epoch, receipt)

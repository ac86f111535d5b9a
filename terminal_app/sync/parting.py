"""Whether head office holds the journal that this till writes, and what follows when it does not.

A till whose data was put back from a backup, or copied, or whose journal lost its end, has another
history than head office holds under the same numbers. Neither side can be right for both, so the
till goes on in a journal of its own; first it finds the entry at which the two part.
"""

import secrets
import sqlite3
from hashlib import sha256

import msgspec

from loyalty.wire import Outcome, SyncReply, SyncRequest
from terminal_app.store import epochs, journal, settings
from terminal_app.store.epochs import NextJournal
from terminal_app.store.settings import Identity
from terminal_app.sync.damage import first_damaged, note_damage

NONCE_BYTES = 16

OWN_JOURNAL_VERSION = 2
"""The version of the wire from which on a till can ask for a journal of its own."""


class Standing(msgspec.Struct, frozen=True):
    """How far head office holds this till's journal.

    `agrees`: what it holds is what the till wrote. `coming` is the journal to ask for when it
    holds something else under the same numbers. `is_lost`: it does, and nothing can be done about
    it from here. None of these: the two are still finding out where they part.
    """

    confirmed_seq: int
    agrees: bool = False
    is_lost: bool = False
    coming: NextJournal | None = None


def standing_with(
    connection: sqlite3.Connection, identity: Identity, request: SyncRequest, reply: SyncReply
) -> Standing:
    """Where the journal stands after head office took `request` and answered `reply`.

    Inside the transaction that takes the reply: an entry that turns out to be damaged is noted.
    """
    terminal, epoch = identity.terminal, identity.epoch
    state = settings.read_sync_state(connection)
    confirmed_seq = state.confirmed_seq
    is_held = journal.seal_at(connection, terminal, epoch, reply.head_seq) == reply.head_seal
    if is_held and (reply.outcome is not Outcome.FORKED or reply.fork_seq):
        # The seals agree up to the head: where bytes differ they were damaged here, and head
        # office holds what was written.
        return Standing(reply.head_seq, agrees=True)
    if reply.version < OWN_JOURNAL_VERSION:
        return Standing(confirmed_seq, is_lost=True)
    # A frame whose first entry is another may have parted before it, unless head office compared
    # all that is before it: told from the start, it does.
    sent_seq = request.first_seq + len(request.bodies) - 1
    compared_seq = state.compared_seq if state.history_id == reply.history_id else 0
    is_found = request.first_seq < reply.fork_seq <= sent_seq
    is_found = is_found or reply.fork_seq in (1, compared_seq + 1)
    if reply.outcome is Outcome.FORKED and is_found:
        coming = fork_at(connection, identity, reply.fork_seq)
        return Standing(min(confirmed_seq, reply.fork_seq - 1), coming=coming)
    if reply.outcome is Outcome.FORKED and reply.fork_seq == 0:
        broken = _own_break(connection, identity, max(confirmed_seq, reply.head_seq), confirmed_seq)
        if broken is not None:
            return broken
    if reply.outcome is Outcome.ACCEPTED and reply.head_seq > sent_seq:
        # What was sent is held as it is, and more behind it.
        own_seq = journal.last_row(connection, terminal, epoch).seq
        if own_seq > sent_seq or own_seq >= reply.head_seq:
            return Standing(sent_seq)
        return Standing(own_seq, coming=leaving(epoch, epochs.CUT_OFF, own_seq + 1))
    # From the first entry on, head office names the one at which the two part.
    return Standing(0) if request.first_seq > 1 else Standing(confirmed_seq, is_lost=True)


def _own_break(
    connection: sqlite3.Connection, identity: Identity, held_seq: int, confirmed_seq: int
) -> Standing | None:
    """Where the journal stands when it is broken in itself; None when it is not.

    Head office then holds the bytes of every entry up to `held_seq`, and cannot name a place: the
    seals alone differ. Asked from the start it would say the same again.
    """
    if note_damage(connection, identity, confirmed_seq):
        return Standing(confirmed_seq)
    if not 0 < first_damaged(connection, identity, 1) <= held_seq:
        return None
    return Standing(confirmed_seq, coming=fork_at(connection, identity, held_seq + 1))


def fork_at(connection: sqlite3.Connection, identity: Identity, seq: int) -> NextJournal:
    """The request for the journal that entries from `seq` on go to.

    Its name is made of the first of them, so that every copy of it is taken to the same journal,
    where it counts once however many copies there are.
    """
    terminal, epoch = identity.terminal, identity.epoch
    seal = journal.seal_at(connection, terminal, epoch, seq) or b""
    name = sha256(f"paragon fork {terminal} {epoch} {seq} ".encode() + seal)
    return leaving(epoch, epochs.FORK, seq, name.hexdigest())


def leaving(epoch: int, reason: str, hidden_from: int = 0, name: str = "") -> NextJournal:
    """The request for a journal of one's own, under a name that no other request has unless one
    is given."""
    return NextJournal(
        nonce=name or secrets.token_hex(NONCE_BYTES),
        left_epoch=epoch,
        reason=reason,
        hidden_from=hidden_from,
    )

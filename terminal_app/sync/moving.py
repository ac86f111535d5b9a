"""Moving to a new journal: what head office does not hold is written again there, and nothing else.

The request is written down before it is sent and has a name, so that a crash anywhere goes on from
there. The move itself is one transaction: before it the till writes the old journal, after it the
new one, and no entry is in neither or counted in both.
"""

import sqlite3

from msgspec.structs import replace

from loyalty.balances import NO_BALANCE, Balance, fold
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import Entry
from loyalty.wire import EpochReply, EpochRequest
from terminal_app.store import (
    draws,
    epochs,
    journal,
    ledger,
    members,
    receipts,
    rights,
    settings,
    sums,
)
from terminal_app.store.connection import Store
from terminal_app.store.epochs import NextJournal
from terminal_app.store.settings import Identity, SyncState
from terminal_app.sync import damage
from terminal_app.sync.parting import fork_at, leaving
from terminal_app.sync.salvage import sound_entries, write_again
from terminal_app.sync.uplink import Uplink


def ask_to_leave(store: Store) -> bool:
    """Write down that a till which has told all it could goes on in a journal of its own; False
    when it need not, or has written it down before.

    It need when it is a copy, or when entries are left that cannot be told, because one of them,
    or what stood between, is not what was written.
    """
    with store.reading() as connection:
        is_copy = settings.read_suspension(connection) == epochs.COPY
        if not is_copy and _untold_seq(connection) == 0:
            return False
    with store.writing() as connection:
        untold_seq = _untold_seq(connection)
        coming = epochs.read_next(connection)
        if coming is not None:
            if coming.hidden_from or not untold_seq:
                return False
            # What was to be told first cannot be: it goes along to the journal that is known.
            epochs.write_next(connection, replace(coming, hidden_from=untold_seq))
        elif untold_seq:
            identity = settings.require_identity(connection)
            epochs.write_next(connection, fork_at(connection, identity, untold_seq))
            settings.write_suspension(connection, epochs.COPY if is_copy else epochs.FORK)
        else:
            identity = settings.require_identity(connection)
            epochs.write_next(connection, leaving(identity.epoch, epochs.COPY))
        return True


def note_damage(store: Store) -> bool:
    """Find the first entry that head office cannot take, so that those before it are told.

    False when all that is to be told is as it was written, or the damage is known already.
    """
    with store.writing() as connection:
        identity = settings.require_identity(connection)
        confirmed_seq = settings.read_sync_state(connection).confirmed_seq
        return damage.note_damage(connection, identity, confirmed_seq)


def _untold_seq(connection: sqlite3.Connection) -> int:
    """The first entry behind what head office holds, when it cannot be told; 0 when it can."""
    identity = settings.require_identity(connection)
    first_seq = settings.read_sync_state(connection).confirmed_seq + 1
    last = journal.last_row(connection, identity.terminal, identity.epoch)
    if last.seq < first_seq:
        return 0
    is_there = journal.seal_at(connection, identity.terminal, identity.epoch, first_seq) is not None
    return 0 if is_there and epochs.read_damaged(connection) != first_seq else first_seq


def leave_for(connection: sqlite3.Connection, epoch: int, terminal_number: int) -> None:
    """Write down that this till goes on in journal `epoch`, which it was given with a new code."""
    left_epoch = settings.require_identity(connection).epoch
    asked = epochs.read_next(connection)
    coming = leaving(left_epoch, epochs.ENROLLED, asked.hidden_from if asked else 0)
    epochs.write_next(connection, replace(coming, epoch=epoch, terminal_number=terminal_number))
    settings.write_suspension(connection, epochs.ENROLLED)


def move(store: Store, uplink: Uplink, clock: Clock, fingerprint: str) -> bool:
    """Go on in the next journal when one is written down and nothing is in the way.

    True when the till moved. Raises HeadOfficeUnreachable or HeadOfficeRefused; the request stays
    written down, and the till works on in the journal it has.
    """
    with store.reading() as connection:
        coming = epochs.read_next(connection)
        if coming is None or not _may_leave(connection, coming):
            return False
        public_key = settings.require_identity(connection).signing_key.public_key()
    if coming.epoch == 0:
        given = uplink.new_epoch(
            EpochRequest(
                nonce=coming.nonce,
                epoch=coming.left_epoch,
                reason=coming.reason,
                public_key=public_key.public_bytes_raw().hex(),
            )
        )
        _note_given(store, coming.nonce, given)
    with store.writing() as connection:
        return _switch(connection, fingerprint, epoch_ms(clock()))


def _may_leave(connection: sqlite3.Connection, coming: NextJournal) -> bool:
    """Whether every entry of the old journal is either with head office or to be taken along."""
    if coming.hidden_from:
        return True
    identity = settings.require_identity(connection)
    head = journal.head(connection, identity.terminal, identity.epoch)
    return settings.read_sync_state(connection).confirmed_seq >= head.seq


def _note_given(store: Store, nonce: str, given: EpochReply) -> None:
    with store.writing() as connection:
        coming = epochs.read_next(connection)
        if coming is not None and coming.nonce == nonce:
            epochs.write_next(
                connection,
                replace(coming, epoch=given.epoch, terminal_number=given.terminal_number),
            )


def _switch(connection: sqlite3.Connection, fingerprint: str, now_ms: int) -> bool:
    coming = epochs.read_next(connection)
    identity = settings.require_identity(connection)
    if coming is None or coming.epoch == 0 or identity.epoch != coming.left_epoch:
        # Another program of this till was faster.
        return False
    if not _may_leave(connection, coming):
        return False
    hidden = []
    if coming.hidden_from:
        hidden = list(
            sound_entries(connection, identity.terminal, identity.epoch, coming.hidden_from)
        )
    moved = replace(
        identity,
        epoch=coming.epoch,
        terminal_number=coming.terminal_number,
        earlier_epochs=(*identity.earlier_epochs, identity.epoch),
    )
    settings.write_identity(connection, moved)
    public_key = identity.signing_key.public_key().public_bytes_raw()
    members.put_terminal(
        connection, moved.terminal, moved.branch, {moved.epoch: public_key}, moved.branch_name
    )
    _leave(connection, identity, hidden, coming.hidden_from)
    write_again(connection, moved, hidden)
    history_id = settings.read_sync_state(connection).history_id
    settings.write_sync_state(connection, SyncState(history_id=history_id, heard_at_ms=now_ms))
    epochs.write_next(connection, None)
    epochs.write_damaged(connection, 0)
    if coming.reason != epochs.FORK:
        # Nobody else was given this journal. One that a fork leads to may be a copy's as well:
        # that is known when head office agrees with it.
        epochs.write_fingerprint(connection, fingerprint)
        settings.write_suspension(connection, "")
    return True


def _leave(
    connection: sqlite3.Connection, identity: Identity, hidden: list[Entry], hidden_from: int
) -> None:
    """What the old journal made of balances and sums is another's from now on; its rights are
    gone."""
    own = ledger.parts(connection, ledger.OWN)
    others = ledger.parts(connection, ledger.OTHERS)
    unheld = fold(hidden)
    ledger.put_parts(
        connection,
        ledger.OTHERS,
        {
            member_id: _with(others.get(member_id, NO_BALANCE), balance, unheld.get(member_id))
            for member_id, balance in own.items()
        },
    )
    ledger.forget(connection, ledger.OWN)
    sums.leave(connection, hidden)
    ledger.forget_tallies(connection)
    rights.forget_rights(connection)
    draws.close_all(connection)
    last = journal.last_row(connection, identity.terminal, identity.epoch)
    receipts.move_behind(connection, last.seq)
    receipt = epochs.read_receipt(connection, identity.epoch)
    if receipt is not None and receipt.seq > last.seq:
        # The lost end was told to head office, which holds it and has opened a case.
        epochs.drop_receipt(connection, identity.epoch)
    journal.settle_head(connection, identity.epoch, last)
    held_seq = last.seq if hidden_from == 0 else hidden_from - 1
    epochs.write_held(connection, identity.epoch, min(held_seq, last.seq))


def _with(others: Balance, own: Balance, unheld: Balance | None) -> Balance:
    less = unheld or NO_BALANCE
    return Balance(
        others.points + own.points - less.points,
        others.earned + own.earned - less.earned,
        others.clawed_back + own.clawed_back - less.clawed_back,
        others.redeemed + own.redeemed - less.redeemed,
    )

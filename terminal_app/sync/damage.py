"""Entries of the journal that are not what was written: head office cannot take them."""

import sqlite3

from loyalty.journal import next_seal
from terminal_app.store import epochs, journal
from terminal_app.store.settings import Identity


def note_damage(connection: sqlite3.Connection, identity: Identity, confirmed_seq: int) -> bool:
    """Find the first entry behind `confirmed_seq` that head office cannot take, so that those
    before it are told.

    False when all that is to be told is as it was written, or the damage is known already.
    """
    if epochs.read_damaged(connection):
        return False
    damaged_seq = first_damaged(connection, identity, confirmed_seq + 1)
    if damaged_seq:
        epochs.write_damaged(connection, damaged_seq)
    return damaged_seq > 0


def first_damaged(connection: sqlite3.Connection, identity: Identity, first_seq: int) -> int:
    """The first entry from `first_seq` on that does not follow from the one before it; 0: none."""
    before = journal.seal_at(connection, identity.terminal, identity.epoch, first_seq - 1)
    for row in journal.walk(connection, identity.epoch, first_seq):
        if before is None or next_seal(before, row.body) != row.seal:
            return row.seq
        before = row.seal
    return 0

"""Heads: the last entry held of each journal, signed, so that a till keeps proof of it.

The signature is made in the transaction that takes the entries: what is signed is committed. One
is made anew where none is, or where it was given in a history that is over.
"""

from sqlalchemy import Connection

from loyalty.wire import head_words
from sync_server.store.history import History
from sync_server.store.statements import inserting
from sync_server.store.tables import heads
from sync_server.terminals.chain import Head
from sync_server.terminals.contact import Contact


def is_signed(contact: Contact, history: History) -> bool:
    """Whether the head of a journal stands signed in `history`; the beginning needs no proof."""
    return contact.head.seq == 0 or (
        contact.signature != b"" and contact.signed_in == history.history_id
    )


def keep_head(
    connection: Connection, contact: Contact, history: History, epoch: int, head: Head
) -> bytes:
    """Write `head` down, signed in `history`, when it moved or is not; gives the signature."""
    if head == contact.head and is_signed(contact, history):
        return contact.signature
    signature = history.signing_key.sign(
        head_words(history.history_id, contact.terminal, epoch, head.seq, head.seal)
    )
    kept = {"seq": head.seq, "seal": head.seal, "signature": signature}
    connection.execute(
        inserting(connection, heads)
        .values(terminal=contact.terminal, epoch=epoch, history_id=history.history_id, **kept)
        .on_conflict_do_update(
            index_elements=[heads.c.terminal, heads.c.epoch],
            set_={**kept, "history_id": history.history_id},
        )
    )
    return signature

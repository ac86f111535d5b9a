"""Seals: every journal sealed again from its bytes, against the seal kept beside each entry.

What was changed, removed, inserted, put in another order or cut off is named by the entry where
it shows. Who also makes the seals anew is found by the head, which head office has signed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, select

from loyalty.journal import first_seal, next_seal
from loyalty.wire import head_words
from sync_server.store.server_key import private_key
from sync_server.store.settings import SERVER_KEY, read_setting
from sync_server.store.tables import entries, heads, journals, terminals
from sync_server.store.tables.chain import LOST


class Broken(msgspec.Struct, frozen=True):
    """Where a journal does not hold, and what is wrong there."""

    where: str
    what: str


class Chain:
    """One journal, walked from its first entry to its last; `broken` names what does not hold."""

    def __init__(self, terminal: str, epoch: int) -> None:
        self.where = f"journal {terminal}, epoch {epoch}"
        self._terminal = terminal
        self._epoch = epoch
        self._seal = first_seal(terminal, epoch)
        self._last_seq = 0

    def walk(self, rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], str]]:
        """Each of `rows`, which begin with seq, body and seal in the order of seq, with what is
        wrong at it, or nothing. Goes on from the seal that is kept, so that each place is named
        once."""
        for row in rows:
            seq, body, seal = row.seq, row.body, row.seal
            what = ""
            if seq <= self._last_seq:
                what = f"entry {seq}: another one stands under its number"
            elif seq != self._last_seq + 1:
                what = f"entries {self._last_seq + 1} to {seq - 1} are missing"
            elif next_seal(self._seal, body) != seal:
                what = f"entry {seq}: its bytes do not make its seal; it or the one before changed"
            yield row, what
            self._seal, self._last_seq = seal, seq

    def ends_at(self, head: Row[Any] | None, key: Ed25519PublicKey | None) -> Iterator[Broken]:
        """What is wrong with the end of the journal, walked before, or with its kept `head`."""
        if head is None:
            yield Broken(self.where, f"its head is gone; it ends at entry {self._last_seq}")
            return
        if self._last_seq < head.seq:
            what = f"it ends at entry {self._last_seq}, its head is {head.seq}: the rest is cut off"
            yield Broken(self.where, what)
        elif self._last_seq > head.seq:
            what = f"entry {head.seq + 1}: it stands after the head, which is {head.seq}"
            yield Broken(self.where, what)
        elif self._seal != head.seal:
            what = f"entry {head.seq}: its bytes do not make the seal that its till confirmed"
            yield Broken(self.where, what)
        if key is None:
            what = (
                f"entry {head.seq}: head office's key is gone, nothing proves that it is the last"
            )
            yield Broken(self.where, what)
        elif not self._is_signed(head, key):
            what = f"entry {head.seq}: head office never signed it as the last one"
            yield Broken(self.where, what)

    def _is_signed(self, head: Row[Any], key: Ed25519PublicKey) -> bool:
        words = head_words(head.history_id, self._terminal, self._epoch, head.seq, head.seal)
        try:
            # An unsigned head of SQLite's default is an empty text.
            key.verify(head.signature or b"", words)
        except InvalidSignature:
            return False
        return True


def kept_journals(connection: Connection) -> dict[tuple[str, int], Row[Any] | None]:
    """Every journal there is anything of, in order, with its head; None where that is gone."""
    kept: dict[tuple[str, int], Row[Any] | None] = {
        (row.terminal, row.epoch): None for row in connection.execute(_WITH_ENTRIES)
    }
    kept |= {(row.terminal, row.epoch): row for row in connection.execute(select(heads))}
    return dict(sorted(kept.items()))


def ungiven_journals(connection: Connection) -> Iterator[Broken]:
    """Journals that something is held of, or that a till writes, and that none was given."""
    given = {(row.terminal, row.epoch) for row in connection.execute(_GIVEN)}
    written = {(row.terminal, row.epoch) for row in connection.execute(_WRITTEN)}
    for terminal, epoch in sorted((kept_journals(connection).keys() | written) - given):
        what = "head office keeps no word of giving it to its terminal"
        yield Broken(f"journal {terminal}, epoch {epoch}", what)


def differing_keys(connection: Connection) -> Iterator[Broken]:
    """Journals that a till went on in, with another key than the one it left: the till's stays.

    The key of a terminal's only journal is held against the till's own by `paragon ledger verify`.
    """
    key_of: dict[tuple[str, int], bytes] = {}
    for row in connection.execute(_KEYS):
        journal = (row.terminal, row.epoch)
        left = key_of.get((row.terminal, row.parent_epoch))
        if row.reason != LOST:
            key_of[journal] = row.public_key
        if left is not None and row.public_key != left:
            what = f"its key is not that of journal {row.parent_epoch}, which its till left for it"
            yield Broken(f"journal {row.terminal}, epoch {row.epoch}", what)


def signing_half(connection: Connection) -> Ed25519PublicKey | None:
    """What heads are checked with; None when it is not kept, as in books that no server opened, or
    when what is kept is no key."""
    kept = read_setting(connection, SERVER_KEY)
    try:
        return private_key(kept).public_key() if kept else None
    except ValueError:
        return None


_WITH_ENTRIES = select(entries.c.terminal, entries.c.epoch).distinct()
_GIVEN = select(journals.c.terminal, journals.c.epoch)
_KEYS = select(
    journals.c.terminal,
    journals.c.epoch,
    journals.c.public_key,
    journals.c.parent_epoch,
    journals.c.reason,
).order_by(journals.c.terminal, journals.c.epoch)
_WRITTEN = select(terminals.c.terminal, terminals.c.epoch).where(terminals.c.epoch > 0)

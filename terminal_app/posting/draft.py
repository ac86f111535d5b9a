"""The entries of one happening: written with balances and tallies in one transaction."""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import msgspec

from loyalty.accounts import BY
from loyalty.balances import after
from loyalty.baskets import Basket
from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry
from loyalty.rights import Rights, rights_after
from loyalty.tallies import day_of
from terminal_app.store import journal, ledger, receipts, rights, settings, sums
from terminal_app.store.ledger import OWN
from terminal_app.store.settings import Identity


class Draft:
    """The entries of one happening, numbered on from the journal's head.

    They are of the account `member_id`, but those that say another, and say whose card it was where
    that is `by` another member. `receipt` is the reference they
    carry; without one (None) they are named by the first of them.
    It must live inside the transaction that it was begun in: `post` writes entries, balances,
    sums, rights and the day's tally together, so that none of them can be there without the others.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        identity: Identity,
        *,
        receipt: str | None,
        programme: str,
        member_id: str,
        occurred_at_ms: int,
        recorded_at_ms: int,
    ) -> None:
        self._connection = connection
        self._identity = identity
        self._head = journal.head(connection, identity.terminal, identity.epoch)
        self._programme = programme
        self.occurred_at_ms = occurred_at_ms
        before_ms = journal.recorded_by(connection, self._head, identity.epoch)
        self._now_ms = recorded_at_ms
        self._recorded_at_ms = max(recorded_at_ms, before_ms)
        self._entries: list[Entry] = []
        self.member_id = member_id
        self.by = ""
        self.receipt = (
            _own_reference(connection, identity, self._head.seq + 1) if receipt is None else receipt
        )

    @property
    def next_seq(self) -> int:
        """The number that the next entry will have."""
        return self._head.seq + len(self._entries) + 1

    @property
    def first(self) -> Entry:
        """The entry that the happening is known by: that of a sale or a return."""
        return self._entries[0]

    def add(
        self,
        kind: str,
        *,
        points: int = 0,
        amount_minor: int = 0,
        payload: dict[str, Any] | None = None,
        account: str = "",
    ) -> None:
        """Add an entry of `kind`; `points` and `amount_minor` are signed. Another `account` than
        the member's is one of their other wallets, or of whom they hand points on to."""
        self._entries.append(
            Entry(
                terminal=self._identity.terminal,
                epoch=self._identity.epoch,
                seq=self.next_seq,
                kind=kind,
                member=account or self.member_id,
                points=points,
                amount_minor=amount_minor,
                receipt=self.receipt,
                programme=self._programme,
                occurred_at_ms=self.occurred_at_ms,
                recorded_at_ms=self._recorded_at_ms,
                payload=(payload or {}) | ({BY: self.by} if self.by else {}),
                # Entries of one happening are written at once.
                elapsed_ms=0 if self._entries else journal.elapsed_ms(self._connection, self._head),
            )
        )

    @property
    def accounts(self) -> list[str]:
        """The accounts that have entries."""
        return list(self._by_account())

    def post(self) -> int:
        """Write everything and give the number of the last entry."""
        head = journal.append(self._connection, self._head, self._entries)
        moved = self._by_account()
        if moved:
            own = {
                account: reduce(after, entries, ledger.part_of(self._connection, account, OWN))
                for account, entries in moved.items()
            }
            ledger.put_parts(self._connection, OWN, own)
            rights.put_rights(self._connection, self._moved_rights(moved))
            sums.count_in(self._connection, self._entries)
        day = day_of(self.occurred_at_ms, self._identity.zone)
        ledger.count_in(self._connection, day, self._entries)
        settings.note_moment(self._connection, self._now_ms)
        return head.seq

    def _by_account(self) -> dict[str, list[Entry]]:
        """The entries of each account; none for a shopper without a card."""
        moved: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if entry.member:
                moved.setdefault(entry.member, []).append(entry)
        return moved

    def _moved_rights(self, moved: Mapping[str, Sequence[Entry]]) -> dict[str, Rights]:
        return {
            account: reduce(rights_after, entries, rights.rights_of(self._connection, account))
            for account, entries in moved.items()
            if any(entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE) for entry in entries)
        }


def content_digest(
    kind: str, member_id: str, basket: Basket, codes: Iterable[str], *more: object
) -> bytes:
    """What makes two requests with one reference the same: all but the time they came at."""
    lines = [
        (line.sku, line.description, line.quantity, line.amount_minor) for line in basket.lines
    ]
    content = msgspec.msgpack.encode((kind, member_id, lines, tuple(codes), *more))
    return hashlib.sha256(content).digest()


def _own_reference(connection: sqlite3.Connection, identity: Identity, seq: int) -> str:
    """A receipt number made of the entry's; a POS may have used the plain one already."""
    reference = plain = f"{identity.terminal}.{identity.epoch}.{seq}"
    count = 1
    while receipts.find(connection, reference) is not None:
        count += 1
        reference = f"{plain}-{count}"
    return reference

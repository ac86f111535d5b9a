"""What waits at the till beyond a frame: head office's exposure while the line is down."""

import sqlite3

import msgspec

from loyalty.wire import NOTHING_WAITING, Waiting

_BODIES = "SELECT body FROM journal WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq"


class _Moved(msgspec.Struct, frozen=True, array_like=True):
    """The first fields of an entry: all that is summed."""

    terminal: str
    epoch: int
    seq: int
    kind: str
    member: str
    points: int
    amount_minor: int


_decoder = msgspec.msgpack.Decoder(_Moved)


class Unsent:
    """Points and money in the entries behind a frame.

    Counted once and carried on from frame to frame, so that a till that was offline for weeks
    reads its journal once for this and not once a frame.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._sent_seq = 0
        self._counted_seq = 0
        self._points = 0
        self._amount_minor = 0

    def beyond(
        self, connection: sqlite3.Connection, epoch: int, sent_seq: int, head_seq: int
    ) -> Waiting:
        """What waits of journal `epoch`, which ends at `head_seq`, behind entry `sent_seq`."""
        if epoch != self._epoch or sent_seq < self._sent_seq or head_seq < self._counted_seq:
            self._epoch, self._points, self._amount_minor = epoch, 0, 0
            self._sent_seq = self._counted_seq = sent_seq
        self._count(connection, self._counted_seq + 1, head_seq, sign=1)
        self._counted_seq = head_seq
        self._count(connection, self._sent_seq + 1, sent_seq, sign=-1)
        self._sent_seq = sent_seq
        if sent_seq >= head_seq:
            return NOTHING_WAITING
        return Waiting(head_seq - sent_seq, self._points, self._amount_minor)

    def _count(self, connection: sqlite3.Connection, first: int, last: int, *, sign: int) -> None:
        if first > last:
            return
        for (body,) in connection.execute(_BODIES, (self._epoch, first, last)):
            try:
                moved = _decoder.decode(body)
            except (msgspec.MsgspecError, ValueError):
                # `paragon ledger verify` names it; it says nothing of points or money.
                continue
            self._points += sign * moved.points
            self._amount_minor += sign * moved.amount_minor

"""The journals of this terminal beyond the one it writes: the next, and head office's word on each.

A till whose data was copied, put back or cut off must go on in a journal of its own. What it is
about to do is written down before it is asked for, so that a crash at any point goes on from
there and asks for no second one.
"""

import sqlite3
from collections.abc import Sequence

import msgspec

from loyalty.wire import SignedHead
from terminal_app.store import settings

_FINGERPRINT = "fingerprint"
_NEXT_JOURNAL = "next-journal"
_RECEIPT = "receipt"
_HELD = "held"
_DAMAGED = "damaged"
_RETELLING = "retelling"

FORK = "fork"
CUT_OFF = "cut-off"
COPY = "copy"
ENROLLED = "enrolled"


class NextJournal(msgspec.Struct, frozen=True, kw_only=True):
    """The journal that this till is about to go on in, because it must leave `left_epoch`.

    `reason` is one of "fork", "cut-off", "copy", "enrolled". `nonce` names the request for ever.
    Entries from `hidden_from` on are not held by head office and never will be under their
    numbers; with 0 all of them have to be confirmed before the till moves. `epoch` and
    `terminal_number` are 0 until head office gave them.
    """

    nonce: str
    left_epoch: int
    reason: str
    hidden_from: int = 0
    epoch: int = 0
    terminal_number: int = 0


def read_next(connection: sqlite3.Connection) -> NextJournal | None:
    """The journal that this till is about to move to, or None."""
    raw = settings.get(connection, _NEXT_JOURNAL)
    return None if raw is None else msgspec.msgpack.decode(raw, type=NextJournal)


def write_next(connection: sqlite3.Connection, coming: NextJournal | None) -> None:
    """Record the journal that this till is about to move to; None when it has moved."""
    if coming is None:
        settings.drop(connection, _NEXT_JOURNAL)
    else:
        settings.put(connection, _NEXT_JOURNAL, msgspec.msgpack.encode(coming))


def read_receipt(connection: sqlite3.Connection, epoch: int) -> SignedHead | None:
    """Head office's last signed word on how far it holds the journal of `epoch`."""
    raw = settings.get(connection, f"{_RECEIPT}.{epoch}")
    return None if raw is None else msgspec.msgpack.decode(raw, type=SignedHead)


def write_receipt(connection: sqlite3.Connection, epoch: int, receipt: SignedHead) -> None:
    """Keep head office's signed word against a journal that is cut off."""
    settings.put(connection, f"{_RECEIPT}.{epoch}", msgspec.msgpack.encode(receipt))


def drop_receipt(connection: sqlite3.Connection, epoch: int) -> None:
    """Forget head office's word on a journal whose end is known to be lost here."""
    settings.drop(connection, f"{_RECEIPT}.{epoch}")


def read_held(connection: sqlite3.Connection, epoch: int) -> int:
    """The last entry that head office held of a journal that was left; 0 when none."""
    return int(settings.get(connection, f"{_HELD}.{epoch}") or b"0")


def write_held(connection: sqlite3.Connection, epoch: int, seq: int) -> None:
    """Record up to which entry head office holds a journal that is left."""
    settings.put(connection, f"{_HELD}.{epoch}", b"%d" % seq)


def read_damaged(connection: sqlite3.Connection) -> int:
    """The first entry of the present journal that cannot be told, because it or the entry before
    it is not what was written; 0 when none is known."""
    return int(settings.get(connection, _DAMAGED) or b"0")


def write_damaged(connection: sqlite3.Connection, seq: int) -> None:
    """Record which entry cannot be told; 0: none."""
    settings.put(connection, _DAMAGED, b"%d" % seq)


def read_retelling(connection: sqlite3.Connection) -> list[int]:
    """Journals that were left and are to be told again: head office's books were put back."""
    raw = settings.get(connection, _RETELLING)
    return [] if raw is None else msgspec.msgpack.decode(raw, type=list[int])


def write_retelling(connection: sqlite3.Connection, left: Sequence[int]) -> None:
    """Record which journals that were `left` are to be told again."""
    if left:
        settings.put(connection, _RETELLING, msgspec.msgpack.encode(left))
    else:
        settings.drop(connection, _RETELLING)


def read_fingerprint(connection: sqlite3.Connection) -> str:
    """Which machine and file the data was last known to be in; empty when it was never noted."""
    raw = settings.get(connection, _FINGERPRINT)
    return "" if raw is None else raw.decode()


def write_fingerprint(connection: sqlite3.Connection, fingerprint: str) -> None:
    """Record the machine and file that the data is in."""
    settings.put(connection, _FINGERPRINT, fingerprint.encode())

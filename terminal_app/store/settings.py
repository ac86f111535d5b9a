"""What makes this database a certain terminal: identity, keys, and where the sync stands."""

import sqlite3
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from loyalty.identifiers import journal_name
from terminal_app.errors import NotSetUp, StoreFault

_GET = "SELECT CAST(value AS BLOB) FROM settings WHERE key = ?"
_PUT = "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_DROP = "DELETE FROM settings WHERE key = ?"
# What a run of the till knows of time by a clock that nobody can set: see store.run_clock.
_ADVANCED = "SELECT run_advanced_ms(?)"
_IDENTITY = "identity"
_SYNC_STATE = "sync"
_LEASE = "lease"
_SUSPENDED = "suspended"

MOMENT_STEP_MS = 60_000
"""The latest moment is written down again after so long: a clock that is set back wins no more."""

PUT_BACK_MS = 120_000
"""A clock this far behind a moment it has shown before was put back, and not just adjusted."""


_signing_key = lru_cache(maxsize=2)(Ed25519PrivateKey.from_private_bytes)
"""Unpacking a key takes as long as signing with it, and every sale signs."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who this terminal is, as head office named it; `private_key` signs its vouchers.

    `epoch` is the journal that it writes now; `earlier_epochs` are those in this database that it
    left. `server_key` checks head office's signatures; empty until head office told it.
    """

    terminal: str
    terminal_number: int
    epoch: int
    branch: str
    branch_name: str
    shop: str
    timezone: str
    server_url: str
    token: str
    private_key: bytes
    server_key: bytes = b""
    earlier_epochs: tuple[int, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The shop's calendar and the clock on its wall.

        Raises StoreFault when the name of it, which head office gave, is not what was written.
        """
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise StoreFault(
                f"The till's database is damaged: it names the time zone {self.timezone!r}.",
                "Keep the file, and set the till up again in a new home; head office has what it "
                "sent.",
            ) from fault

    @property
    def journal(self) -> str:
        """The name of this terminal's journal as the holder of rights."""
        return journal_name(self.terminal, self.epoch)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs this terminal's vouchers and receipts."""
        return _signing_key(self.private_key)


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """How far both sides know of each other.

    `confirmed_seq` is head office's head; days whose last entry is up to `tallied_seq` have had
    their sums told; `cursor` is the last change that head office told, `mark` what it wrote
    beside it. `told_version` is the version of the wire that this till spoke when it was told: an
    older one may have passed over what this one understands. Entries up to `compared_seq` are
    known to be held in `history_id` byte for byte, from the first one on.
    """

    history_id: str = ""
    cursor: int = 0
    mark: str = ""
    confirmed_seq: int = 0
    tallied_seq: int = 0
    heard_at_ms: int = 0
    told_version: int = 1
    compared_seq: int = 0


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """How long this till's rights last.

    `until_ms` is their end by this till's clock as it went when head office was heard, 0 while
    head office sets no end; `told_until_ms` is the same moment by head office's clock, so the
    difference is what this till's clock was ahead. `seen_ms` is the latest moment, by this till's
    clock, that it has known to be past.
    """

    until_ms: int = 0
    seen_ms: int = 0
    told_until_ms: int = 0

    def is_over(self, now_ms: int) -> bool:
        """Whether rights have ended by `now_ms`.

        A clock put back does not make them last longer. Where it was ahead when head office was
        heard and is right since, `seen_ms` lies too far ahead to say how long ago that was; the
        end by head office's own clock does.
        """
        if self.until_ms == 0:
            return False
        is_put_back = now_ms < self.seen_ms - PUT_BACK_MS
        if is_put_back and self.told_until_ms and now_ms >= self.told_until_ms:
            return True
        return max(now_ms, self.seen_ms) >= self.until_ms


def require_identity(connection: sqlite3.Connection) -> Identity:
    """Who this terminal is now: another program of the till may have moved it to a new journal.

    Raises NotSetUp when the database has joined no chain.
    """
    identity = read_identity(connection)
    if identity is None:
        raise NotSetUp("This till has joined no chain.", "Set it up with a one-time code.")
    return identity


def read_identity(connection: sqlite3.Connection) -> Identity | None:
    """The terminal's identity, or None before it joined a chain."""
    raw = get(connection, _IDENTITY)
    return None if raw is None else msgspec.msgpack.decode(raw, type=Identity)


def write_identity(connection: sqlite3.Connection, identity: Identity) -> None:
    """Record who this terminal is."""
    put(connection, _IDENTITY, msgspec.msgpack.encode(identity))


def read_sync_state(connection: sqlite3.Connection) -> SyncState:
    """Where the sync stands; all zero before the first."""
    raw = get(connection, _SYNC_STATE)
    return SyncState() if raw is None else msgspec.msgpack.decode(raw, type=SyncState)


def write_sync_state(connection: sqlite3.Connection, state: SyncState) -> None:
    """Record where the sync stands."""
    put(connection, _SYNC_STATE, msgspec.msgpack.encode(state))


def read_lease(connection: sqlite3.Connection) -> Lease:
    """How long rights last; without limit before head office said so."""
    raw = get(connection, _LEASE)
    if raw is None:
        return Lease()
    lease = msgspec.msgpack.decode(raw, type=Lease)
    return replace(lease, seen_ms=_advanced(connection, lease.seen_ms))


def write_lease(connection: sqlite3.Connection, lease: Lease) -> None:
    """Record how long rights last, and the moment it was said; time goes on from there at once."""
    put(connection, _LEASE, msgspec.msgpack.encode(lease))
    _advanced(connection, lease.seen_ms)


def note_moment(connection: sqlite3.Connection, now_ms: int) -> None:
    """Record that `now_ms` has come, when it is news; inside a writing transaction."""
    raw = get(connection, _LEASE)
    if raw is None:
        return
    kept = msgspec.msgpack.decode(raw, type=Lease)
    seen_ms = max(now_ms, _advanced(connection, kept.seen_ms))
    if seen_ms >= kept.seen_ms + MOMENT_STEP_MS:
        write_lease(connection, replace(kept, seen_ms=seen_ms))


def _advanced(connection: sqlite3.Connection, latest_ms: int) -> int:
    """The moment `latest_ms` with what has gone by since this run of the till heard of it."""
    return int(connection.execute(_ADVANCED, (latest_ms,)).fetchone()[0])


def read_suspension(connection: sqlite3.Connection) -> str:
    """Why nothing may be spent here until head office gave a new journal ("copy"); else empty."""
    raw = get(connection, _SUSPENDED)
    return "" if raw is None else raw.decode()


def write_suspension(connection: sqlite3.Connection, reason: str) -> None:
    """Record why this till is suspended; an empty `reason` lifts it."""
    if reason:
        put(connection, _SUSPENDED, reason.encode())
    else:
        drop(connection, _SUSPENDED)


def get(connection: sqlite3.Connection, key: str) -> bytes | None:
    """What is kept under `key`, or None."""
    row = connection.execute(_GET, (key,)).fetchone()
    return None if row is None else bytes(row[0])


def put(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    """Keep `value` under `key`."""
    connection.execute(_PUT, (key, value))


def drop(connection: sqlite3.Connection, key: str) -> None:
    """Keep nothing under `key`."""
    connection.execute(_DROP, (key,))

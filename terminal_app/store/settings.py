"""What makes this database a certain terminal: identity, keys, and where the sync stands."""

import sqlite3
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_GET = "SELECT value FROM settings WHERE key = ?"
_PUT = "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_IDENTITY = "identity"
_SYNC_STATE = "sync"
_PROGRAMME = "programme"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who this terminal is, as head office named it; `private_key` signs its vouchers."""

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

    @property
    def zone(self) -> ZoneInfo:
        """The shop's calendar and the clock on its wall."""
        return ZoneInfo(self.timezone)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs this terminal's vouchers."""
        return Ed25519PrivateKey.from_private_bytes(self.private_key)


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """How far both sides know of each other.

    `confirmed_seq` is head office's head; days whose last entry is up to `tallied_seq` have had
    their sums told; `cursor` is the last change that head office told, `mark` what it wrote
    beside it.
    """

    history_id: str = ""
    cursor: int = 0
    mark: str = ""
    confirmed_seq: int = 0
    tallied_seq: int = 0
    heard_at_ms: int = 0


def read_identity(connection: sqlite3.Connection) -> Identity | None:
    """The terminal's identity, or None before it joined a chain."""
    raw = _get(connection, _IDENTITY)
    return None if raw is None else msgspec.msgpack.decode(raw, type=Identity)


def write_identity(connection: sqlite3.Connection, identity: Identity) -> None:
    """Record who this terminal is."""
    _put(connection, _IDENTITY, msgspec.msgpack.encode(identity))


def read_sync_state(connection: sqlite3.Connection) -> SyncState:
    """Where the sync stands; all zero before the first."""
    raw = _get(connection, _SYNC_STATE)
    return SyncState() if raw is None else msgspec.msgpack.decode(raw, type=SyncState)


def write_sync_state(connection: sqlite3.Connection, state: SyncState) -> None:
    """Record where the sync stands."""
    _put(connection, _SYNC_STATE, msgspec.msgpack.encode(state))


def read_programme_document(connection: sqlite3.Connection) -> str:
    """The TOML text of the programme in force; empty before the till joined a chain."""
    raw = _get(connection, _PROGRAMME)
    return "" if raw is None else raw.decode()


def write_programme_document(connection: sqlite3.Connection, document: str) -> None:
    """Record the programme document in force."""
    _put(connection, _PROGRAMME, document.encode())


def _get(connection: sqlite3.Connection, key: str) -> bytes | None:
    row = connection.execute(_GET, (key,)).fetchone()
    return None if row is None else bytes(row[0])


def _put(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    connection.execute(_PUT, (key, value))

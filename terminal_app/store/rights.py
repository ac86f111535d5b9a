"""Rights to a member's points: what this till's journal moved, and what is known of the others."""

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from loyalty.rights import NO_RIGHTS, Rights
from loyalty.wire import BalanceChange, Holder
from terminal_app.store import ledger

_RIGHTS = "SELECT granted, released FROM rights WHERE member_id = ?"
_ALL_RIGHTS = "SELECT member_id, granted, released FROM rights"
_PUT_RIGHTS = """
    INSERT INTO rights VALUES (?, ?, ?)
    ON CONFLICT (member_id) DO UPDATE SET granted = excluded.granted, released = excluded.released
"""
_FORGET_RIGHTS = "DELETE FROM rights"
_POOL = "SELECT points, holders FROM pools WHERE member_id = ?"
_PUT_POOL = """
    INSERT INTO pools VALUES (?, ?, ?)
    ON CONFLICT (member_id) DO UPDATE SET points = excluded.points, holders = excluded.holders
"""
_MOVE_POOL = "UPDATE pools SET points = max(points + ?, 0) WHERE member_id = ?"
_FORGET_POOLS = "DELETE FROM pools"

_holders_decoder = msgspec.msgpack.Decoder(tuple[Holder, ...])


class Pool(msgspec.Struct, frozen=True):
    """What head office last told of a member's rights: `points` it may grant, and the other
    terminals that hold the most, the largest first."""

    points: int = 0
    holders: tuple[Holder, ...] = ()


NO_POOL = Pool()


def rights_of(connection: sqlite3.Connection, member_id: str) -> Rights:
    """What this till's journal moved of a member's rights."""
    row = connection.execute(_RIGHTS, (member_id,)).fetchone()
    return NO_RIGHTS if row is None else Rights(*row)


def all_rights(connection: sqlite3.Connection) -> dict[str, Rights]:
    """What this till's journal moved of every member's rights, as it is kept."""
    return {row[0]: Rights(*row[1:]) for row in connection.execute(_ALL_RIGHTS)}


def put_rights(connection: sqlite3.Connection, rights: Mapping[str, Rights]) -> None:
    """Record what this till's journal moved of members' rights."""
    connection.executemany(
        _PUT_RIGHTS,
        [(member_id, moved.granted, moved.released) for member_id, moved in rights.items()],
    )


def forget_rights(connection: sqlite3.Connection) -> None:
    """Forget all moved rights, before they are folded again from a journal."""
    connection.execute(_FORGET_RIGHTS)


def held(connection: sqlite3.Connection, member_id: str) -> int:
    """Points of a member that this till holds the rights to; below zero they are a debt here."""
    own = ledger.part_of(connection, member_id, ledger.OWN).points
    moved = rights_of(connection, member_id)
    return own + moved.granted - moved.released


def pool_of(connection: sqlite3.Connection, member_id: str) -> Pool:
    """What is known of the rights that are not this till's."""
    row = connection.execute(_POOL, (member_id,)).fetchone()
    return NO_POOL if row is None else Pool(row[0], _holders_decoder.decode(bytes(row[1])))


def put_pools(connection: sqlite3.Connection, changes: Iterable[BalanceChange]) -> None:
    """Record what head office told of rights: its pool, and who holds the rest."""
    connection.executemany(
        _PUT_POOL,
        [(told.member_id, told.pool, msgspec.msgpack.encode(told.holders)) for told in changes],
    )


def move_pool(connection: sqlite3.Connection, member_id: str, points: int) -> None:
    """Count `points` more in the pool (fewer below zero), until head office tells it anew."""
    connection.execute(_MOVE_POOL, (points, member_id))


def forget_pools(connection: sqlite3.Connection) -> None:
    """Forget what head office told of rights, before it tells all of it again."""
    connection.execute(_FORGET_POOLS)

"""What is folded from the journal: balances and day tallies, in the same transaction.

A member's balance has two parts: what this till's own journal says, which `rebuild` folds again
from nothing, and what head office says of all other terminals, with where the rights to it lie.
Keeping them apart means that no answer from head office can ever count an entry of ours twice or
forget one not yet sent.
"""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import astuple

from loyalty.balances import NO_BALANCE, Balance
from loyalty.journal import Entry
from loyalty.tallies import DayTally, counted
from loyalty.wire import BalanceChange, Holder

OWN = "own"
OTHERS = "others"

_BALANCE = """
    SELECT sum(points), sum(earned), sum(clawed_back), sum(redeemed)
    FROM balances WHERE member_id = ?
"""
_BALANCES = """
    SELECT member_id, sum(points), sum(earned), sum(clawed_back), sum(redeemed)
    FROM balances GROUP BY member_id
"""
_PART = """
    SELECT points, earned, clawed_back, redeemed FROM balances WHERE member_id = ? AND source = ?
"""
_PARTS = """
    SELECT member_id, points, earned, clawed_back, redeemed FROM balances WHERE source = ?
"""
_PUT = """
    INSERT INTO balances (member_id, source, points, earned, clawed_back, redeemed)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (member_id, source) DO UPDATE SET
        points = excluded.points, earned = excluded.earned,
        clawed_back = excluded.clawed_back, redeemed = excluded.redeemed
"""
_PUT_TOLD = """
    INSERT INTO balances
        (member_id, source, points, earned, clawed_back, redeemed, pool, holders)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (member_id, source) DO UPDATE SET
        points = excluded.points, earned = excluded.earned,
        clawed_back = excluded.clawed_back, redeemed = excluded.redeemed,
        pool = excluded.pool, holders = excluded.holders
"""
_POOL = "SELECT pool, holders FROM balances WHERE member_id = ? AND source = ?"
_MOVE_POOL = "UPDATE balances SET pool = max(pool + ?, 0) WHERE member_id = ? AND source = ?"
_FORGET = "DELETE FROM balances WHERE source = ?"
_TALLY = "SELECT tally FROM tallies WHERE day = ?"
_TALLIES_BETWEEN = """
    SELECT tally FROM tallies WHERE last_seq > ? AND last_seq <= ? ORDER BY last_seq LIMIT ?
"""
_TALLIES = "SELECT tally FROM tallies ORDER BY day"
_KEPT_TALLIES = "SELECT day, last_seq, CAST(tally AS BLOB) FROM tallies"
_PUT_TALLY = """
    INSERT INTO tallies VALUES (?, ?, ?)
    ON CONFLICT (day) DO UPDATE SET last_seq = excluded.last_seq, tally = excluded.tally
"""
_CLEAR_TALLIES = "DELETE FROM tallies"

_tally_decoder = msgspec.msgpack.Decoder(DayTally)
_holders_decoder = msgspec.msgpack.Decoder(tuple[Holder, ...])


class Pool(msgspec.Struct, frozen=True):
    """What head office last told of a member's rights: `points` it may grant, and the other
    terminals that hold the most, the largest first."""

    points: int = 0
    holders: tuple[Holder, ...] = ()


NO_POOL = Pool()


def balance_of(connection: sqlite3.Connection, member_id: str) -> Balance:
    """A member's balance as this till knows it: own journal and told by head office."""
    row = connection.execute(_BALANCE, (member_id,)).fetchone()
    return NO_BALANCE if row[0] is None else Balance(*row)


def balances(connection: sqlite3.Connection) -> dict[str, Balance]:
    """Every member's balance as this till knows it."""
    return {row[0]: Balance(*row[1:]) for row in connection.execute(_BALANCES)}


def part_of(connection: sqlite3.Connection, member_id: str, source: str) -> Balance:
    """The part of a member's balance that `source` makes: OWN journal or OTHERS."""
    row = connection.execute(_PART, (member_id, source)).fetchone()
    return NO_BALANCE if row is None else Balance(*row)


def parts(connection: sqlite3.Connection, source: str) -> dict[str, Balance]:
    """The part of every balance that `source` makes."""
    return {row[0]: Balance(*row[1:]) for row in connection.execute(_PARTS, (source,))}


def put_parts(connection: sqlite3.Connection, source: str, balances: Mapping[str, Balance]) -> None:
    """Record the parts of balances that `source` makes."""
    connection.executemany(
        _PUT,
        [(member_id, source, *astuple(balance)) for member_id, balance in balances.items()],
    )


def put_told(connection: sqlite3.Connection, changes: Sequence[BalanceChange]) -> None:
    """Record what head office says all other terminals made of balances, and of rights its pool
    and who holds the rest."""
    connection.executemany(
        _PUT_TOLD,
        [
            (
                told.member_id,
                OTHERS,
                told.points,
                told.earned,
                told.clawed_back,
                told.redeemed,
                told.pool,
                msgspec.msgpack.encode(told.holders) if told.holders else b"",
            )
            for told in changes
        ],
    )


def pool_of(connection: sqlite3.Connection, member_id: str) -> Pool:
    """What head office last told of the rights to a member's points that are not this till's."""
    row = connection.execute(_POOL, (member_id, OTHERS)).fetchone()
    if row is None:
        return NO_POOL
    return Pool(row[0], _holders_decoder.decode(bytes(row[1])) if row[1] else ())


def move_pool(connection: sqlite3.Connection, member_id: str, points: int) -> None:
    """Count `points` more in the pool (fewer below zero), until head office tells it anew."""
    connection.execute(_MOVE_POOL, (points, member_id, OTHERS))


def forget(connection: sqlite3.Connection, source: str) -> None:
    """Forget the part that `source` makes, before it is made again from nothing."""
    connection.execute(_FORGET, (source,))


def forget_tallies(connection: sqlite3.Connection) -> None:
    """Forget all day tallies, before they are counted again from the journal."""
    connection.execute(_CLEAR_TALLIES)


def count_in(connection: sqlite3.Connection, day: str, entries: Sequence[Entry]) -> None:
    """Count `entries`, all of the shop's calendar `day`, into that day's tally."""
    row = connection.execute(_TALLY, (day,)).fetchone()
    tally = DayTally(day) if row is None else _tally_decoder.decode(bytes(row[0]))
    for entry in entries:
        tally = counted(tally, entry)
    put_tally(connection, tally)


def put_tally(connection: sqlite3.Connection, tally: DayTally) -> None:
    """Record a day's tally."""
    connection.execute(_PUT_TALLY, (tally.day, tally.last_seq, msgspec.msgpack.encode(tally)))


def tallies_between(
    connection: sqlite3.Connection, after_seq: int, up_to_seq: int, limit: int
) -> list[DayTally]:
    """At most `limit` tallies of days whose last entry lies in the given span, by that entry."""
    rows = connection.execute(_TALLIES_BETWEEN, (after_seq, up_to_seq, limit))
    return [_tally_decoder.decode(bytes(row[0])) for row in rows]


def tallies(connection: sqlite3.Connection) -> list[DayTally]:
    """Every day's tally, by day."""
    return [_tally_decoder.decode(bytes(row[0])) for row in connection.execute(_TALLIES)]


def kept_tallies(connection: sqlite3.Connection) -> dict[str, DayTally | str]:
    """Every day's tally as it is kept; a text says why one cannot be read or asked for."""
    kept: dict[str, DayTally | str] = {}
    for day, last_seq, packed in connection.execute(_KEPT_TALLIES):
        try:
            tally = _tally_decoder.decode(packed)
        except (msgspec.MsgspecError, ValueError) as fault:
            kept[str(day)] = f"what cannot be read ({fault})"
            continue
        is_filed = tally.last_seq == last_seq
        kept[str(day)] = tally if is_filed else f"a tally filed under entry {last_seq}"
    return kept

"""Defences of head office, taken away one at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from loyalty.errors import FrameInvalid
from loyalty.journal import Entry, next_seal
from loyalty.wire import Draw, Outcome, SyncRequest
from sync_server.rights import draws, reclaims, voucher_draws
from sync_server.rights.grants import write_grant
from sync_server.store import change_numbers, engine
from sync_server.store import feed as feed_order
from sync_server.store.tables import members
from sync_server.terminals import feed, frames, ingest, routes
from sync_server.terminals.books import post
from sync_server.terminals.chain import Continuation, Head, Placed, continue_chain
from sync_server.terminals.feed import Journal, News, news_for
from sync_server.terminals.inspection import inspect
from sync_server.terminals.sum_book import told_sums
from tests.simulation import head_office
from tests.simulation.planted import Planted

DRAWN_EARLY = 50


def _everything_is_new(
    head: Head, _held: Mapping[int, bytes], first_seq: int, bodies: Sequence[bytes], last: bytes
) -> Continuation:
    """Whatever a frame holds comes behind what is there."""
    if first_seq > head.seq + 1:
        return Continuation(Outcome.BEHIND, head)
    seal, fresh = head.seal, []
    for seq, body in enumerate(bodies, head.seq + 1):
        seal = next_seal(seal, body)
        fresh.append(Placed(seq, body, seal))
    return Continuation(Outcome.ACCEPTED, Head(head.seq + len(fresh), seal), tuple(fresh))


def _all_the_same(
    head: Head, held: Mapping[int, bytes], first_seq: int, bodies: Sequence[bytes], last: bytes
) -> Continuation:
    """Whatever stands under a number that is taken is what was there before."""
    places = range(first_seq, first_seq + len(bodies))
    same = {seq: body for seq, body in zip(places, bodies, strict=True) if seq <= head.seq}
    if first_seq + len(bodies) - 1 <= head.seq:
        return Continuation(Outcome.ACCEPTED, head)
    fresh = bodies[max(head.seq + 1 - first_seq, 0) :]
    seal = head.seal
    for body in fresh:
        seal = next_seal(seal, body)
    return continue_chain(head, same, first_seq, bodies, seal)


def _stop_at_the_first(body: bytes, terminal: str, epoch: int, seq: int) -> Entry | str:
    """An entry that cannot count stops the frame that it is in."""
    looked_at = inspect(body, terminal, epoch, seq)
    if isinstance(looked_at, str):
        raise FrameInvalid(looked_at)
    return looked_at


def _post_the_enrolled(
    connection: Connection, terminal: str, epoch: int, entries: Sequence[Entry], *more: Any
) -> Any:
    """Entries of someone who is not enrolled yet are left out of the books."""
    enrolled = set(connection.execute(select(members.c.member_id)).scalars())
    return post(connection, terminal, epoch, [e for e in entries if e.member in enrolled], *more)


def _whatever_mark(
    connection: Connection, journal: Journal, cursor: int, _mark: str = "", *more: Any
) -> News:
    """A cursor is good whichever life of the database it comes from."""
    mark = feed_order.mark_at(connection, cursor) or ""
    return news_for(connection, journal, cursor if mark else 0, mark, *more)


def _unnoticed(*_of: object) -> None:
    """Nobody says that the books were put back."""


def _lost_nothing(*_of: object) -> bool:
    return False


def _not_recovering(*_of: object) -> str:
    return ""


class _LateNumbers:
    """Every other transaction commits with numbers that were drawn before the one before it."""

    def __init__(self) -> None:
        self._kept: list[int] = []

    def draw(self, connection: Connection, untold: Mapping[tuple[str, str], str]) -> None:
        kept, self._kept = self._kept, []
        if len(kept) >= len(untold):
            _draw_numbers(connection, untold)
            for topic, key in sorted(untold):
                connection.exec_driver_sql(
                    "UPDATE changes SET change_no = ? WHERE topic = ? AND key = ?",
                    (kept.pop(0), topic, key),
                )
            return
        padding = {("", f"drawn early {place}"): "" for place in range(DRAWN_EARLY)}
        _draw_numbers(connection, {**untold, **padding})
        connection.exec_driver_sql("DELETE FROM changes WHERE topic = ''")
        first = feed_order.last_change(connection) - len(untold) - DRAWN_EARLY + 1
        self._kept = list(range(first, first + DRAWN_EARLY))


_draw_numbers = change_numbers.draw_numbers


def _all_that_is_asked(
    connection: Connection,
    request: SyncRequest,
    draw: Draw,
    pools: dict[str, int],
    now_ms: int,
) -> Any:
    """A draw is given all it asks for, whatever the pool has."""
    connection.exec_driver_sql(
        "UPDATE standings SET pool = pool + ? WHERE member_id = ?", (draw.points, draw.member_id)
    )
    pools[draw.member_id] = pools.get(draw.member_id, 0) + draw.points
    return _draw_points(connection, request, draw, pools, now_ms)


_draw_points = draws._draw_points


def _all_are_overdue(_connection: Connection, holders: Sequence[Any], _now_ms: int) -> list[Any]:
    return list(holders)


def _never_answered(*_of: object) -> dict[int, int]:
    return {}


def _write_over(
    connection: Connection, request: SyncRequest, draw: Draw, points: int, now_ms: int
) -> None:
    """What was given under a draw's number before is written over; its key would forbid it."""
    connection.exec_driver_sql(
        "DELETE FROM grants WHERE terminal = ? AND epoch = ? AND number = ?",
        (request.terminal, request.epoch, draw.number),
    )
    write_grant(connection, request, draw, points, now_ms)


def _told_with_its_own(
    connection: Connection, members: Collection[str], _terminal: str, _epoch: int
) -> Any:
    """A till is told what all counted, itself included."""
    return told_sums(connection, members, "", 0)


OFFICE_FAULTS = (
    Planted(
        "a reply lost after commit; a batch repeated or overlapping",
        "what is sent again is known by its numbers and bytes",
        frozenset({"G1", "G2", "G4", "G7"}),
        r"counts \d+ times|not at head office|is another's",
        lambda: ((frames, "continue_chain", _everything_is_new),),
        {"network": True},
    ),
    Planted(
        "a fork: other entries under numbers that are taken",
        "bytes under a number are held against those that are there",
        frozenset({"G1", "G4", "G7"}),
        r"not at head office|no case says so",
        lambda: ((frames, "continue_chain", _all_the_same),),
        {"restored_tills": True},
        40,
    ),
    Planted(
        "a request that was applied and answered with an error",
        "a draw is granted once, under the till's number of it",
        frozenset({"G2", "G3", "G7"}),
        r"was taken \d+ times|its entries make|in the pool are not",
        lambda: (
            (draws, "answers_before", _never_answered),
            (draws, "note_empty", _unnoticed),
            (draws, "write_grant", _write_over),
            (voucher_draws, "write_grant", _write_over),
        ),
        {"network": True},
        80,
    ),
    Planted(
        "more rights given than there are",
        "the pool gives what it has",
        frozenset({"G3"}),
        r"in the pool are not|the pool holds -",
        lambda: ((draws, "_draw_points", _all_that_is_asked),),
    ),
    Planted(
        "rights taken back from a till that may still spend them",
        "head office waits for the lease and the grace",
        frozenset({"G3"}),
        r"taken back too early",
        lambda: ((reclaims, "_overdue", _all_are_overdue),),
    ),
    Planted(
        "a poison entry at the head of the queue",
        "an entry that cannot count holds its place and stops nothing",
        frozenset({"G1", "G7"}),
        r"its payload cannot be read|not at head office",
        lambda: ((frames, "inspect", _stop_at_the_first),),
    ),
    Planted(
        "a reversal before its original; a sale before the enrolment",
        "books are sums, in whatever order entries come",
        frozenset({"G3", "G5"}),
        r"its entries make|the entries make|in the pool are not",
        lambda: ((ingest, "post", _post_the_enrolled),),
        {"network": True},
    ),
    Planted(
        "what a till counted of a member comes back to it as another's",
        "a till is told what all but itself counted",
        frozenset({"G5"}),
        r"(KRK|WAW|GDA)-.*is counted of",
        lambda: ((feed, "told_sums", _told_with_its_own),),
    ),
    Planted(
        "a cursor against out-of-order commits",
        "change numbers are drawn in the order of commits",
        frozenset({"G5"}),
        r"the entries make|was never told|was not told",
        lambda: ((engine, "draw_numbers", _LateNumbers().draw),),
        {"restored_office": False},
    ),
    Planted(
        "a server restored from a backup, its cursors good again",
        "a random mark beside every draw of change numbers, and a new history",
        frozenset({"G1", "G3", "G5", "G7"}),
        r"the entries make|was never told|was not told",
        lambda: (
            (head_office, "note_restored", _unnoticed),
            (ingest, "has_lost", _lost_nothing),
            (routes, "news_for", _whatever_mark),
        ),
        {"restored_office": True},
        60,
    ),
    Planted(
        "a server restored from a backup that grants at once",
        "nothing is granted before every till was heard",
        frozenset({"G3"}),
        r"the pool holds -|were spent of at most",
        lambda: ((draws, "read_setting", _not_recovering),),
        {
            "restored_office": True,
            "network": True,
            "restored_tills": False,
            "copied_tills": False,
            "lost_tills": False,
            "crashes": False,
            "keep": 0,
            "at_points": 20,
            "overdraft": 0,
        },
        60,
    ),
)
"""What is planted at head office."""

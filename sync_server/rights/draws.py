"""Draws: a till asks for rights, and gets what the pool at head office has.

A grant is written down before the till is told, under the till's own number of its draw; the same
number asked again is answered with the same grant. What the pool lacks is taken back from tills
whose time is over, and asked back from the others.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from loyalty.bounds import MAX_POINTS
from loyalty.wire import WHY_ASKED_BEFORE, WHY_RECOVERING, Draw, Grant, SyncRequest
from sync_server.rights.grants import (
    MAX_DRAW,
    answers_before,
    last_answered,
    note_empty,
    write_grant,
)
from sync_server.rights.recalls import ask_back
from sync_server.rights.reclaims import reclaim_overdue
from sync_server.rights.voucher_draws import draw_voucher
from sync_server.store.cases import open_cases
from sync_server.store.feed import BALANCE, tell
from sync_server.store.held import held_of, pools_of
from sync_server.store.settings import RECOVERING, read_setting
from sync_server.store.statements import inserting
from sync_server.store.tables import holdings, standings
from sync_server.store.texts import is_plain

HELD_ELSEWHERE = "held-elsewhere"
NONE = "none"


def answer_draws(connection: Connection, request: SyncRequest, now_ms: int) -> tuple[Grant, ...]:
    """The final answer to each draw of `request`; what is granted is written down.

    Members' rows are locked in their order, so that several processes do not wait for each other
    in a circle. While head office recovers what a restored backup lost, it grants nothing new.
    """
    if not request.draws:
        return ()
    asked = _once_each(request.draws)
    sane = [draw for draw in asked if _is_sane(draw)]
    pools = pools_of(connection, {draw.member_id for draw in sane})
    before = answers_before(connection, request.terminal, request.epoch, sane)
    answers = {draw.number: Grant(draw.number, 0, NONE) for draw in asked}
    answered = 0
    if not all(before.values()):
        answered = last_answered(connection, request.terminal, request.epoch)
    for number, points in before.items():
        asked_before = Grant(number, 0, WHY_ASKED_BEFORE, answered)
        answers[number] = Grant(number, points) if points else asked_before
    is_recovering = bool(read_setting(connection, RECOVERING))
    fresh = [draw for draw in sane if draw.number not in before]
    for draw in sorted(fresh, key=lambda one: (one.member_id, one.number)):
        if is_recovering:
            answer = Grant(draw.number, 0, WHY_RECOVERING)
        elif draw.voucher:
            answer = draw_voucher(connection, request, draw, now_ms)
        else:
            answer = _draw_points(connection, request, draw, pools, now_ms)
        answers[draw.number] = answer
    empty = [draw.number for draw in fresh if not answers[draw.number].points]
    if empty:
        note_empty(connection, request.terminal, request.epoch, max(empty), now_ms)
    return tuple(answers[draw.number] for draw in asked)


def _once_each(draws: Sequence[Draw]) -> Sequence[Draw]:
    """The first draw under each number: what is granted is written down under it once."""
    first: dict[int, Draw] = {}
    for draw in draws:
        first.setdefault(draw.number, draw)
    return tuple(first.values())


def _is_sane(draw: Draw) -> bool:
    return (
        0 < draw.number <= MAX_DRAW
        and (bool(draw.voucher) or 0 < draw.points <= MAX_POINTS)
        and is_plain(draw.member_id, draw.voucher)
    )


def _draw_points(
    connection: Connection,
    request: SyncRequest,
    draw: Draw,
    pools: dict[str, int],
    now_ms: int,
) -> Grant:
    """The answer to a draw of points out of `pools`, whose rows are locked."""
    pool = pools.get(draw.member_id, 0)
    reason = ""
    owed = -sum(
        one.held
        for one in held_of(connection, [draw.member_id])
        if one.held < 0 and (one.terminal, one.epoch) != (request.terminal, request.epoch)
    )
    pools[draw.member_id] = pool = pool - owed
    if pool < draw.points:
        others = [
            one
            for one in held_of(connection, [draw.member_id])
            if (one.terminal, one.epoch) != (request.terminal, request.epoch)
        ]
        back, found = reclaim_overdue(connection, request.terminal, others, now_ms)
        open_cases(connection, found, now_ms)
        pool += back
        gone = {(case.terminal, case.epoch) for case in found}
        left = [one for one in others if (one.terminal, one.epoch) not in gone]
        missing = draw.points - max(pool, 0)
        if missing > 0:
            is_asked = ask_back(connection, request.terminal, left, missing, now_ms)
            reason = HELD_ELSEWHERE if is_asked else NONE
    points = max(min(draw.points, pool), 0)
    if points:
        _move(connection, request, draw.member_id, points)
        write_grant(connection, request, draw, points, now_ms)
        tell(connection, BALANCE, [draw.member_id])
    pools[draw.member_id] = pool - points + owed
    return Grant(draw.number, points, reason)


def _move(connection: Connection, request: SyncRequest, member_id: str, points: int) -> None:
    """Move rights from the pool to the journal that asks; the pool's row is locked."""
    connection.execute(_FROM_POOL, {"of_member": member_id, "drawn": points}).scalar_one()
    statement = inserting(connection, holdings).values(
        member_id=member_id, terminal=request.terminal, epoch=request.epoch, granted=points
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(holdings.primary_key),
            set_={"granted": holdings.c.granted + statement.excluded.granted},
        )
    )


_FROM_POOL = (
    update(standings)
    .where(standings.c.member_id == bindparam("of_member"), standings.c.pool >= bindparam("drawn"))
    .values(pool=standings.c.pool - bindparam("drawn"))
    .returning(standings.c.pool)
)

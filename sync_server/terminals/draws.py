"""Draws: a till asks for rights, and gets what the pool at head office has.

A grant is written down before the till is told, under the till's own number of its draw; the same
number asked again is answered with the same grant. What the pool lacks is taken back from tills
whose time is over, and asked back from the others.
"""

from itertools import groupby

from sqlalchemy import Connection, bindparam, update

from loyalty.wire import MAX_DRAWS_A_FRAME, Draw, Grant, SyncRequest
from sync_server.store.cases import open_cases
from sync_server.store.feed import BALANCE, VOUCHER, tell
from sync_server.store.held import held_of, pools_of
from sync_server.store.settings import RECOVERING, read_setting
from sync_server.store.statements import inserting
from sync_server.store.tables import holdings, standings
from sync_server.terminals.grants import (
    find_grants,
    untaken_before,
    withdraw_points,
    withdraw_voucher,
    write_grant,
)
from sync_server.terminals.inspection import MAX_DRAW, MAX_POINTS, is_plain
from sync_server.terminals.recalls import ask_back
from sync_server.terminals.reclaims import reclaim_overdue
from sync_server.terminals.voucher_draws import draw_voucher, release_voucher

HELD_ELSEWHERE = "held-elsewhere"
RECOVERING_NOW = "recovering"
NONE = "none"


def answer_draws(connection: Connection, request: SyncRequest, now_ms: int) -> tuple[Grant, ...]:
    """The final answer to each draw of `request`; what is granted is written down.

    Members' rows are locked in their order, so that several processes do not wait for each other
    in a circle. While head office recovers what a restored backup lost, it grants nothing new.
    """
    if not request.draws:
        return ()
    pools_of(connection, {draw.member_id for draw in request.draws if _is_sane(draw)})
    _withdraw_closed(connection, request)
    numbers = [draw.number for draw in request.draws if _is_sane(draw)]
    written = find_grants(connection, request.terminal, request.epoch, numbers)
    answers = {number: Grant(number, one.points) for number, one in written.items()}
    is_recovering = bool(read_setting(connection, RECOVERING))
    for draw in sorted(request.draws, key=lambda one: (one.member_id, one.number)):
        if draw.number in answers:
            continue
        if not _is_sane(draw):
            answer = Grant(draw.number, 0, NONE)
        elif is_recovering:
            answer = Grant(draw.number, 0, RECOVERING_NOW)
        elif draw.voucher:
            answer = draw_voucher(connection, request, draw, now_ms)
        else:
            answer = _draw_points(connection, request, draw, now_ms)
        answers[draw.number] = answer
    return tuple(answers[draw.number] for draw in request.draws)


def _is_sane(draw: Draw) -> bool:
    return (
        0 < draw.number <= MAX_DRAW
        and (bool(draw.voucher) or 0 < draw.points <= MAX_POINTS)
        and is_plain(draw.member_id, draw.voucher)
    )


def _draw_points(connection: Connection, request: SyncRequest, draw: Draw, now_ms: int) -> Grant:
    pool = pools_of(connection, [draw.member_id]).get(draw.member_id, 0)
    reason = ""
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


def _withdraw_closed(connection: Connection, request: SyncRequest) -> None:
    """Take back what was granted to draws that the till has closed without taking it.

    A till asks for all that is open each time, in the order of numbers, and has sent every entry:
    a number that it passes over is closed, and had it taken the grant the entry would be here.
    That is how an answer is lost that was overtaken by an earlier one.
    """
    asked = {draw.number for draw in request.draws}
    if request.waiting.entries or len(request.draws) >= MAX_DRAWS_A_FRAME:
        return
    closed = [
        grant
        for grant in untaken_before(connection, request.terminal, request.epoch, max(asked))
        if grant.number not in asked
    ]
    points_of = sorted((grant.member_id, grant.number) for grant in closed if not grant.voucher)
    for member, grants in groupby(points_of, key=lambda one: one[0]):
        numbers = [number for _, number in grants]
        pools_of(connection, [member])
        withdraw_points(connection, request.terminal, request.epoch, member, numbers)
        tell(connection, BALANCE, [member])
    for grant in closed:
        if grant.voucher and withdraw_voucher(
            connection, request.terminal, request.epoch, grant.voucher
        ):
            release_voucher(connection, request.terminal, request.epoch, grant.voucher)
            tell(connection, VOUCHER, {grant.voucher: grant.member_id})


_FROM_POOL = (
    update(standings)
    .where(standings.c.member_id == bindparam("of_member"), standings.c.pool >= bindparam("drawn"))
    .values(pool=standings.c.pool - bindparam("drawn"))
    .returning(standings.c.pool)
)

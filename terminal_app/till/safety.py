"""What is safe to spend here and now: at most what this till holds the rights to."""

import sqlite3

from loyalty.programme.document import Programme
from loyalty.rights import HeldElsewhere, Safe, Wait, spendable
from terminal_app.store import ledger, members, rights, settings


def wait_for_all(connection: sqlite3.Connection, now_ms: int) -> Wait:
    """Why nothing at all may be spent at this till now; Wait.NOTHING when rights hold."""
    if settings.read_suspension(connection):
        return Wait.COPY
    if settings.read_lease(connection).is_over(now_ms):
        return Wait.NOT_HEARD
    return Wait.NOTHING


def spendable_with(
    connection: sqlite3.Connection,
    programme: Programme,
    member_id: str,
    balance: int,
    earned_points: int,
    now_ms: int,
) -> int:
    """Points of a member that may be spent here once this sale's `earned_points` are theirs, which
    makes their balance `balance`."""
    if wait_for_all(connection, now_ms) is not Wait.NOTHING:
        return 0
    held = rights.held(connection, member_id) + earned_points
    return spendable(balance, held, programme.offline.overdraft)


def safe_to_spend(
    connection: sqlite3.Connection, programme: Programme, member_id: str, now_ms: int
) -> Safe:
    """What a member may spend here now, who holds the rest, and why it waits."""
    balance = ledger.balance_of(connection, member_id).points
    held = rights.held(connection, member_id)
    pool = ledger.pool_of(connection, member_id)
    wait = wait_for_all(connection, now_ms)
    is_open = wait is Wait.NOTHING
    points = spendable(balance, held, programme.offline.overdraft) if is_open else 0
    if points >= balance:
        wait = Wait.NOTHING
    elif wait is Wait.NOTHING:
        at_hand = pool.points >= balance - points or not pool.holders
        wait = Wait.AT_HEAD_OFFICE if at_hand else Wait.HELD_ELSEWHERE
    return Safe(
        points=points,
        balance=balance,
        held=held,
        pool=pool.points,
        elsewhere=tuple(
            HeldElsewhere(
                holder.terminal, members.branch_of(connection, holder.terminal), holder.points
            )
            for holder in pool.holders
        ),
        wait=wait,
        known_at_ms=settings.read_sync_state(connection).heard_at_ms,
    )

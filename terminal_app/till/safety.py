"""What is safe to spend here and now: at most what this till holds the rights to."""

import sqlite3
from collections.abc import Mapping

from loyalty.clock import from_epoch_ms
from loyalty.programme.document import Programme
from loyalty.programme.standing import pending_points
from loyalty.rights import HeldElsewhere, Safe, Wait, spendable
from loyalty.sums import added
from terminal_app.store import ledger, members, rights, settings, sums


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
    gained: Mapping[str, int] | None = None,
) -> int:
    """Points of a member that may be spent here once this sale's `earned_points` are theirs, which
    makes their balance `balance`; it `gained` them these sums."""
    wait = wait_for_all(connection, now_ms)
    held = rights.held(connection, member_id) + earned_points
    pending = _pending(connection, programme, member_id, now_ms, gained or {})
    return _may_spend(programme, wait, balance - pending, held)


def safe_to_spend(
    connection: sqlite3.Connection, programme: Programme, member_id: str, now_ms: int
) -> Safe:
    """What a member may spend here now, who holds the rest, and why it waits."""
    balance = ledger.balance_of(connection, member_id).points
    held = rights.held(connection, member_id)
    pool = ledger.pool_of(connection, member_id)
    wait = wait_for_all(connection, now_ms)
    pending = _pending(connection, programme, member_id, now_ms, {})
    points = _may_spend(programme, wait, balance - pending, held)
    if points >= balance:
        wait = Wait.NOTHING
    elif wait is Wait.NOTHING and points >= balance - pending:
        wait = Wait.PENDING
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
        pending=pending,
    )


def _pending(
    connection: sqlite3.Connection,
    programme: Programme,
    member_id: str,
    now_ms: int,
    gained: Mapping[str, int],
) -> int:
    """Points of a member that wait, with what this sale `gained`; nothing is read where none do."""
    if not programme.wallet().pending_days:
        return 0
    zone = settings.require_identity(connection).zone
    today = from_epoch_ms(now_ms).astimezone(zone).date()
    return pending_points(programme, added(sums.sums_of(connection, member_id), gained), today)


def _may_spend(programme: Programme, wait: Wait, balance: int, held: int) -> int:
    """Points of `balance` that may be spent here; none while all of them wait."""
    return spendable(balance, held, programme.offline.overdraft) if wait is Wait.NOTHING else 0

"""What is safe to spend here and now: at most what this till holds the rights to.

All of it is of one account: a member's own, which is the main wallet's, or that of another wallet.
"""

import sqlite3
from collections.abc import Mapping

from msgspec.structs import replace

from loyalty.accounts import account_of, wallet_of
from loyalty.clock import from_epoch_ms
from loyalty.members import Member
from loyalty.programme.document import Programme
from loyalty.programme.families import may_spend
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
    account: str,
    balance: int,
    earned_points: int,
    now_ms: int,
    gained: Mapping[str, int] | None = None,
) -> int:
    """Points of `account` that may be spent here once this sale's `earned_points` are on it, which
    makes its balance `balance`; it `gained` these sums."""
    wait = wait_for_all(connection, now_ms)
    held = rights.held(connection, account) + earned_points
    pending = _pending(connection, programme, account, now_ms, gained or {})
    return _may_spend(programme, account, wait, balance - pending, held)


def spendable_by(
    connection: sqlite3.Connection,
    programme: Programme,
    member: Member,
    balance: int,
    earned_points: int,
    now_ms: int,
    gained: Mapping[str, int] | None = None,
) -> int:
    """What of the account that `member` collects on they may spend here, as `spendable_with` has
    it: nothing of a family's account that its owner alone spends from."""
    if not may_spend(programme, member):
        return 0
    return spendable_with(
        connection, programme, member.account, balance, earned_points, now_ms, gained
    )


def safe_for(
    connection: sqlite3.Connection, programme: Programme, member: Member, wallet: str, now_ms: int
) -> Safe:
    """What `member` may spend of a `wallet` ("" is the main one) here now, and why the rest
    waits."""
    account = account_of(member.account, wallet)
    safe = safe_to_spend(connection, programme, account, now_ms)
    if may_spend(programme, member):
        return safe
    return replace(safe, points=0, wait=Wait.OWNER_ALONE)


def safe_to_spend(
    connection: sqlite3.Connection, programme: Programme, account: str, now_ms: int
) -> Safe:
    """What of `account` may be spent here now, who holds the rest, and why it waits."""
    balance = ledger.balance_of(connection, account).points
    held = rights.held(connection, account)
    pool = ledger.pool_of(connection, account)
    wait = wait_for_all(connection, now_ms)
    pending = _pending(connection, programme, account, now_ms, {})
    points = _may_spend(programme, account, wait, balance - pending, held)
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
    account: str,
    now_ms: int,
    gained: Mapping[str, int],
) -> int:
    """Points of `account` that wait, with what this sale `gained`; nothing is read where none
    do."""
    wallet = wallet_of(account)
    if not programme.wallet(wallet).pending_days:
        return 0
    zone = settings.require_identity(connection).zone
    today = from_epoch_ms(now_ms).astimezone(zone).date()
    counted = added(sums.sums_of(connection, account), gained)
    return pending_points(programme, counted, today, wallet)


def _may_spend(programme: Programme, account: str, wait: Wait, balance: int, held: int) -> int:
    """Points of `balance` that may be spent here; none while all of them wait. What the shop lends
    is of the main wallet."""
    overdraft = 0 if wallet_of(account) else programme.offline.overdraft
    return spendable(balance, held, overdraft) if wait is Wait.NOTHING else 0

"""Where rights should lie: drawn to the till that serves a member, given back when they leave.

The sync calls `upkeep` before it composes what it says, and `take_rights` in the transaction that
takes the answer. A till whose journal is suspended moves no rights: its entries may be a copy's.
"""

import sqlite3

import structlog

from loyalty.accounts import member_of, wallet_of
from loyalty.programme.document import Programme
from loyalty.vouchers import ISSUED
from loyalty.wire import (
    WHY_ASKED_BEFORE,
    WHY_RECOVERING,
    BalanceChange,
    Draw,
    Grant,
    Recall,
    SyncReply,
)
from terminal_app.posting.rights import RightsBook
from terminal_app.store import draws, ledger, members, rights, serving, settings, vouchers
from terminal_app.store.settings import Identity

MAX_MEMBERS_A_ROUND = 200
"""Whose rights are tidied up before one request; the others' turn comes with the next."""

MAX_VOUCHERS_A_MEMBER = 1_000

log = structlog.get_logger(__name__)


def missing(connection: sqlite3.Connection, member_id: str) -> int:
    """Points that this till must be given to hold a member's whole balance; 0 when none are due.

    A debt here adds to them: it is settled by what is given.
    """
    balance = ledger.balance_of(connection, member_id).points
    return max(balance - rights.held(connection, member_id), 0)


def needs_welcome(connection: sqlite3.Connection, member_id: str, now_ms: int) -> bool:
    """Whether `welcome` would change anything that matters."""
    until_ms = serving.until_ms(connection, member_id, now_ms)
    return until_ms < now_ms + serving.SERVING_MS // 2 or missing(connection, member_id) > 0


def welcome(connection: sqlite3.Connection, member_id: str, now_ms: int) -> bool:
    """The member is here: their rights follow them. True when head office is to be asked."""
    serving.serve(connection, member_id, now_ms)
    wanted = missing(connection, member_id)
    if wanted == 0 or settings.read_suspension(connection):
        return False
    return draws.ask_points(connection, member_id, wanted)


def ask_for_voucher(connection: sqlite3.Connection, number: str) -> bool:
    """Ask for the right to voucher `number`, shown here; False when that is asked already."""
    if settings.read_suspension(connection):
        return False
    return draws.ask_voucher(connection, number)


def ask_for_stock(connection: sqlite3.Connection, account: str) -> bool:
    """Ask for the right to give out one of a reward's stock; False when that is asked already."""
    if settings.read_suspension(connection):
        return False
    return draws.ask_points(connection, account, 1)


def is_gathering(connection: sqlite3.Connection, now_ms: int) -> bool:
    """Whether a member is served here whose rights are not all here, so that syncs should hurry."""
    present = serving.present(connection, now_ms, MAX_MEMBERS_A_ROUND)
    return any(missing(connection, member_id) for member_id in present)


def upkeep(
    connection: sqlite3.Connection, identity: Identity, programme: Programme, now_ms: int
) -> None:
    """Ask for what members who are here lack, and tidy up after those who left.

    Must run in a transaction, right before the sync composes what it says.
    """
    if settings.read_suspension(connection):
        return
    if settings.read_lease(connection).is_over(now_ms):
        # Head office may have taken these rights back: it says so before any of them move. And
        # what was drawn without a lease would only be given back.
        return
    for member_id in serving.present(connection, now_ms, MAX_MEMBERS_A_ROUND):
        wanted = missing(connection, member_id)
        if wanted:
            draws.ask_points(connection, member_id, wanted)
    book = RightsBook(connection, identity, programme.label, now_ms)
    for member_id in serving.served(connection, now_ms, MAX_MEMBERS_A_ROUND):
        _tidy_up(connection, identity, programme, book, member_id)
        if rights.held(connection, member_id) < 0:
            serving.owe(connection, member_id)
        else:
            serving.settle(connection, member_id)
    serving.forget_gone(connection, now_ms)


def take_rights(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    reply: SyncReply,
    now_ms: int,
) -> None:
    """Hold what `reply` grants and give back what it recalls, in the transaction that takes it."""
    book = RightsBook(connection, identity, programme.label, now_ms)
    for grant in reply.grants:
        draw = draws.close(connection, grant.number)
        if draw is not None and _is_due(draw, grant):
            book.take(draw, grant.points)
        elif draw is not None and grant.reason in (WHY_RECOVERING, WHY_ASKED_BEFORE):
            # Nothing changes for the member when it would be granted, so nothing would say so.
            draws.count_from(connection, grant.answered)
            serving.ask_again(connection, draw.member_id)
    lease = settings.read_lease(connection)
    if settings.read_suspension(connection):
        return
    _settle_debts(connection, reply)
    for recall in reply.recalls:
        is_here = serving.until_ms(connection, recall.member_id, now_ms) > 0
        # Without a lease nothing can be spent here, so nobody is served by what is kept.
        if not is_here or lease.is_over(now_ms):
            _honour(connection, identity, book, recall)


def _settle_debts(connection: sqlite3.Connection, reply: SyncReply) -> None:
    """Ask again for what members owe here, as head office tells that there is some to give: in its
    pool, or held by others that it can ask."""
    owing = serving.owing(connection)
    if not owing:
        return
    for told in (*reply.changes, *reply.found):
        if isinstance(told, BalanceChange) and told.member_id in owing and _has_some(told):
            _draw_debt(connection, told.member_id)
    for member_id in owing:
        if rights.held(connection, member_id) >= 0:
            serving.settle(connection, member_id)


def _has_some(told: BalanceChange) -> bool:
    return told.pool > 0 or any(holder.points > 0 for holder in told.holders)


def _draw_debt(connection: sqlite3.Connection, member_id: str) -> None:
    """Ask for what is owed here, whoever holds it: head office asks it back where it is."""
    owed = -rights.held(connection, member_id)
    if owed > 0:
        draws.ask_points(connection, member_id, owed)


def _is_due(draw: Draw, grant: Grant) -> bool:
    """Whether `grant` gives something, and no more than `draw` asked for: one that gives more was
    not made for it, and nothing of it is spent."""
    asked = 1 if draw.voucher else draw.points
    if grant.points > asked:
        log.warning("grant_refused", draw=draw.number, asked=asked, granted=grant.points)
    return 0 < grant.points <= asked


def _honour(
    connection: sqlite3.Connection, identity: Identity, book: RightsBook, recall: Recall
) -> None:
    if recall.voucher:
        standing = vouchers.standing_of(connection, recall.voucher)
        if standing and (standing.state, standing.held_by) == (ISSUED, identity.journal):
            book.give_back_voucher(recall.member_id, recall.voucher)
        return
    held = rights.held(connection, recall.member_id)
    if held > 0:
        book.give_back(recall.member_id, min(recall.points, held))
    if held >= 0:
        # Who owes here is asked for nothing: that they owe was not known when it was asked.
        serving.settle(connection, recall.member_id)


def _tidy_up(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    book: RightsBook,
    account: str,
) -> None:
    """Bring what is held of an account to the allowance: all goes back but at its member's home
    branch.

    Whose branch is not known yet, whose card was not, keeps what there is until it is recalled.
    A debt is asked for even where nothing is known to be left to settle it with: as long as it is
    there, others hold more than the member has.
    """
    member = members.member(connection, member_of(account))
    if member is None:
        _draw_debt(connection, account)
        return
    is_home = member.branch == identity.branch
    allowance = programme.kept_of(wallet_of(account)) if is_home else 0
    held = rights.held(connection, account)
    pool = ledger.pool_of(connection, account).points
    if held > allowance:
        book.give_back(account, held - allowance)
    elif held < allowance and pool > 0:
        draws.ask_points(connection, account, max(min(allowance - held, pool), -held))
    else:
        _draw_debt(connection, account)
    if is_home:
        return
    for number in vouchers.held_of(connection, account, identity.journal, MAX_VOUCHERS_A_MEMBER):
        book.give_back_voucher(account, number)

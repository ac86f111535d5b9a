"""Rights taken back without their till's word: from one that was silent too long, or is lost.

Until its lease is over the till may be spending, so nothing is taken before that, and by itself
not before the grace that the programme gives. What the till had spent by then, and nobody knows
of, is the exposure: a case names the amount.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from sync_server.rights.grants import withdraw_points
from sync_server.rights.recalls import ask
from sync_server.store.cases import RECLAIMED, Case
from sync_server.store.held import DAY_MS, HELD, Held
from sync_server.store.tables import holdings, standings, terminals
from sync_server.store.terms import longest_lease, offline_terms


def reclaim_overdue(
    connection: Connection, asker: str, holders: Sequence[Held], now_ms: int
) -> tuple[int, list[Case]]:
    """Take back what those of `holders` have whose lease and grace are over.

    Gives the points that came into the pool, and a case for each journal they came from.
    """
    over = _overdue(connection, [one for one in holders if one.held > 0], now_ms)
    points = 0
    found = []
    for one in over:
        points += reclaim(connection, one, asker, now_ms)
        what = f"{one.held} points"
        found.append(reclaimed_case(one.terminal, one.epoch, what, now_ms, one.member_id))
    return points, found


def reclaim(connection: Connection, one: Held, asker: str, now_ms: int) -> int:
    """Take back all that a journal holds of a member; its till is told when it comes back.

    Grants that the till never took are withdrawn: it learns of them as nothing given.
    """
    withdrawn = withdraw_points(connection, one.terminal, one.epoch, one.member_id)
    journal = {"of_terminal": one.terminal, "of_epoch": one.epoch, "of_member": one.member_id}
    taken = one.held - withdrawn
    if taken > 0:
        connection.execute(_RECLAIM, {**journal, "taken": taken})
        connection.execute(_TO_POOL, {"of_member": one.member_id, "points_back": taken})
        reclaimed = connection.execute(_RECLAIMED_OF, journal).scalar_one()
        ask(connection, one.terminal, one.epoch, one.member_id, reclaimed, asker, now_ms)
    return one.held


def reclaimed_case(terminal: str, epoch: int, what: str, now_ms: int, member_id: str = "") -> Case:
    """The case of rights to `what` that were taken back without their till's word."""
    return Case(
        case_id=f"{RECLAIMED}:{terminal}:{epoch}:{member_id}:{what}:{now_ms}",
        kind=RECLAIMED,
        terminal=terminal,
        epoch=epoch,
        seq=0,
        member_id=member_id,
        detail=f"The rights to {what} were taken back from {terminal} without its word: "
        "what it had used of them by then may be used twice.",
    )


def _overdue(connection: Connection, holders: Sequence[Held], now_ms: int) -> list[Held]:
    """Those whose lease and grace are over, and whose till is not in touch at this moment."""
    if not holders:
        return []
    terms = offline_terms(connection)
    grace_ms = terms.grace_days * DAY_MS
    over = [one for one in holders if one.lease_until_ms(terms.days) + grace_ms < now_ms]
    if not over:
        return []
    longest = longest_lease(connection)
    over = [one for one in over if longest.until_ms(one.lease_from_ms) + grace_ms < now_ms]
    # A till that syncs right now has its row locked, and is about to be given a new lease.
    silent = {
        row.terminal: row.last_contact_ms
        for row in connection.execute(_SILENT, {"names": sorted({one.terminal for one in over})})
    }
    return [
        one
        for one in over
        if one.terminal in silent and silent[one.terminal] == one.last_contact_ms
    ]


_OF_HOLDING = (
    (holdings.c.terminal == bindparam("of_terminal"))
    & (holdings.c.epoch == bindparam("of_epoch"))
    & (holdings.c.member_id == bindparam("of_member"))
)
_RECLAIM = (
    update(holdings)
    .where(_OF_HOLDING, bindparam("taken") <= HELD)
    .values(reclaimed=holdings.c.reclaimed + bindparam("taken"))
)
_RECLAIMED_OF = select(holdings.c.reclaimed).where(_OF_HOLDING)
_TO_POOL = (
    update(standings)
    .where(standings.c.member_id == bindparam("of_member"))
    .values(pool=standings.c.pool + bindparam("points_back"))
)
_SILENT = (
    select(terminals.c.terminal, terminals.c.last_contact_ms)
    .where(terminals.c.terminal.in_(bindparam("names", expanding=True)))
    .order_by(terminals.c.terminal)
    .with_for_update(skip_locked=True)
)

"""Head office's side of a reconciliation: totals of each terminal, and every member's balance."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.wire import MemberStanding, Standing, TerminalStanding
from sync_server.reconcile.days import DayComparison, DayState, compare_days
from sync_server.store.cases import count_cases
from sync_server.store.settings import load_settings
from sync_server.store.tables import member_branches, standings, terminals


class TerminalTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The days of one terminal's journal summed up, as head office holds them.

    `agreeing`, `waiting` and `differing` count its days by what comparing them came to. A
    terminal that has handed in nothing stands here with epoch 0.
    """

    terminal: str
    branch: str
    epoch: int
    entries: int = 0
    sales: int = 0
    sales_minor: int = 0
    returns: int = 0
    returns_minor: int = 0
    points_earned: int = 0
    points_clawed_back: int = 0
    points_redeemed: int = 0
    vouchers_issued: int = 0
    vouchers_redeemed: int = 0
    agreeing: int = 0
    waiting: int = 0
    differing: int = 0


_SUMS = tuple(name for name in TerminalTotals.__struct_fields__[3:13])


def terminal_totals(
    connection: Connection, days: Sequence[DayComparison]
) -> Sequence[TerminalTotals]:
    """One row for each journal that `days` has, and for each terminal without one."""
    journals: dict[tuple[str, str, int], list[DayComparison]] = {}
    for day in days:
        journals.setdefault((day.terminal, day.branch, day.epoch), []).append(day)
    seen = {terminal for terminal, _, _ in journals}
    for row in connection.execute(select(terminals.c.terminal, terminals.c.branch)):
        if row.terminal not in seen:
            journals[row.terminal, row.branch, 0] = []
    return [
        TerminalTotals(
            terminal=terminal,
            branch=branch,
            epoch=epoch,
            **{name: sum(getattr(day.office, name) for day in compared) for name in _SUMS},
            agreeing=sum(day.state is DayState.AGREES for day in compared),
            waiting=sum(day.state is DayState.WAITING for day in compared),
            differing=sum(day.state is DayState.DIFFERS for day in compared),
        )
        for (terminal, branch, epoch), compared in sorted(journals.items())
    ]


def standing_of(connection: Connection, branch: str = "") -> Standing:
    """What head office tells a terminal that asks; `differences` counts days that do not agree.

    A terminal that is told of the members of its `branch` alone hears here of no others, and of no
    other branch's terminals; empty, it hears of all.
    """
    statement = _BALANCES_OF_BRANCH if branch else _BALANCES
    balances = connection.execute(statement, {"branch": branch})
    return Standing(
        history_id=load_settings(connection).history_id,
        terminals=tuple(
            TerminalStanding(
                terminal=totals.terminal,
                branch=totals.branch,
                epoch=totals.epoch,
                entries=totals.entries,
                sales=totals.sales,
                returns=totals.returns,
                points_earned=totals.points_earned,
                points_clawed_back=totals.points_clawed_back,
                points_redeemed=totals.points_redeemed,
                vouchers_issued=totals.vouchers_issued,
                differences=totals.waiting + totals.differing,
            )
            for totals in terminal_totals(connection, compare_days(connection))
            if branch in ("", totals.branch)
        ),
        members=tuple(MemberStanding(*row) for row in balances),
        cases=count_cases(connection),
    )


_BALANCES = select(
    standings.c.member_id,
    standings.c.points,
    standings.c.earned,
    standings.c.clawed_back,
    standings.c.redeemed,
).order_by(standings.c.member_id)
_BALANCES_OF_BRANCH = _BALANCES.join(
    member_branches, member_branches.c.member_id == standings.c.member_id
).where(member_branches.c.branch == bindparam("branch"))

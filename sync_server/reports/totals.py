"""The chain in a few figures: sales, members, points owed, vouchers owed, open cases."""

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from loyalty.accounts import SEPARATOR
from loyalty.vouchers import ISSUED
from sync_server.store.tables import cases, day_tallies, members, standings, vouchers

CASES_SHOWN = 20


class ChainTotals(msgspec.Struct, frozen=True):
    """Sums over all that head office holds; what tills have not handed in is not in them.

    `points_owed` are all balances of main wallets above zero and `points_debt` those below, counted
    up.
    """

    sales: int
    sales_minor: int
    returns_minor: int
    points_earned: int
    points_redeemed: int
    members: int
    members_bought: int
    points_owed: int
    points_debt: int
    vouchers_open: int
    vouchers_open_minor: int
    cases: int


class OpenCase(msgspec.Struct, frozen=True):
    """A case for a person to look at."""

    kind: str
    terminal: str
    seq: int
    member_id: str
    detail: str
    opened_at_ms: int


def chain_totals(connection: Connection, now_ms: int) -> ChainTotals:
    """The figures as of now; a voucher that has expired is owed no longer."""
    days = connection.execute(
        select(
            _sum(day_tallies.c.sales),
            _sum(day_tallies.c.sales_minor),
            _sum(day_tallies.c.returns_minor),
            _sum(day_tallies.c.points_earned),
            _sum(day_tallies.c.points_redeemed),
        )
    ).one()
    owed = connection.execute(
        select(
            _sum(case((standings.c.points > 0, standings.c.points), else_=0)),
            _sum(case((standings.c.points < 0, -standings.c.points), else_=0)),
            func.count().filter(standings.c.sales > 0),
        ).where(~standings.c.member_id.contains(SEPARATOR))
    ).one()
    open_vouchers = connection.execute(
        select(func.count(), _sum(vouchers.c.amount_minor)).where(
            vouchers.c.state == ISSUED, vouchers.c.expires_at_ms >= now_ms
        )
    ).one()
    return ChainTotals(
        sales=int(days[0]),
        sales_minor=int(days[1]),
        returns_minor=int(days[2]),
        points_earned=int(days[3]),
        points_redeemed=int(days[4]),
        members=connection.execute(select(func.count()).select_from(members)).scalar_one(),
        members_bought=owed[2],
        points_owed=int(owed[0]),
        points_debt=int(owed[1]),
        vouchers_open=open_vouchers[0],
        vouchers_open_minor=int(open_vouchers[1]),
        cases=connection.execute(select(func.count()).select_from(cases)).scalar_one(),
    )


def latest_cases(connection: Connection) -> tuple[OpenCase, ...]:
    """The cases opened last, newest first, at most CASES_SHOWN."""
    rows = connection.execute(
        select(
            cases.c.kind,
            cases.c.terminal,
            cases.c.seq,
            cases.c.member_id,
            cases.c.detail,
            cases.c.opened_at_ms,
        )
        .order_by(cases.c.opened_at_ms.desc(), cases.c.case_id)
        .limit(CASES_SHOWN)
    )
    return tuple(OpenCase(*row) for row in rows)


def _sum(amounts: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of a column; 0 of nothing. PostgreSQL answers with a Decimal, hence int() above."""
    return func.coalesce(func.sum(amounts), 0)

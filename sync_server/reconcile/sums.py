"""Sums in the books against what the entries make: each member's balance, part by part."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, select

from loyalty.balances import NO_BALANCE, Balance
from sync_server.reconcile.fold import NO_SALES, Made
from sync_server.store.tables import holdings, standings

_SUMS = ("points", "earned", "clawed_back", "redeemed")


class Finding(msgspec.Struct, frozen=True):
    """Something in the books that the entries do not make: where, and what."""

    where: str
    what: str


def differing_sums(connection: Connection, made: Made) -> Iterator[Finding]:
    """What of balances, parts and sales is not what the entries make."""
    yield from _parts(connection, made)
    yield from _standings(connection, made)


def _parts(connection: Connection, made: Made) -> Iterator[Finding]:
    """What each journal's entries make of each member's points."""
    left = dict(made.parts)
    for row in connection.execute(_HOLDINGS):
        journal = (row.terminal, row.epoch, row.member_id)
        folded = left.pop(journal, NO_BALANCE)
        where = f"journal {row.terminal}, epoch {row.epoch}, member {row.member_id}"
        yield from _differs(where, "part", Balance(*row[3:]), folded)
    for (terminal, epoch, member), folded in sorted(left.items()):
        where = f"journal {terminal}, epoch {epoch}, member {member}"
        yield from _differs(where, "part", NO_BALANCE, folded)


def _standings(connection: Connection, made: Made) -> Iterator[Finding]:
    balances, sold = made.balances(), dict(made.sales)
    for row in connection.execute(_STANDINGS):
        where = f"member {row.member_id}"
        yield from _differs(where, "balance", Balance(*row[3:]), balances.pop(row.member_id, None))
        yield from _sold(where, (row.sales, row.sales_minor), sold.pop(row.member_id, NO_SALES))
    for member, folded in sorted(balances.items()):
        yield from _differs(f"member {member}", "balance", NO_BALANCE, folded)
    for member, sales in sorted(sold.items()):
        yield from _sold(f"member {member}", NO_SALES, sales)


def _differs(where: str, what: str, kept: Balance, made: Balance | None) -> Iterator[Finding]:
    folded = made or NO_BALANCE
    for name in _SUMS:
        ours, theirs = getattr(kept, name), getattr(folded, name)
        if ours != theirs:
            unit = "points" if name == "points" else f"points {name.replace('_', ' ')}"
            yield Finding(where, f"the {what} is {ours} {unit}, the entries make {theirs}")


def _sold(where: str, kept: tuple[int, int], made: tuple[int, int]) -> Iterator[Finding]:
    if kept != made:
        yield Finding(
            where,
            f"{kept[0]} sales of {kept[1]} minor units are kept, the entries make {made[0]} "
            f"of {made[1]}",
        )


_HOLDINGS = select(
    holdings.c.terminal,
    holdings.c.epoch,
    holdings.c.member_id,
    *(holdings.c[name] for name in _SUMS),
)
_STANDINGS = select(
    standings.c.member_id,
    standings.c.sales,
    standings.c.sales_minor,
    *(standings.c[name] for name in _SUMS),
)

"""Entries so large that what they make of a member's sums is looked at before they count.

Every sum that is told to the tills must be one that they read (`loyalty.bounds.MAX_NUMBER`), or
one forged journal would stop the sync of all. Entries of the size that shops write cannot come to
that in the life of a chain, and are asked nothing more; larger ones are refused where a sum would
leave its bounds.
"""

from msgspec.structs import astuple
from sqlalchemy import Connection, bindparam, select

from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.journal import EARN, REVERSE, Entry
from sync_server.store.tables import standings
from sync_server.terminals.frames import Frame, refusing

MAX_STANDING = 10**15
"""Of any sum of one member: points, or money in minor units."""

LARGE_POINTS = 10**6
LARGE_AMOUNT_MINOR = 10**9
"""Above these an entry is looked at; it takes nine billion smaller ones of one member for a sum
that tills or a 64-bit column cannot hold."""

_Sums = tuple[Balance, int]
"""What a member has, and what their sales come to less returns."""

_NOTHING: _Sums = (NO_BALANCE, 0)


def refuse_beyond(connection: Connection, frame: Frame) -> Frame:
    """`frame` without the entries that would bring a sum of a member beyond MAX_STANDING.

    In the transaction that holds its members. Costs the ordinary frame two comparisons an entry.
    """
    # Written out: this is asked of every entry.
    large = {
        entry.member
        for _, entry in frame.counting
        if not (
            -LARGE_POINTS <= entry.points <= LARGE_POINTS
            and -LARGE_AMOUNT_MINOR <= entry.amount_minor <= LARGE_AMOUNT_MINOR
        )
    } - {""}
    if not large:
        return frame
    rows = connection.execute(_SUMS_OF, {"members": sorted(large)})
    sums: dict[str, _Sums] = {row[0]: (Balance(*row[1:5]), row[5]) for row in rows}
    beyond = {}
    for _, entry in frame.counting:
        if entry.member in large:
            found = _with(sums.get(entry.member, _NOTHING), entry)
            if _is_large(entry) and _is_beyond(found):
                beyond[entry.seq] = f"a sum of member {entry.member} would leave its bounds"
            else:
                sums[entry.member] = found
    return refusing(frame, beyond)


def _is_large(entry: Entry) -> bool:
    return abs(entry.points) > LARGE_POINTS or abs(entry.amount_minor) > LARGE_AMOUNT_MINOR


def _with(sums: _Sums, entry: Entry) -> _Sums:
    balance, sales_minor = sums
    is_purchase = entry.kind in (EARN, REVERSE)
    return after(balance, entry), sales_minor + (entry.amount_minor if is_purchase else 0)


def _is_beyond(sums: _Sums) -> bool:
    balance, sales_minor = sums
    return any(abs(value) > MAX_STANDING for value in (*astuple(balance), sales_minor))


_SUMS_OF = select(
    standings.c.member_id,
    standings.c.points,
    standings.c.earned,
    standings.c.clawed_back,
    standings.c.redeemed,
    standings.c.sales_minor,
).where(standings.c.member_id.in_(bindparam("members", expanding=True)))

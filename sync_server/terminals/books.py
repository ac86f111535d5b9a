"""The books that follow from entries: standings, holdings and day tallies, added to as they arrive.

All of them are sums, so frames of different tills may arrive in any order. They are added up in
memory first and written with one statement a table.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Connection, bindparam, select

from loyalty.balances import NO_BALANCE, Balance, after, fold
from loyalty.journal import EARN, KINDS, REDEEM, REVERSE, Entry
from loyalty.tallies import DayTally, counted
from sync_server.rights.moves import NO_MOVE, Moved
from sync_server.store.bulk import Rows
from sync_server.store.cases import OVERSPENT, STRANGE, Case
from sync_server.store.feed import BALANCE, tell
from sync_server.store.tables import TALLY_COUNTS, day_tallies, holdings, standings

_BALANCE_SUMS = ("points", "earned", "clawed_back", "redeemed")
_RIGHTS_SUMS = ("granted", "released", "reclaimed")


class _Purchases(msgspec.Struct):
    sales: int = 0
    sales_minor: int = 0
    first_sale_ms: int | None = None
    last_sale_ms: int | None = None

    def count(self, entry: Entry) -> None:
        self.sales_minor += entry.amount_minor
        if entry.kind == EARN:
            self.sales += 1
            at_ms = entry.occurred_at_ms
            self.first_sale_ms = min(self.first_sale_ms or at_ms, at_ms)
            self.last_sale_ms = max(self.last_sale_ms or at_ms, at_ms)


_NO_PURCHASES = _Purchases()


def post(
    connection: Connection,
    terminal: str,
    epoch: int,
    entries: Sequence[Entry],
    rights: Mapping[str, Moved],
) -> Sequence[Case]:
    """Add `entries` of one journal to what members have; gives the cases of overspending and of
    points of unknown kinds.

    `rights` is what they move of rights. Standings change for every member named; only moved
    points and rights are told to the tills.
    """
    found = [*_overspent(connection, entries), *_unknown_points(entries)]
    moved = fold(entries)
    purchases: dict[str, _Purchases] = {}
    for entry in entries:
        if entry.member and entry.kind in (EARN, REVERSE):
            purchases.setdefault(entry.member, _Purchases()).count(entry)
    # A member who is only named, by an enrolment or a kind of tomorrow, has no standing yet.
    named = sorted(
        member
        for member, balance in moved.items()
        if balance != NO_BALANCE or member in purchases or member in rights
    )
    if not named:
        return found
    _STANDINGS.put(
        connection,
        [
            (
                member,
                *astuple(moved[member]),
                rights.get(member, NO_MOVE).pool,
                *astuple(purchases.get(member, _NO_PURCHASES)),
            )
            for member in named
        ],
    )
    told = [member for member in named if moved[member] != NO_BALANCE or member in rights]
    _HOLDINGS.put(
        connection,
        [
            (
                member,
                terminal,
                epoch,
                *astuple(moved[member]),
                *astuple(rights.get(member, NO_MOVE)),
            )
            for member in told
        ],
    )
    tell(connection, BALANCE, told)
    return found


def count_days(
    connection: Connection, terminal: str, epoch: int, days: Iterable[tuple[str, Entry]]
) -> None:
    """Add entries, each with its day, to head office's own sums."""
    tallies: dict[str, DayTally] = {}
    for day, entry in days:
        tallies[day] = counted(tallies.get(day) or DayTally(day), entry)
    _DAYS.put(connection, [(terminal, epoch, *astuple(tally)) for tally in tallies.values()])


def _overspent(connection: Connection, entries: Sequence[Entry]) -> list[Case]:
    """A case for each member who spent points that nobody gave.

    A debt made by a return is none. Entries are walked one by one, so that it does not depend on
    where frames begin and end.
    """
    spenders = {entry.member for entry in entries if entry.kind == REDEEM and entry.member}
    if not spenders:
        return []
    rows = connection.execute(_STANDINGS_OF, {"members": sorted(spenders)})
    running = {row.member_id: Balance(*row[1:]) for row in rows}
    found = []
    for entry in entries:
        if entry.member not in spenders:
            continue
        balance = after(running.get(entry.member, NO_BALANCE), entry)
        running[entry.member] = balance
        if entry.kind == REDEEM and balance.points < 0 and balance.redeemed > balance.earned:
            found.append(
                Case(
                    case_id=f"{OVERSPENT}:{entry.terminal}:{entry.epoch}:{entry.seq}",
                    kind=OVERSPENT,
                    terminal=entry.terminal,
                    epoch=entry.epoch,
                    seq=entry.seq,
                    member_id=entry.member,
                    detail=f"{balance.redeemed} points were redeemed of {balance.earned} earned.",
                )
            )
    return found


def _unknown_points(entries: Sequence[Entry]) -> list[Case]:
    """A case for each kind of entry of a journal that moves points and is not known here.

    It may be of a later version: its points count. One case says so, however many there are.
    """
    unknown = {
        entry.kind: entry for entry in reversed(entries) if entry.points and entry.kind not in KINDS
    }
    return [
        Case(
            case_id=f"{STRANGE}:{entry.terminal}:{entry.epoch}:{kind}",
            kind=STRANGE,
            terminal=entry.terminal,
            epoch=entry.epoch,
            seq=entry.seq,
            member_id=entry.member,
            detail=f"It moves {entry.points} points by a kind that is not known: {kind!r}.",
        )
        for kind, entry in sorted(unknown.items())
    ]


_STANDINGS_OF = select(
    standings.c.member_id,
    standings.c.points,
    standings.c.earned,
    standings.c.clawed_back,
    standings.c.redeemed,
).where(standings.c.member_id.in_(bindparam("members", expanding=True)))
_STANDINGS = Rows(
    standings,
    (
        *("member_id", *_BALANCE_SUMS, "pool"),
        *("sales", "sales_minor", "first_sale_ms", "last_sale_ms"),
    ),
    sums=(*_BALANCE_SUMS, "pool", "sales", "sales_minor"),
    earliest=("first_sale_ms",),
    latest=("last_sale_ms",),
)
_HOLDINGS = Rows(
    holdings,
    ("member_id", "terminal", "epoch", *_BALANCE_SUMS, *_RIGHTS_SUMS),
    sums=(*_BALANCE_SUMS, *_RIGHTS_SUMS),
)
_DAYS = Rows(
    day_tallies,
    ("terminal", "epoch", "day", "last_seq", *TALLY_COUNTS),
    sums=TALLY_COUNTS,
    latest=("last_seq",),
)

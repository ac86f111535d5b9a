"""Points that tills handed on from member to member: what came went, and the programme has it so.

A transfer is two entries of one receipt. It counts, because both members were told; what the
programme does not allow, and what two tills let go together beyond a month's limit, is a case.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from loyalty.clock import from_epoch_ms
from loyalty.journal import TRANSFER, Entry
from loyalty.programme.document import Programme
from loyalty.programme.transfers import WITH, handed_on_in, transfer_sums
from loyalty.sums import SUMS
from sync_server.store.cases import HANDED_ON_TOO_MUCH, PROMISE_DIFFERS, Case
from sync_server.store.settings import OFFICE
from sync_server.store.sums import sums_of
from sync_server.store.tables import entries, members

FindProgramme = Callable[[Connection, str], Programme | None]


def transfer_cases(
    connection: Connection, arrived: Sequence[Entry], programme_of: FindProgramme, zone: ZoneInfo
) -> list[Case]:
    """A case for each transfer among `arrived` that the programme does not have so, or that takes
    its giver beyond the month's limit; asked when their sums are counted in."""
    return [
        case
        for entry in arrived
        # Head office itself moves the points of who joins a family, whatever the programme has.
        if entry.kind == TRANSFER and entry.terminal != OFFICE
        for case in _cases(connection, entry, programme_of(connection, entry.programme), zone)
    ]


def _cases(
    connection: Connection, entry: Entry, programme: Programme | None, zone: ZoneInfo
) -> Iterator[Case]:
    if entry.points > 0:
        if not _went(connection, entry):
            said = f"{entry.points} points came from {entry.payload[WITH]}, where they did not go"
            yield _case(PROMISE_DIFFERS, entry, said)
        return
    if programme is None:
        return
    difference = _difference(connection, entry, programme, zone)
    if difference:
        yield _case(PROMISE_DIFFERS, entry, difference)
    most = programme.transfers.a_month
    if most is not None:
        counted = sums_of(connection, [entry.member]).get(entry.member, {})
        handed = handed_on_in(counted, _moment_of(entry, zone))
        if handed > most:
            said = f"{handed} points were handed on in a month, {most} may be"
            yield _case(HANDED_ON_TOO_MUCH, entry, said)


def _difference(connection: Connection, entry: Entry, programme: Programme, zone: ZoneInfo) -> str:
    """How what a giver handed on is not as `programme` has it, or nothing."""
    terms, points = programme.transfers, -entry.points
    if terms.to == "nobody":
        return "points were handed on, which the programme does not have"
    if terms.to == "family" and not _are_family(connection, entry.member, entry.payload[WITH]):
        return f"points went to {entry.payload[WITH]}, who is not of the family"
    if points < terms.least:
        return f"{points} points were handed on, {terms.least} is the least"
    if entry.payload.get(SUMS, {}) != transfer_sums(programme, points, _moment_of(entry, zone)):
        return "it does not count what was handed on in its month"
    return ""


def _went(connection: Connection, entry: Entry) -> bool:
    """Whether what came with `entry` went from its giver, on the same receipt."""
    asked = {
        "giver": entry.payload[WITH],
        "points": -entry.points,
        "at_terminal": entry.terminal,
        "of_receipt": entry.receipt,
    }
    return connection.execute(_GIVEN, asked).first() is not None


def _are_family(connection: Connection, giver: str, taker: str) -> bool:
    """Whether the accounts' members are of one family now; who left since is a case to look at."""
    asked = {"giver": giver, "taker": taker}
    families = connection.execute(_FAMILIES, asked).scalars().all()
    return len(families) == 2 and bool(families[0]) and families[0] == families[1]


def _moment_of(entry: Entry, zone: ZoneInfo) -> datetime:
    return from_epoch_ms(entry.occurred_at_ms).astimezone(zone)


def _case(kind: str, entry: Entry, said: str) -> Case:
    return Case(
        case_id=f"{kind}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=kind,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: {said}.",
    )


_GIVEN = select(entries.c.seq).where(
    entries.c.member == bindparam("giver"),
    entries.c.kind == TRANSFER,
    entries.c.points == bindparam("points"),
    entries.c.terminal == bindparam("at_terminal"),
    entries.c.receipt == bindparam("of_receipt"),
)
_FAMILIES = select(members.c.family).where(
    members.c.member_id.in_((bindparam("giver"), bindparam("taker")))
)

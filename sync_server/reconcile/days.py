"""Each terminal's days: what the till counted, held against what head office holds."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, Row, select

from loyalty.tallies import DayTally
from sync_server.store.tables import TALLY_COUNTS, day_tallies, heads, terminals, till_tallies


class DayState(StrEnum):
    """What comparing a day came to."""

    AGREES = "agrees"
    WAITING = "waiting"
    """The till counted entries that have not arrived, or has not said yet what it counted."""
    DIFFERS = "differs"
    """Both speak of the same entries and count differently: a person must look."""


class DayComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one terminal's journal, both sides; `till` is None while it has said nothing.

    `differences` names each sum that differs with the till's and head office's value.
    """

    terminal: str
    branch: str
    epoch: int
    day: str
    state: DayState
    office: DayTally
    till: DayTally | None
    differences: dict[str, tuple[int, int]] = {}


def compare_day(office: DayTally, till: DayTally | None, head_seq: int) -> DayState:
    """Hold a day's sums against each other; `head_seq` is the last entry that arrived.

    They can be compared once each speaks of the other's last entry. An entry that was refused
    has arrived and does not count, so its day differs.
    """
    if till is None or till.last_seq > head_seq or till.last_seq < office.last_seq:
        return DayState.WAITING
    return DayState.DIFFERS if _differences(office, till) else DayState.AGREES


def compare_days(
    connection: Connection, terminal: str | None = None, day: str | None = None
) -> Sequence[DayComparison]:
    """Every day that either side counted, of one or all terminals, by terminal, epoch and day."""
    branch_of = {row.terminal: row.branch for row in connection.execute(_BRANCHES)}
    head_of = {(row.terminal, row.epoch): row.seq for row in connection.execute(_HEADS)}
    office = {_key(row): _tally(row) for row in connection.execute(select(day_tallies))}
    till = {_key(row): _tally(row) for row in connection.execute(select(till_tallies))}
    compared = []
    for key in sorted(office.keys() | till.keys()):
        if (terminal is not None and key[0] != terminal) or (day is not None and key[2] != day):
            continue
        ours, theirs = office.get(key, DayTally(key[2])), till.get(key)
        state = compare_day(ours, theirs, head_of.get(key[:2], 0))
        compared.append(
            DayComparison(
                terminal=key[0],
                branch=branch_of.get(key[0], ""),
                epoch=key[1],
                day=key[2],
                state=state,
                office=ours,
                till=theirs,
                differences=_differences(ours, theirs)
                if theirs and state is not DayState.AGREES
                else {},
            )
        )
    return compared


def _differences(office: DayTally, till: DayTally) -> dict[str, tuple[int, int]]:
    sums = ((name, getattr(till, name), getattr(office, name)) for name in TALLY_COUNTS)
    return {name: (theirs, ours) for name, theirs, ours in sums if theirs != ours}


def _key(row: Row[tuple[object, ...]]) -> tuple[str, int, str]:
    return row.terminal, row.epoch, row.day


def _tally(row: Row[tuple[object, ...]]) -> DayTally:
    return DayTally(row.day, row.last_seq, *(getattr(row, name) for name in TALLY_COUNTS))


_BRANCHES = select(terminals.c.terminal, terminals.c.branch)
_HEADS = select(heads.c.terminal, heads.c.epoch, heads.c.seq)

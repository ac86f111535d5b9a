"""What is counted of members over time, taken from entries as they arrive (`loyalty.sums`).

Each journal has its own part, so that a till can be told what all others counted. Frames of a
journal come one after the other, and a part is written whole. Where the programme asks for nothing
of a member's past, no entry has sums and nothing is done here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from loyalty.journal import Entry
from loyalty.sums import SUMS, added, fold_sums, latest, sums_in, worth_telling
from loyalty.wire import SumsChange
from sync_server.store import feed
from sync_server.store.sums import Part, parts_of, put_parts, sums_of
from sync_server.terminals.frames import Frame, refusing

LARGE_SUM = 10**9
"""What an entry adds above this is looked at, as its points are (`great_sums`)."""

MAX_SUM = 10**15
"""Of anything that is counted of one member, over all journals."""


def post_sums(connection: Connection, terminal: str, epoch: int, entries: Sequence[Entry]) -> None:
    """Add what `entries` of one journal count of members, and have the tills told of it."""
    more = fold_sums(entries)
    if not more:
        return
    before = {
        part.member_id: part.counted
        for part in parts_of(connection, more)
        if (part.terminal, part.epoch) == (terminal, epoch)
    }
    put_parts(
        connection,
        [
            Part(member, terminal, epoch, latest(added(before.get(member, {}), counted)))
            for member, counted in more.items()
        ],
    )
    feed.tell(connection, feed.SUMS, more.keys())


def told_sums(
    connection: Connection, members: Collection[str], terminal: str, epoch: int
) -> Iterator[tuple[str, SumsChange]]:
    """What all journals but `epoch` of `terminal` counted of `members`, as its till is told."""
    totals: dict[str, dict[str, int]] = {}
    for part in parts_of(connection, members):
        total = totals.setdefault(part.member_id, {})
        if (part.terminal, part.epoch) != (terminal, epoch):
            totals[part.member_id] = added(total, part.counted)
    for member, total in totals.items():
        yield member, SumsChange(member, worth_telling(total))


def refuse_sums_beyond(connection: Connection, frame: Frame) -> Frame:
    """`frame` without the entries that would bring something counted of a member beyond MAX_SUM.

    In the transaction that holds its members. An entry without sums is asked nothing more.
    """
    large = {
        entry.member
        for _, entry in frame.counting
        if SUMS in entry.payload and _is_large(sums_in(entry))
    }
    if not large:
        return frame
    totals = sums_of(connection, large)
    beyond = {}
    for _, entry in frame.counting:
        more = sums_in(entry)
        if not more or entry.member not in large:
            continue
        total = added(totals.get(entry.member, {}), more)
        if _is_large(more) and any(abs(total[key]) > MAX_SUM for key in more):
            beyond[entry.seq] = f"what is counted of member {entry.member} would leave its bounds"
        else:
            totals[entry.member] = total
    return refusing(frame, beyond)


def _is_large(more: Mapping[str, int]) -> bool:
    return any(abs(value) > LARGE_SUM for value in more.values())

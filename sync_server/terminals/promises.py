"""What a till promised, computed again from the receipt's lines under the programme it names."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from loyalty.journal import EARN, REVERSE, Entry
from loyalty.programme.document import Programme
from loyalty.programme.earning import award_points
from sync_server.store.cases import PROGRAMME_UNKNOWN, PROMISE_DIFFERS, Case
from sync_server.store.lines import UNREADABLE, total_of
from sync_server.store.programmes import find_programme

MAX_PROGRAMMES_KEPT = 64


class Promises:
    """Checks awards; keeps the programmes it loaded, which never change under their label."""

    def __init__(self) -> None:
        self._programmes: dict[str, Programme] = {}

    def check(self, connection: Connection, entries: Iterable[Entry]) -> Sequence[Case]:
        """A case for each entry whose points or amount are not what its lines come to."""
        found = []
        for entry in entries:
            if entry.kind not in (EARN, REVERSE):
                continue
            programme = self._programme(connection, entry.programme)
            if programme is None:
                found.append(_unknown(entry))
                continue
            difference = promise_difference(entry, programme)
            if difference:
                found.append(_differs(entry, difference))
        return found

    def _programme(self, connection: Connection, label: str) -> Programme | None:
        known = self._programmes.get(label)
        if known is None:
            known = find_programme(connection, label)
            if known is not None and len(self._programmes) < MAX_PROGRAMMES_KEPT:
                self._programmes[label] = known
        return known


def promise_difference(entry: Entry, programme: Programme) -> str:
    """How an earn or reverse entry differs from its own lines, or nothing."""
    total_minor = total_of(entry)
    if total_minor is None:
        return UNREADABLE
    sign = 1 if entry.kind == EARN else -1
    if sign * total_minor != entry.amount_minor:
        return f"amount {entry.amount_minor}, its lines sum to {sign * total_minor}"
    # A return takes back what the same goods would have earned: see `loyalty.programme.earning`.
    points = sign * award_points(programme, total_minor) if entry.member else 0
    if points != entry.points:
        return f"promised {entry.points} points, computed {points}"
    return ""


def _differs(entry: Entry, difference: str) -> Case:
    return Case(
        case_id=f"{PROMISE_DIFFERS}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=PROMISE_DIFFERS,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: {difference}.",
    )


def _unknown(entry: Entry) -> Case:
    return Case(
        case_id=f"{PROGRAMME_UNKNOWN}:{entry.terminal}:{entry.programme}",
        kind=PROGRAMME_UNKNOWN,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        detail=f"Head office holds no programme {entry.programme!r} to compute awards with.",
    )

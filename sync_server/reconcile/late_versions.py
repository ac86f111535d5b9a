"""Receipts that went by another version of the programme than was in force by their own time.

A till that had not heard of a version, or whose clock was wrong, is right by the version it had:
what it promised stands. Here it is listed, from the entries themselves, with what the version in
force would have given. Goods that come back with their receipt go by the version they were sold
under, and are not late.
"""

from bisect import bisect_right
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import BigInteger, Connection, Select, and_, func, literal, or_, select

from loyalty.clock import from_epoch_ms
from loyalty.journal import EARN, REVERSE, Entry, decode_entry
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.sale_facts import RETURNED_SALE
from sync_server.reconcile.recomputed import given_by
from sync_server.store.lines import total_of
from sync_server.store.programmes import VERSION_LABEL, versions
from sync_server.store.publishable import Version
from sync_server.store.tables import entries, programmes

ROWS_AT_ONCE = 1_000


class LateVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What one terminal did by `used` while `in_force` was in force.

    `entries` are its sales and returns without receipt; `points_promised` is what they gave and
    took, `points_in_force` what they would have by `in_force`, with what the till knew of its
    members. `unreadable` ones are among the entries and give no points to either. `latest` is the
    latest of them by the till's clock, in the shop's zone.
    """

    terminal: str
    used: str
    in_force: str
    entries: int
    points_promised: int
    points_in_force: int
    unreadable: int
    latest: str

    @property
    def difference(self) -> int:
        """Points given beyond what the version in force would have; below zero, points short."""
        return self.points_promised - self.points_in_force


class LateVersions(msgspec.Struct, frozen=True):
    """Those found, by terminal and versions; `is_whole` is False when there were more entries
    than were to be looked at."""

    found: tuple[LateVersion, ...] = ()
    is_whole: bool = True


class _Counted(msgspec.Struct):
    entries: int = 0
    promised: int = 0
    due: int = 0
    unreadable: int = 0
    latest_ms: int = 0


class _Calendar:
    """The versions by the time they start at; before the first, the first is meant."""

    def __init__(self, published: Sequence[Version]) -> None:
        self._starts = [version.starts_at_ms for version in published]
        self._versions = published
        self._loaded: dict[str, Programme] = {}

    def in_force(self, at_ms: int) -> Programme:
        """The programme that was in force at `at_ms`."""
        version = self._versions[max(bisect_right(self._starts, at_ms) - 1, 0)]
        if version.label not in self._loaded:
            self._loaded[version.label] = load_programme(version.document, version.label)
        return self._loaded[version.label]


def late_versions(
    connection: Connection,
    zone: ZoneInfo,
    *,
    terminal: str | None = None,
    day: str | None = None,
    at_most: int | None = None,
) -> LateVersions:
    """Everything that went by another version, of one or all terminals and days; `zone` is the
    shop's. Reads the entries a few at a time, and `at_most` late ones where it is given.

    Versions that head office does not hold are cases of their own and not listed here.
    """
    published = versions(connection)
    if len(published) < 2:
        return LateVersions()
    calendar = _Calendar(published)
    counted: dict[tuple[str, str, str], _Counted] = {}
    is_whole = True
    with closing(_late(connection, terminal, day)) as late:
        for looked_at, entry in enumerate(late):
            if looked_at == at_most:
                is_whole = False
                break
            due = calendar.in_force(entry.occurred_at_ms)
            key = (entry.terminal, entry.programme, due.label)
            _count(counted.setdefault(key, _Counted()), entry, due, zone)
    return LateVersions(_told(counted, zone), is_whole)


def _late(connection: Connection, terminal: str | None, day: str | None) -> Generator[Entry]:
    statement = _LATE
    if terminal is not None:
        statement = statement.where(entries.c.terminal == terminal)
    if day is not None:
        statement = statement.where(entries.c.day == day)
    with connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement) as rows:
        for row in rows:
            entry = decode_entry(row.body)
            if RETURNED_SALE not in entry.payload:
                yield entry


def _count(counted: _Counted, entry: Entry, due: Programme, zone: ZoneInfo) -> None:
    total_minor = total_of(entry)
    given = None if total_minor is None else given_by(due, entry, total_minor, zone)
    counted.entries += 1
    counted.latest_ms = max(counted.latest_ms, entry.occurred_at_ms)
    if given is None:
        counted.unreadable += 1
        return
    counted.promised += entry.points
    counted.due += given.points


def _told(counted: dict[tuple[str, str, str], _Counted], zone: ZoneInfo) -> tuple[LateVersion, ...]:
    return tuple(
        LateVersion(
            terminal=terminal,
            used=used,
            in_force=in_force,
            entries=sums.entries,
            points_promised=sums.promised,
            points_in_force=sums.due,
            unreadable=sums.unreadable,
            latest=f"{from_epoch_ms(sums.latest_ms).astimezone(zone):%Y-%m-%d %H:%M}",
        )
        for (terminal, used, in_force), sums in sorted(counted.items())
    )


def _spans() -> Select[Any]:
    """Each version with the time it is in force from, and until; the first one from ever."""
    order = (programmes.c.starts_at_ms, programmes.c.published_at_ms, programmes.c.version)
    return select(
        VERSION_LABEL,
        programmes.c.starts_at_ms.label("begin_ms"),
        func.lag(programmes.c.version).over(order_by=order).is_(None).label("is_first"),
        func.lead(programmes.c.starts_at_ms, type_=BigInteger).over(order_by=order).label("end_ms"),
    ).where(programmes.c.withdrawn_at_ms.is_(None))


_SPANS = _spans().subquery("spans")
_LATE = (
    select(entries.c.body)
    .join(_SPANS, _SPANS.c.label == entries.c.programme)
    .where(
        entries.c.kind.in_((literal(EARN), literal(REVERSE))),
        or_(
            and_(~_SPANS.c.is_first, entries.c.occurred_at_ms < _SPANS.c.begin_ms),
            entries.c.occurred_at_ms >= _SPANS.c.end_ms,
        ),
    )
)

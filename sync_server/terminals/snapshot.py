"""The snapshot that a new till starts from: all that the feed would tell it, in one signed stream.

It is read in one transaction and made a part at a time, so that it takes no more memory for a
million members than for ten thousand, and what it says is of one moment: of change `cursor`. From
there the feed goes on.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS
from litestar.types import Guard
from sqlalchemy import Connection, Engine, Select, bindparam, func, select

from loyalty.clock import Clock, epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.snapshots import (
    SNAPSHOT_MEDIA_TYPE,
    SNAPSHOT_VERSION,
    SnapshotHead,
    SnapshotWriter,
)
from loyalty.vouchers import ISSUED
from loyalty.wire import SNAPSHOT_PATH
from sync_server.errors import TooManySnapshots
from sync_server.store import feed
from sync_server.store.accounts import with_wallets
from sync_server.store.engine import reading
from sync_server.store.programmes import versions
from sync_server.store.server_key import server_key
from sync_server.store.settings import HISTORY_ID, read_setting
from sync_server.store.tables import (
    member_branches,
    members,
    notices,
    products,
    standings,
    sums,
    terminals,
    vouchers,
)
from sync_server.store.working_sets import branch_told
from sync_server.terminals.enrolment import KnownTerminal
from sync_server.terminals.feed import Journal, things_of
from sync_server.terminals.limits import MAX_SEQ
from sync_server.terminals.stalls import let_go_when_stalled, to_be_let_go

MAX_SNAPSHOTS_AT_ONCE = 4
"""Each keeps a connection and one state of the database for as long as its till's line takes."""

ROWS_A_PART = 4_000
"""Larger parts would be hardly smaller on the line, and take more memory to make."""

STALE_CLOCK_MS = 48 * 3_600_000
"""How far a till's clock may be behind: so long after its expiry a spent voucher is still told."""


def snapshot_handler(engine: Engine, clock: Clock, guards: Sequence[Guard]) -> HTTPRouteHandler:
    """The address that a new till fetches its snapshot from, `?epoch=` the journal it writes."""
    snapshots = Snapshots(engine)

    @get(SNAPSHOT_PATH, sync_to_thread=True, guards=guards, middleware=[let_go_when_stalled])
    def snapshot(request: Request[KnownTerminal, None, State], epoch: int) -> Response[Any]:
        if not 1 <= epoch <= MAX_SEQ:
            raise FrameInvalid("A till asks for the snapshot of a journal that it was given.")
        records = snapshots.stream(request.user.terminal, epoch, epoch_ms(clock()))
        try:
            head = next(records)
        except TooManySnapshots as fault:
            return Response({"detail": str(fault)}, status_code=HTTP_429_TOO_MANY_REQUESTS)
        sent = to_be_let_go(request.scope, _sent(head, records))
        return Stream(sent, media_type=SNAPSHOT_MEDIA_TYPE)

    return snapshot


async def _sent(head: bytes, records: Generator[bytes, None, None]) -> AsyncGenerator[bytes, None]:
    """The records, each made in a thread when the line has taken the one before.

    When the line breaks, `records` is let go with what it holds.
    """
    made = threading.Lock()

    def make() -> bytes:
        with made:
            return next(records, b"")

    def let_go() -> None:
        with made:
            records.close()

    try:
        yield head
        while record := await asyncio.to_thread(make):
            yield record
    finally:
        # A thread may just be making a record: then it is waited for, in a thread as well.
        if made.locked():
            asyncio.get_running_loop().run_in_executor(None, let_go)
        else:
            let_go()


class Snapshots:
    """Makes snapshots of one chain. Its methods may be called from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._served: set[str] = set()

    def stream(self, terminal: str, epoch: int, now_ms: int) -> Generator[bytes, None, None]:
        """The snapshot for the till that writes journal `epoch` of `terminal`, record by record.

        What it holds of the database it gives back at its end, or when it is closed. Raises
        TooManySnapshots at the first record, also when `terminal` has one on its way: no terminal
        takes the places of others.
        """
        with self._lock:
            if terminal in self._served or len(self._served) >= MAX_SNAPSHOTS_AT_ONCE:
                raise TooManySnapshots(
                    f"Head office makes {len(self._served)} snapshots already, at most one for a "
                    "terminal.",
                    "The till tries again by itself.",
                )
            self._served.add(terminal)
        try:
            with reading(self._engine) as connection:
                branch = branch_told(connection, terminal)
                yield from _records(connection, Journal(terminal, epoch, branch), now_ms)
        finally:
            with self._lock:
                self._served.discard(terminal)


def _records(connection: Connection, journal: Journal, now_ms: int) -> Iterator[bytes]:
    writer = SnapshotWriter()
    cursor = feed.last_change(connection)
    asked = {"branch": journal.branch, "still_shown_ms": now_ms - STALE_CLOCK_MS}
    counted = _COUNT_OF_BRANCH if journal.branch else _COUNT
    yield writer.head(
        SnapshotHead(
            version=SNAPSHOT_VERSION,
            history_id=read_setting(connection, HISTORY_ID),
            terminal=journal.terminal,
            epoch=journal.epoch,
            branch=journal.branch,
            cursor=cursor,
            mark=feed.mark_at(connection, cursor) or "",
            members=connection.execute(counted, asked).scalar_one(),
        )
    )
    for topic, keys in (_KEYS_OF_BRANCH if journal.branch else _KEYS).items():
        for page in _pages(connection, keys, asked):
            is_whole = not (journal.branch and topic in (feed.BALANCE, feed.SUMS))
            named = iter(page if is_whole else with_wallets(connection, page))
            while of_part := list(islice(named, ROWS_A_PART)):
                yield from _part(connection, writer, topic, of_part, journal)
    told = [version.label for version in versions(connection)]
    yield from _part(connection, writer, feed.PROGRAMME, [*told, feed.PROGRAMME_IN_FORCE], journal)
    yield writer.end(server_key(connection))


def _part(
    connection: Connection,
    writer: SnapshotWriter,
    topic: str,
    keys: Sequence[str],
    journal: Journal,
) -> Iterator[bytes]:
    things = things_of(connection, topic, keys, journal)
    if things:
        yield writer.part(list(things.values()))


def _pages(
    connection: Connection, keys: Select[Any], asked: Mapping[str, object]
) -> Iterator[Sequence[str]]:
    after = ""
    while page := connection.execute(keys, {**asked, "after": after}).scalars().all():
        yield page
        after = page[-1]


def _keys_of(key: Any, *which: Any) -> Select[Any]:
    """The next keys after `after`, as the database orders them, for one part."""
    return select(key).where(key > bindparam("after"), *which).order_by(key).limit(ROWS_A_PART)


def _of_branch(member: Any) -> Any:
    return (
        select(member_branches.c.branch)
        .where(
            member_branches.c.branch == bindparam("branch"), member_branches.c.member_id == member
        )
        .exists()
    )


_STILL_SHOWN = (
    (vouchers.c.state == ISSUED)
    | (vouchers.c.expires_at_ms > bindparam("still_shown_ms"))
    | (vouchers.c.expires_at_ms == 0)
)
"""A spent voucher is told while its code could still be taken for good; of one whose issue has not
arrived nobody knows how long that is."""

_WAITING = notices.c.printed_at_ms.is_(None)
_EVERYONES: Mapping[str, Select[Any]] = {
    feed.TERMINAL: _keys_of(terminals.c.terminal),
    feed.PRODUCT: _keys_of(products.c.code),
}
_KEYS: Mapping[str, Select[Any]] = {
    **_EVERYONES,
    feed.MEMBER: _keys_of(members.c.member_id),
    feed.BALANCE: _keys_of(standings.c.member_id),
    feed.SUMS: _keys_of(sums.c.member_id).distinct(),
    feed.VOUCHER: _keys_of(vouchers.c.number, _STILL_SHOWN),
    feed.NOTICE: _keys_of(notices.c.notice_id, _WAITING),
}
_KEYS_OF_BRANCH: Mapping[str, Select[Any]] = {
    **_EVERYONES,
    **dict.fromkeys(
        (feed.MEMBER, feed.BALANCE, feed.SUMS),
        _keys_of(member_branches.c.member_id, member_branches.c.branch == bindparam("branch")),
    ),
    # Whose voucher it is, is not known before its issue arrives: like the feed, it is told to all.
    feed.VOUCHER: _keys_of(
        vouchers.c.number,
        _STILL_SHOWN,
        _of_branch(vouchers.c.member_id) | (vouchers.c.member_id == ""),
    ),
    feed.NOTICE: _keys_of(notices.c.notice_id, _WAITING, _of_branch(notices.c.member_id)),
}
_COUNT = select(func.count()).select_from(members)
_COUNT_OF_BRANCH = (
    select(func.count())
    .select_from(member_branches)
    .where(member_branches.c.branch == bindparam("branch"))
)

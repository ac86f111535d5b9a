"""Taking a frame: one transaction in which entries, books, cases and the feed move together.

Head office acknowledges what this transaction committed and nothing else. What a till sends
again, in whole or in part, is found by its numbers and bytes and changes nothing.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec
import structlog
from sqlalchemy import Connection, Engine, insert, select, update

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import Entry, first_seal
from loyalty.wire import Outcome, Refused, SyncRequest
from sync_server.store.cases import Case, open_cases
from sync_server.store.engine import writing
from sync_server.store.feed import NOTICE, tell
from sync_server.store.statements import inserting
from sync_server.store.tables import entries, heads, notices, terminals, till_tallies
from sync_server.terminals.books import count_days, days_of, post
from sync_server.terminals.chain import Continuation, Head, Placed, continue_chain
from sync_server.terminals.evidence import (
    held_under,
    keep_evidence,
    lost_tail,
    put_in_quarantine,
    refusal_case,
)
from sync_server.terminals.inspection import inspect
from sync_server.terminals.limits import (
    clock_offset_ms,
    printed_notices,
    product_version,
    require_place,
    sane_tallies,
)
from sync_server.terminals.member_book import enrol
from sync_server.terminals.promises import Promises
from sync_server.terminals.voucher_book import post_vouchers

MAX_REASON_CHARACTERS = 300

log = structlog.get_logger(__name__)

AfterEntries = Callable[[Connection, Sequence[Entry]], None]
"""Told the entries that a frame added, inside its transaction: where campaigns are triggered."""


class Taken(msgspec.Struct, frozen=True):
    """How a frame was taken, as committed."""

    outcome: Outcome
    head: Head
    refused: tuple[Refused, ...] = ()


class Ingest:
    """Takes frames into the books of one chain. Its methods may be called from many threads."""

    def __init__(
        self, engine: Engine, clock: Clock, zone: ZoneInfo, after_entries: Sequence[AfterEntries]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._after_entries = tuple(after_entries)
        self._promises = Promises()

    def take(self, request: SyncRequest) -> Taken:
        """Take one frame of a terminal that proved who it is.

        Raises FrameInvalid for a frame that breaks the protocol; nothing of it is taken then, and
        neither is anything when the database fails.
        """
        require_place(request)
        now_ms = epoch_ms(self._clock())
        with writing(self._engine) as connection:
            last_sent_at_ms = _last_sent_at_ms(connection, request)
            _note_contact(connection, request, now_ms)
            _note_printed(connection, request, now_ms)
            head = _head(connection, request)
            held = held_under(connection, request, head)
            frame = continue_chain(
                head, held.bodies, request.first_seq, request.bodies, request.last_seal
            )
            refused = held.refused
            if frame.outcome is Outcome.ACCEPTED:
                refused += self._post(connection, request, frame, now_ms)
                _keep_tallies(connection, request, frame.head, now_ms)
                open_cases(connection, lost_tail(request, head, last_sent_at_ms), now_ms)
            elif frame.outcome is Outcome.FORKED:
                keep_evidence(connection, request, frame, now_ms)
        return Taken(frame.outcome, frame.head, refused)

    def _post(
        self, connection: Connection, request: SyncRequest, frame: Continuation, now_ms: int
    ) -> tuple[Refused, ...]:
        if not frame.fresh:
            return ()
        terminal, epoch = request.terminal, request.epoch
        counting: list[tuple[Placed, Entry]] = []
        refused: list[tuple[Placed, str]] = []
        for placed in frame.fresh:
            entry = inspect(placed.body, terminal, epoch, placed.seq)
            if isinstance(entry, str):
                refused.append((placed, entry[:MAX_REASON_CHARACTERS]))
            else:
                counting.append((placed, entry))
        found = [refusal_case(request, placed.seq, reason) for placed, reason in refused]
        put_in_quarantine(connection, request, refused, now_ms, in_chain=True)
        found += self._post_entries(connection, request, counting, now_ms)
        _move_head(connection, request, frame.head)
        open_cases(connection, found, now_ms)
        return tuple(Refused(placed.seq, reason) for placed, reason in refused)

    def _post_entries(
        self,
        connection: Connection,
        request: SyncRequest,
        counting: Sequence[tuple[Placed, Entry]],
        now_ms: int,
    ) -> list[Case]:
        if not counting:
            return []
        arrived = [entry for _, entry in counting]
        days = days_of(arrived, self._zone)
        connection.execute(
            insert(entries),
            [
                {
                    "terminal": entry.terminal,
                    "epoch": entry.epoch,
                    "seq": entry.seq,
                    "kind": entry.kind,
                    "member": entry.member,
                    "points": entry.points,
                    "amount_minor": entry.amount_minor,
                    "receipt": entry.receipt,
                    "programme": entry.programme,
                    "occurred_at_ms": entry.occurred_at_ms,
                    "recorded_at_ms": entry.recorded_at_ms,
                    "received_at_ms": now_ms,
                    "day": day,
                    "body": placed.body,
                    "seal": placed.seal,
                }
                for (placed, entry), day in zip(counting, days, strict=True)
            ],
        )
        count_days(connection, request.terminal, request.epoch, zip(days, arrived, strict=True))
        found = [
            *enrol(connection, arrived),
            *post(connection, request.terminal, request.epoch, arrived),
            *post_vouchers(connection, arrived),
            *self._promises.check(connection, arrived),
        ]
        self._trigger(connection, arrived)
        return found

    def _trigger(self, connection: Connection, arrived: Sequence[Entry]) -> None:
        """Tell campaigns; a fault of one costs its messages and never the entries."""
        for after in self._after_entries:
            try:
                with connection.begin_nested():
                    after(connection, arrived)
            except Exception:
                log.exception("campaign_trigger_fault", entries=len(arrived))


def _last_sent_at_ms(connection: Connection, request: SyncRequest) -> int:
    """When the till made the frame that was heard last, by its own clock."""
    row = connection.execute(
        select(terminals.c.last_contact_ms, terminals.c.clock_offset_ms).where(
            terminals.c.terminal == request.terminal
        )
    ).first()
    return 0 if row is None else (row.last_contact_ms or 0) + row.clock_offset_ms


def _note_contact(connection: Connection, request: SyncRequest, now_ms: int) -> None:
    connection.execute(
        update(terminals)
        .where(terminals.c.terminal == request.terminal)
        .values(
            last_contact_ms=now_ms,
            product_version=product_version(request),
            clock_offset_ms=clock_offset_ms(request, now_ms),
        )
    )


def _note_printed(connection: Connection, request: SyncRequest, now_ms: int) -> None:
    named = printed_notices(request)
    if not named:
        return
    printed = connection.execute(
        update(notices)
        .where(notices.c.notice_id.in_(named), notices.c.printed_at_ms.is_(None))
        .values(printed_at_ms=now_ms, printed_terminal=request.terminal)
        .returning(notices.c.notice_id, notices.c.member_id)
    )
    tell(connection, NOTICE, {row.notice_id: row.member_id for row in printed})


def _head(connection: Connection, request: SyncRequest) -> Head:
    row = connection.execute(
        select(heads.c.seq, heads.c.seal).where(
            heads.c.terminal == request.terminal, heads.c.epoch == request.epoch
        )
    ).first()
    return Head(*row) if row else Head(0, first_seal(request.terminal, request.epoch))


def _move_head(connection: Connection, request: SyncRequest, head: Head) -> None:
    statement = inserting(connection, heads).values(
        terminal=request.terminal, epoch=request.epoch, seq=head.seq, seal=head.seal
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[heads.c.terminal, heads.c.epoch],
            set_={"seq": statement.excluded.seq, "seal": statement.excluded.seal},
        )
    )


def _keep_tallies(connection: Connection, request: SyncRequest, head: Head, now_ms: int) -> None:
    """Keep what the till counted, unless it said something newer before.

    Only of a frame that was accepted: the sums of another history would stand in the way of the
    till's own.
    """
    tallies = sane_tallies(request, head.seq)
    if not tallies:
        return
    statement = inserting(connection, till_tallies)
    told = {
        name: statement.excluded[name]
        for name in till_tallies.c.keys()  # noqa: SIM118 - a column collection, not a dict
        if not till_tallies.c[name].primary_key
    }
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(till_tallies.primary_key),
            set_=told,
            where=statement.excluded.last_seq >= till_tallies.c.last_seq,
        ),
        [
            {
                "terminal": request.terminal,
                "epoch": request.epoch,
                **msgspec.structs.asdict(tally),
                "received_at_ms": now_ms,
            }
            for tally in tallies
        ],
    )

"""Taking a frame: one transaction in which entries, books, cases and the feed move together.

Head office acknowledges what this transaction committed and nothing else. What a till sends
again, in whole or in part, is found by its numbers and bytes and changes nothing. A till with
nothing to say is answered without a write.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import astuple
from sqlalchemy import Connection, Engine

from loyalty.clock import Clock, epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.journal import Entry
from loyalty.tallies import Days
from loyalty.wire import Outcome, Refused, SyncRequest
from sync_server.rights.answers import NO_ANSWER, Answer, answer, settle_rights
from sync_server.rights.moves import rights_moved
from sync_server.store.bulk import Rows
from sync_server.store.cases import Case, open_cases
from sync_server.store.engine import writing_beside
from sync_server.store.history import (
    History,
    has_lost,
    history_of,
    is_known_by_receipt,
    is_settled,
    note_heard,
    note_restored,
    settled_history,
)
from sync_server.store.tables import TALLY_COUNTS, entries, till_tallies
from sync_server.store.working_sets import note_branches
from sync_server.terminals.books import count_days, post
from sync_server.terminals.chain import Head, Placed
from sync_server.terminals.clocks import clock_cases, jump_cases
from sync_server.terminals.contact import (
    Contact,
    contact_of,
    has_said_all,
    is_at_head,
    is_news,
    may_be_cut,
    note_contact,
    note_printed,
)
from sync_server.terminals.event_book import event_cases
from sync_server.terminals.evidence import (
    keep_evidence,
    lost_tail,
    put_in_quarantine,
    refusal_case,
)
from sync_server.terminals.frames import Frame, read_frame
from sync_server.terminals.great_sums import refuse_beyond
from sync_server.terminals.heads import is_signed, keep_head
from sync_server.terminals.journals import keep_lost_journal
from sync_server.terminals.limits import require_place, sane_tallies
from sync_server.terminals.lookups import note_met
from sync_server.terminals.member_book import enrol
from sync_server.terminals.member_locks import hold_members
from sync_server.terminals.order_book import note_orders
from sync_server.terminals.promises import Promises
from sync_server.terminals.receipt_book import receipt_cases
from sync_server.terminals.stale_standings import stale_standings
from sync_server.terminals.sum_book import post_sums, refuse_sums_beyond
from sync_server.terminals.transfer_book import transfer_cases
from sync_server.terminals.voucher_book import post_vouchers
from sync_server.terminals.wallet_book import wallet_cases

log = structlog.get_logger(__name__)

AfterEntries = Callable[[Connection, Sequence[Entry]], None]
"""Told the entries that a frame added, inside its transaction: where campaigns are triggered."""


class Taken(msgspec.Struct, frozen=True):
    """How a frame was taken, as committed.

    `signature` is head office's over `head`, in `history_id`. `fork_seq` is the first entry that
    is held with other bytes; 0 when there is none, or it is not known which.
    """

    outcome: Outcome
    head: Head
    refused: tuple[Refused, ...] = ()
    history_id: str = ""
    signature: bytes = b""
    fork_seq: int = 0
    rights: Answer = NO_ANSWER


class Ingest:
    """Takes frames into the books of one chain. Its methods may be called from many threads."""

    def __init__(
        self, engine: Engine, clock: Clock, zone: ZoneInfo, after_entries: Sequence[AfterEntries]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._days = Days(zone)
        self._after_entries = tuple(after_entries)
        self._promises = Promises(zone)

    def glance(
        self, connection: Connection, request: SyncRequest, token_hash: str | None = None
    ) -> Taken | None:
        """How the frame of a till with nothing to say is taken, in a reading transaction.

        None when there is something to write down after all, which is for `take`.
        """
        require_place(request)
        if not is_quiet(request):
            return None
        now_ms = epoch_ms(self._clock())
        contact = contact_of(connection, request, token_hash, holds=False)
        history = history_of(connection)
        head = contact.head
        is_at_head = (request.first_seq - 1, request.last_seal) == (head.seq, head.seal)
        if (
            not is_at_head
            or not contact.is_given
            or not is_settled(connection, history)
            or not is_signed(contact, history)
            or contact.heard_history != history.history_id
            or history.is_recovering
            or is_news(contact, request, now_ms)
            or has_lost(connection, history, request, head.seq)
        ):
            return None
        return Taken(
            Outcome.ACCEPTED,
            head,
            history_id=history.history_id,
            signature=contact.signature,
            rights=answer(
                connection, request, history.history_id, now_ms, is_at_head=True, writes=False
            ),
        )

    def take(self, request: SyncRequest, token_hash: str | None = None) -> Taken:
        """Take one frame of a terminal that shows the token hashed as `token_hash`, or that
        proved otherwise who it is.

        Raises FrameInvalid for a frame that breaks the protocol, TerminalUnknown for a token that
        is not good any more; nothing of it is taken then, and neither is anything when the
        database fails.
        """
        with writing_beside(self._engine) as connection:
            return self.take_within(connection, request, token_hash)

    def take_within(
        self, connection: Connection, request: SyncRequest, token_hash: str | None = None
    ) -> Taken:
        """Take a frame as `take` does, inside a transaction that writes."""
        require_place(request)
        now_ms = epoch_ms(self._clock())
        contact = contact_of(connection, request, token_hash, holds=True)
        frame = read_frame(connection, request, contact.head)
        hold_members(connection, request, frame.arrived)
        frame = refuse_sums_beyond(connection, refuse_beyond(connection, frame))
        history = _history(connection, contact, request, now_ms)
        open_cases(connection, clock_cases(contact, request, now_ms), now_ms)
        note_contact(connection, request, now_ms)
        note_printed(connection, request, now_ms)
        fork_seq = 0
        if frame.chain.outcome is Outcome.ACCEPTED:
            self._accept(connection, contact, request, frame, now_ms)
            is_noted = contact.heard_history == history.history_id and not history.is_recovering
            is_told = request.history_id == history.history_id
            if is_told and not is_noted and has_said_all(request, frame.chain):
                note_heard(connection, history, request.terminal, request.epoch)
        elif frame.chain.outcome is Outcome.FORKED:
            fork_seq = frame.chain.evidence[0].seq if frame.chain.evidence else 0
            keep_evidence(connection, request, frame.chain, now_ms)
        is_newest = is_at_head(request, frame.chain)
        rights = answer(
            connection,
            request,
            history.history_id,
            now_ms,
            is_at_head=is_newest,
            writes=True,
        )
        note_met(connection, request)
        head = frame.chain.head
        return Taken(
            frame.chain.outcome,
            head,
            frame.told_refused,
            history.history_id,
            keep_head(connection, contact, history, request.epoch, head),
            fork_seq,
            rights,
        )

    def _accept(
        self,
        connection: Connection,
        contact: Contact,
        request: SyncRequest,
        frame: Frame,
        now_ms: int,
    ) -> None:
        found = [refusal_case(request, placed.seq, reason) for placed, reason in frame.refused]
        put_in_quarantine(connection, request, frame.refused, now_ms, in_chain=True)
        if frame.counting:
            found += self._post(connection, request, frame.counting, now_ms)
        if is_at_head(request, frame.chain):
            _keep_tallies(connection, request, frame.chain.head, now_ms)
        found += lost_tail(request, contact.head, contact.last_sent_at_ms)
        open_cases(connection, found, now_ms)

    def _post(
        self,
        connection: Connection,
        request: SyncRequest,
        counting: Sequence[tuple[Placed, Entry]],
        now_ms: int,
    ) -> list[Case]:
        arrived = [entry for _, entry in counting]
        days = [self._days.of(entry.occurred_at_ms) for entry in arrived]
        _ENTRIES.put(
            connection,
            [
                (
                    entry.terminal,
                    entry.epoch,
                    entry.seq,
                    entry.member,
                    entry.kind,
                    entry.points,
                    entry.amount_minor,
                    entry.receipt,
                    entry.programme,
                    entry.occurred_at_ms,
                    entry.recorded_at_ms,
                    now_ms,
                    day,
                    placed.body,
                    placed.seal,
                )
                for (placed, entry), day in zip(counting, days, strict=True)
            ],
        )
        count_days(connection, request.terminal, request.epoch, zip(days, arrived, strict=True))
        journal = (request.terminal, request.epoch)
        moved = rights_moved(connection, *journal, arrived, now_ms)
        found = [
            *enrol(connection, arrived),
            *post(connection, *journal, arrived, moved),
            *post_vouchers(connection, arrived, self._promises.programme, now_ms),
            *self._promises.check(connection, arrived),
            *receipt_cases(
                connection, arrived, self._promises.programme, is_cut=may_be_cut(request)
            ),
            *jump_cases(connection, arrived),
        ]
        found += stale_standings(connection, arrived, self._promises, self._zone)
        post_sums(connection, *journal, arrived)
        note_orders(connection, arrived, self._promises.programme, now_ms)
        found += wallet_cases(connection, arrived, self._promises.programme, self._zone)
        found += event_cases(connection, arrived, self._promises.programme, self._zone)
        found += transfer_cases(connection, arrived, self._promises.programme, self._zone)
        members = {entry.member for entry in arrived if entry.member}
        note_branches(connection, request.terminal, members)
        settle_rights(connection, *journal, members, moved, now_ms)
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


def is_quiet(request: SyncRequest) -> bool:
    """Whether a frame holds nothing that is to be kept."""
    return not (
        request.bodies
        or request.printed_notices
        or request.tallies
        or request.draws
        or request.lookups
    )


def _history(
    connection: Connection, contact: Contact, request: SyncRequest, now_ms: int
) -> History:
    """The history that `request` meets: a new one when it proves that the books were put back.

    A journal that was not given, as far as the books know, was given in a time that they lost:
    when the till shows head office's own word about it, or the loss is known already. A till's
    word alone proves nothing.
    """
    history = settled_history(connection, now_ms)
    is_lost = not contact.is_given and is_known_by_receipt(history, request)
    if has_lost(connection, history, request, contact.head.seq):
        why = f"they lack what {request.terminal} was told"
        history = note_restored(connection, now_ms, why)
    elif is_lost and request.epoch >= history.least_epoch:
        why = f"they lack journal {request.epoch} of {request.terminal}"
        history = note_restored(connection, now_ms, why)
    if not contact.is_given:
        if not is_lost and request.epoch >= history.least_epoch:
            raise FrameInvalid(
                f"Terminal {request.terminal} was never given journal {request.epoch}, as far as "
                "head office's books go.",
                "Were they put back from a backup, say so there: paragon-server restored. "
                "Otherwise set the till up again with a new code.",
            )
        keep_lost_journal(connection, request.terminal, request.epoch, now_ms)
    return history


def _keep_tallies(connection: Connection, request: SyncRequest, head: Head, now_ms: int) -> None:
    """Keep what the till counted, unless it said something newer before.

    Only of a frame that was accepted and ends at the head, where the seals were compared: the sums
    of another history would stand in the way of the till's own. Who is behind has said it before.
    """
    tallies = sane_tallies(request, head.seq)
    if not tallies:
        return
    _TILL_TALLIES.put(
        connection,
        [(request.terminal, request.epoch, *astuple(tally), now_ms) for tally in tallies],
    )


_ENTRIES = Rows(
    entries,
    (
        *("terminal", "epoch", "seq", "member", "kind", "points", "amount_minor", "receipt"),
        *("programme", "occurred_at_ms", "recorded_at_ms", "received_at_ms", "day", "body"),
        "seal",
    ),
)
_TILL_TALLIES = Rows(
    till_tallies,
    ("terminal", "epoch", "day", "last_seq", *TALLY_COUNTS, "received_at_ms"),
    replaced=("last_seq", *TALLY_COUNTS, "received_at_ms"),
    unless_older="last_seq",
)

"""The sync in the background: every few seconds, and at once after a sale."""

import threading

import msgspec

from loyalty.clock import Clock, epoch_ms
from loyalty.wire import Outcome, SyncReply, SyncRequest
from terminal_app.background import Background
from terminal_app.errors import HeadOfficeBusy, HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.posting.upkeep import is_gathering
from terminal_app.store import settings
from terminal_app.store.connection import Store
from terminal_app.store.counterfoil import keep_counterfoil
from terminal_app.store.settings import SyncState
from terminal_app.sync.ahead import Ahead, foreseen
from terminal_app.sync.line import Line
from terminal_app.sync.moving import ask_to_leave, move, note_damage
from terminal_app.sync.retelling import retell
from terminal_app.sync.rounds import compose
from terminal_app.sync.snapshot import OnProgress, is_to_start, note_start, start_from_snapshot
from terminal_app.sync.taking import take
from terminal_app.sync.uplink import Uplink
from terminal_app.sync.waiting import Unsent

MAX_ROUNDS = 10_000
"""Of one sync: ten million entries; more rounds mean that the two sides talk past each other."""

GATHERING_PAUSE_S = 1.0
"""While a member is served whose rights are on their way: they wait at the till."""

STOP_TIMEOUT_S = 3.0
"""A cashier who closes the till does not wait for a head office that never answers."""


class SyncResult(msgspec.Struct, frozen=True):
    """What a sync moved: entries confirmed, changes told, round trips made."""

    entries: int
    changes: int
    rounds: int


class SyncLoop:
    """Syncs one till. `sync_once` may be called directly, or `start` runs it in a thread.

    `on_progress` is told how a start from a snapshot comes on.
    """

    def __init__(
        self,
        store: Store,
        uplink: Uplink,
        line: Line,
        clock: Clock,
        *,
        product_version: str,
        every_s: float,
        fingerprint: str,
        on_progress: OnProgress = lambda _: None,
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._line = line
        self._clock = clock
        self._product_version = product_version
        self._every_s = self._next_s = every_s
        self._fingerprint = fingerprint
        self._on_progress = on_progress
        self._one_at_a_time = threading.Lock()
        self._background = Background(
            "sync",
            self.sync_once,
            pause_s=lambda: self._next_s,
            rest_s=lambda: line.rest_s,
            stop_timeout_s=STOP_TIMEOUT_S,
            on_fault=lambda: line.found_down("The sync failed; the till's log says why."),
        )

    def sync_once(self) -> SyncResult:
        """Tell and be told until neither side has anything new.

        Raises HeadOfficeUnreachable when the line is down, HeadOfficeRefused when head office
        says no; whatever was confirmed before stays confirmed.
        """
        with self._one_at_a_time:
            self._next_s = self._every_s
            try:
                with Ahead(self._uplink.exchange) as ahead:
                    result = self._rounds(ahead)
            except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
                self._line.found_down(str(fault))
                raise
            self._line.found_up()
            self._next_s = self._soon_s()
            return result

    def nudge(self) -> None:
        """Sync soon instead of at the next turn; a line that was just found down rests first."""
        self._background.nudge()

    def start(self) -> None:
        """Sync in the background until `stop`."""
        self._background.start()

    def stop(self) -> None:
        """End the background sync, and the connection it used."""
        self._background.stop()
        self._uplink.close()

    def _rounds(self, ahead: Ahead) -> SyncResult:
        entries = changes = 0
        unsent = Unsent()
        # A move that a crash or the line cut short comes first.
        self._move()
        request = self._compose(unsent)
        for number in range(1, MAX_ROUNDS + 1):
            try:
                reply = ahead.answer_to(request)
            except HeadOfficeBusy:
                raise
            except HeadOfficeRefused:
                if not note_damage(self._store):
                    raise
                request = self._compose(unsent)
                continue
            self._ask_ahead(ahead, request, reply, unsent)
            if not take(self._store, request, reply, self._clock):
                request = self._compose(unsent)
                continue
            if request.bodies:
                keep_counterfoil(self._store)
            entries += len(request.bodies) if reply.outcome is Outcome.ACCEPTED else 0
            changes += len(reply.changes)
            note_start(self._store, reply)
            has_moved = self._move()
            following = None if has_moved else ahead.asked
            following = following or self._compose(unsent)
            if not following.bodies and is_to_start(self._store):
                # After the till has told everything: a start takes a while.
                start_from_snapshot(self._store, self._uplink, self._on_progress)
                following = self._compose(unsent)
            if not has_moved and _is_over(request, reply, following):
                told = retell(self._store, self._uplink, self._clock, self._product_version)
                if told is not None:
                    # Head office hears now that this was all.
                    entries += told
                    request = self._compose(unsent)
                    continue
                if not (ask_to_leave(self._store) and self._move()):
                    return SyncResult(entries, changes, number)
                following = self._compose(unsent)
            request = following
        raise HeadOfficeRefused(
            f"Till and head office did not come to an end in {MAX_ROUNDS} rounds."
        )

    def _compose(self, unsent: Unsent, state: SyncState | None = None) -> SyncRequest:
        return compose(self._store, self._clock, self._product_version, unsent, state)

    def _ask_ahead(
        self, ahead: Ahead, request: SyncRequest, reply: SyncReply, unsent: Unsent
    ) -> None:
        with self._store.reading() as connection:
            state = foreseen(settings.read_sync_state(connection), request, reply)
        if state is not None and not is_to_start(self._store):
            ahead.ask(self._compose(unsent, state))

    def _move(self) -> bool:
        return move(self._store, self._uplink, self._clock, self._fingerprint)

    def _soon_s(self) -> float:
        with self._store.reading() as connection:
            hurries = is_gathering(connection, epoch_ms(self._clock()))
        return min(GATHERING_PAUSE_S, self._every_s) if hurries else self._every_s


def _is_over(request: SyncRequest, reply: SyncReply, following: SyncRequest) -> bool:
    """Whether neither side has anything to say that it did not say in this round."""
    # Who was just answered and is still short is asked for again at the next sync, not at once.
    asked = {(draw.member_id, draw.voucher) for draw in request.draws}
    has_news = (
        following.bodies
        or following.tallies
        or any((draw.member_id, draw.voucher) not in asked for draw in following.draws)
        or set(following.lookups) - set(request.lookups)
    )
    return reply.outcome is Outcome.ACCEPTED and not reply.more and not has_news

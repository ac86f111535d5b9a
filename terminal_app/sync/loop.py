"""The sync in the background: every few seconds, and at once after a sale."""

import threading

import msgspec

from loyalty.clock import Clock
from loyalty.wire import Outcome, SyncRequest
from terminal_app.background import Background
from terminal_app.errors import HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity
from terminal_app.sync.line import Line
from terminal_app.sync.rounds import compose, take
from terminal_app.sync.uplink import Uplink

MAX_ROUNDS = 10_000
"""Of one sync: ten million entries; more rounds mean that the two sides talk past each other."""

STOP_TIMEOUT_S = 3.0
"""A cashier who closes the till does not wait for a head office that never answers."""


class SyncResult(msgspec.Struct, frozen=True):
    """What a sync moved: entries confirmed, changes told, round trips made."""

    entries: int
    changes: int
    rounds: int


class SyncLoop:
    """Syncs one till. `sync_once` may be called directly, or `start` runs it in a thread."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        uplink: Uplink,
        line: Line,
        clock: Clock,
        *,
        product_version: str,
        every_s: float,
    ) -> None:
        self._store = store
        self._identity = identity
        self._uplink = uplink
        self._line = line
        self._clock = clock
        self._product_version = product_version
        self._one_at_a_time = threading.Lock()
        self._background = Background(
            "sync",
            self.sync_once,
            pause_s=every_s,
            stop_timeout_s=STOP_TIMEOUT_S,
            on_fault=lambda: line.found_down("The sync failed; the till's log says why."),
        )

    def sync_once(self) -> SyncResult:
        """Tell and be told until neither side has anything new.

        Raises HeadOfficeUnreachable when the line is down, HeadOfficeRefused when head office
        says no; whatever was confirmed before stays confirmed.
        """
        with self._one_at_a_time:
            try:
                result = self._rounds()
            except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
                self._line.found_down(str(fault))
                raise
            self._line.found_up()
            return result

    def nudge(self) -> None:
        """Sync soon instead of at the next turn."""
        self._background.nudge()

    def start(self) -> None:
        """Sync in the background until `stop`."""
        self._background.start()

    def stop(self) -> None:
        """End the background sync, and the connection it used."""
        self._background.stop()
        self._uplink.close()

    def _rounds(self) -> SyncResult:
        entries = changes = 0
        request = self._compose()
        for number in range(1, MAX_ROUNDS + 1):
            reply = self._uplink.exchange(request)
            take(self._store, self._identity, request, reply, self._clock)
            entries += len(request.bodies)
            changes += len(reply.changes)
            request = self._compose()
            has_said_all = not request.bodies and not request.tallies
            if reply.outcome is Outcome.ACCEPTED and has_said_all and not reply.more:
                return SyncResult(entries, changes, number)
        raise HeadOfficeRefused(
            f"Till and head office did not come to an end in {MAX_ROUNDS} rounds."
        )

    def _compose(self) -> SyncRequest:
        return compose(self._store, self._identity, self._clock, self._product_version)

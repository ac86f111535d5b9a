"""The sync in the background: every few seconds, and at once after a sale."""

import threading

import msgspec
import structlog

from loyalty.clock import Clock
from loyalty.wire import Outcome, SyncRequest
from terminal_app.errors import HeadOfficeRefused, HeadOfficeUnreachable, TerminalError
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity
from terminal_app.sync.line import Line
from terminal_app.sync.rounds import compose, take
from terminal_app.sync.uplink import Uplink

MAX_ROUNDS = 10_000
"""Of one sync: ten million entries; more rounds mean that the two sides talk past each other."""

STOP_TIMEOUT_S = 3.0
"""A cashier who closes the till does not wait for a head office that never answers."""

log = structlog.get_logger(__name__)


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
        self._every_s = every_s
        self._one_at_a_time = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

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
        self._wake.set()

    def start(self) -> None:
        """Sync in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background sync after the round it is in."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S)
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

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.sync_once()
            except TerminalError as fault:
                log.info("sync_failed", reason=str(fault))
            except Exception:
                # The sale must go on whatever this is; the log has the whole story.
                log.exception("sync_fault")
                self._line.found_down("The sync failed; the till's log says why.")
            self._wake.wait(self._every_s)
            self._wake.clear()

"""Work that goes on behind the faces: every so often, and at once when there is reason to."""

import threading
from collections.abc import Callable

import structlog

from terminal_app.errors import TerminalError

log = structlog.get_logger(__name__)


class Background:
    """Takes `turn` after `turn` in a thread of its own, `pause_s()` apart or as soon as nudged, and
    `rest_s()` after the one before at the least.

    A fault of one turn is logged, once while it stays the same, and never ends the turns to come:
    the sale goes on whatever happens behind it. `on_fault` is told of faults that have no sentence
    of their own.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], object],
        *,
        pause_s: Callable[[], float],
        rest_s: Callable[[], float] = lambda: 0.0,
        stop_timeout_s: float,
        on_fault: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._turn = turn
        self._pause_s = pause_s
        self._rest_s = rest_s
        self._stop_timeout_s = stop_timeout_s
        self._on_fault = on_fault
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble = ""

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called: a long turn should come to its end."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin to take turns."""
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Take the next turn now."""
        self._wake.set()

    def stop(self) -> None:
        """End after the turn in hand, or leave it behind after `stop_timeout_s`."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(self._stop_timeout_s)

    def _run(self) -> None:
        while not self.is_stopping:
            try:
                self._turn()
                self._trouble = ""
            except TerminalError as fault:
                if str(fault) != self._trouble:
                    log.info("turn_failed", work=self._name, reason=str(fault))
                self._trouble = str(fault)
            except Exception:
                log.exception("turn_fault", work=self._name)
                self._on_fault()
            self._wake.wait(self._pause_s())
            # However often it is nudged: what fails again and again would slow the sales down.
            self._stopping.wait(self._rest_s())
            self._wake.clear()

"""The line to head office, as the till last found it."""

import math
import threading
import time
from collections.abc import Callable

DOWN_PAUSE_S = 1.0
"""Between two tries while the line is down, however many sales are made meanwhile."""


class Line:
    """Whether the last attempt reached head office, shared between the sync and the faces."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._down_at_s = -math.inf
        self._lock = threading.Lock()
        self._is_up = False
        self._trouble = ""

    def found_up(self) -> None:
        """Head office answered."""
        with self._lock:
            self._is_up, self._trouble = True, ""

    def found_down(self, trouble: str) -> None:
        """Head office did not answer, or said no; `trouble` is the sentence that says why."""
        with self._lock:
            self._is_up, self._trouble = False, trouble
            self._down_at_s = self._ticks()

    @property
    def rest_s(self) -> float:
        """How long to leave the line alone: a moment, when it was found down just now."""
        with self._lock:
            down_s = self._ticks() - self._down_at_s
            return 0.0 if self._is_up else max(DOWN_PAUSE_S - down_s, 0.0)

    @property
    def is_up(self) -> bool:
        """Whether the last attempt reached head office; False before the first."""
        with self._lock:
            return self._is_up

    @property
    def trouble(self) -> str:
        """Why the line is down; empty while it is up or nothing was tried yet."""
        with self._lock:
            return self._trouble

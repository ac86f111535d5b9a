"""The line to head office, as the till last found it."""

import threading


class Line:
    """Whether the last attempt reached head office, shared between the sync and the faces."""

    def __init__(self) -> None:
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

"""How many cards a terminal may ask about: enough for a busy shop, too few to list all members.

A till asks for cards that it has not heard of, a few a day. One that was taken over could go
through all numbers there are, and be told name and address behind each.
"""

import threading
from collections.abc import Sequence

MAX_CARDS_AN_HOUR = 300
"""Of one terminal, counted by each process of head office. The same card again costs nothing: one
that nobody knows is asked for every minute."""

HOUR_MS = 3_600_000


class Strangers:
    """Which cards each terminal asked about in this hour. Its methods may be called from many
    threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hour = 0
        self._asked: dict[str, set[int]] = {}

    def answered(self, terminal: str, cards: Sequence[str], now_ms: int) -> tuple[str, ...]:
        """Those of `cards` that `terminal` is given an answer about; the others wait for another
        hour, as if nobody knew them."""
        if not cards:
            return ()
        with self._lock:
            if now_ms // HOUR_MS != self._hour:
                self._hour = now_ms // HOUR_MS
                self._asked.clear()
            asked = self._asked.setdefault(terminal, set())
            for card in cards:
                if len(asked) < MAX_CARDS_AN_HOUR:
                    # A number in place of a text that may be long.
                    asked.add(hash(card))
            return tuple(card for card in cards if hash(card) in asked)

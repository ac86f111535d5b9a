"""Time in the simulation: one true time, and the clock of each machine, which may be wrong."""

from datetime import UTC, datetime, timedelta

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrueTime:
    """Milliseconds since 1970 UTC; it only ever goes on."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def pass_by(self, span_ms: int) -> None:
        self.now_ms += span_ms


class MachineClock:
    """What one machine believes the time to be: `offset_ms` ahead of the truth."""

    def __init__(self, time: TrueTime) -> None:
        self._time = time
        self.offset_ms = 0

    @property
    def now_ms(self) -> int:
        return self._time.now_ms + self.offset_ms

    def __call__(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self.now_ms)

    def ticks(self) -> int:
        """Nanoseconds by a count that nobody can set: they follow true time, whatever it shows."""
        return self._time.now_ms * 1_000_000

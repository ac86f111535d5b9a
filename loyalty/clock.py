"""Time as the domain sees it: zone-aware, handed in, never read here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime; products pass one in, tests pass their own."""

# Counted in integers: seconds as a float are a millisecond short now and then.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware `moment`; entries and messages carry this."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be ordered against others")
    return (moment - _EPOCH) // _MILLISECOND


def from_epoch_ms(moment_ms: int) -> datetime:
    """The aware UTC datetime of `moment_ms` milliseconds since 1970."""
    return _EPOCH + moment_ms * _MILLISECOND

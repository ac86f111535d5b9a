"""Time as the domain sees it: zone-aware, handed in, never read here."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime; products pass one in, tests pass their own."""


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware `moment`; entries and messages carry this."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be ordered against others")
    return int(moment.timestamp() * 1000)


def from_epoch_ms(moment_ms: int) -> datetime:
    """The aware UTC datetime of `moment_ms` milliseconds since 1970."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC)

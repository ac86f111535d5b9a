"""Time is aware of its zone, or it is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.clock import epoch_ms, from_epoch_ms

MOMENTS_MS = st.integers(0, 4_102_444_800_000)


@given(MOMENTS_MS)
def test_milliseconds_round_trip(moment_ms: int) -> None:
    moment = from_epoch_ms(moment_ms)
    assert moment.tzinfo is UTC
    assert epoch_ms(moment) == moment_ms


def test_the_zone_counts() -> None:
    warsaw = timezone(timedelta(hours=2))
    assert epoch_ms(datetime(2024, 6, 1, 2, 0, tzinfo=warsaw)) == epoch_ms(
        datetime(2024, 6, 1, 0, 0, tzinfo=UTC)
    )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        epoch_ms(datetime(2024, 6, 1))  # noqa: DTZ001

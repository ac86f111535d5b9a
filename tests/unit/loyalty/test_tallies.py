"""A day's sums: every entry counted once, under its own name."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import tallies
from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.journal import EARN, KINDS, REDEEM, REVERSE, VOUCHER_ISSUED, VOUCHER_REDEEMED, Entry
from loyalty.tallies import Days, DayTally, counted, day_of

ENTRIES = st.builds(
    Entry,
    terminal=st.just("T"),
    epoch=st.just(1),
    seq=st.integers(1, 10_000),
    kind=st.sampled_from([*sorted(KINDS), "tier"]),
    member=st.sampled_from(["", "a"]),
    points=st.integers(-1000, 1000),
    amount_minor=st.integers(-1000, 1000),
    receipt=st.just("R"),
    programme=st.just("classic@1"),
    occurred_at_ms=st.just(0),
    recorded_at_ms=st.just(0),
    payload=st.just({}),
)


@given(st.lists(ENTRIES))
def test_a_tally_is_the_sum_of_its_entries(entries: list[Entry]) -> None:
    tally = DayTally("2024-06-01")
    for entry in entries:
        tally = counted(tally, entry)

    def of(*kinds: str) -> list[Entry]:
        return [entry for entry in entries if entry.kind in kinds]

    assert tally == DayTally(
        day="2024-06-01",
        last_seq=max((entry.seq for entry in entries), default=0),
        entries=len(entries),
        sales=len(of(EARN)),
        anonymous=len([entry for entry in of(EARN) if not entry.member]),
        sales_minor=sum(entry.amount_minor for entry in of(EARN)),
        returns=len(of(REVERSE)),
        returns_minor=-sum(entry.amount_minor for entry in of(REVERSE)),
        points_earned=sum(entry.points for entry in of(EARN)),
        points_clawed_back=-sum(entry.points for entry in of(REVERSE)),
        points_redeemed=-sum(entry.points for entry in of(REDEEM)),
        vouchers_issued=len(of(VOUCHER_ISSUED)),
        vouchers_redeemed=len(of(VOUCHER_REDEEMED)),
    )


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2024-06-01T21:59:59.999+00:00", "Europe/Warsaw", "2024-06-01"),
        ("2024-06-01T22:00:00+00:00", "Europe/Warsaw", "2024-06-02"),
        ("2024-10-27T00:59:00+00:00", "Europe/London", "2024-10-27"),
        ("2024-01-01T04:59:00+00:00", "America/New_York", "2023-12-31"),
    ],
)
def test_the_day_is_the_shops(moment: str, zone: str, day: str) -> None:
    from datetime import datetime

    assert day_of(epoch_ms(datetime.fromisoformat(moment)), ZoneInfo(zone)) == day


@given(st.integers(0, 4_102_444_800_000))
def test_in_utc_the_day_is_the_date(moment_ms: int) -> None:
    assert day_of(moment_ms, ZoneInfo("UTC")) == from_epoch_ms(moment_ms).date().isoformat()


@given(
    st.lists(st.integers(0, 32_503_680_000_000) | st.integers(0, 100_000_000_000), max_size=20),
    st.sampled_from(["Europe/Warsaw", "Africa/Monrovia", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_days_looked_up_once_are_the_same_days(moments: list[int], zone: str) -> None:
    days = Days(ZoneInfo(zone))
    for moment in [*moments, *moments]:
        assert days.of(moment) == day_of(moment, ZoneInfo(zone))


def test_days_are_forgotten_rather_than_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MAX_QUARTERS_KEPT", 2)
    days = Days(ZoneInfo("Europe/Warsaw"))
    start = epoch_ms(from_epoch_ms(1_700_000_000_000))
    told = [days.of(start + hour * 3_600_000) for hour in range(50)]
    assert told == [
        day_of(start + hour * 3_600_000, ZoneInfo("Europe/Warsaw")) for hour in range(50)
    ]

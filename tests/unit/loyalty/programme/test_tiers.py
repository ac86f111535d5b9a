"""Tiers over a window of months: reached at once, kept for a grace, and what is missing told."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.document import Programme
from loyalty.programme.tiers import TierProgress, tier_of, tier_progress, window_sum
from tests.unit.loyalty.programme.shop import WARSAW, programme

EARNING = '[[earn]]\nname = "shopping"\nper = "1.00"\n'
LADDER = '[[tier]]\nname = "silver"\nat = "1200.00"\n[[tier]]\nname = "gold"\nat = "3000.00"\n'


def shop(months: int = 12, grace_days: int = 0, ladder: str = LADDER) -> Programme:
    return programme(EARNING + f"[tiers]\nmonths = {months}\ngrace_days = {grace_days}\n" + ladder)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("spent", "tier"),
    [(-5, ""), (0, ""), (119_999, ""), (120_000, "silver"), (299_999, "silver"), (300_000, "gold")],
)
def test_a_tier_is_reached_with_its_last_grosz(spent: int, tier: str) -> None:
    assert tier_of(shop(), {"spend|2026-11": spent}, at("2026-11-22")) == tier


@pytest.mark.parametrize(
    ("day", "tier"),
    [("2026-11-30", "silver"), ("2027-11-30", "silver"), ("2027-12-01", "")],
)
def test_the_window_is_this_month_and_those_before_it(day: str, tier: str) -> None:
    assert tier_of(shop(months=12), {"spend|2026-11": 120_000}, at(day)) == tier


def test_the_months_of_a_window_come_together() -> None:
    sums = {"spend|2025-12": 40_000, "spend|2026-05": 40_000, "spend|2026-11": 40_000}
    assert tier_of(shop(months=11), sums, at("2026-11-01")) == "silver"
    assert tier_of(shop(months=10), sums, at("2026-11-01")) == ""


@pytest.mark.parametrize(
    ("day", "tier"),
    [("2027-12-01", "silver"), ("2027-12-30", "silver"), ("2027-12-31", "")],
)
def test_who_falls_below_keeps_the_tier_for_the_grace(day: str, tier: str) -> None:
    assert tier_of(shop(grace_days=30), {"spend|2026-11": 120_000}, at(day)) == tier


def test_a_grace_of_several_months_goes_back_to_the_best_of_them() -> None:
    sums = {"spend|2026-01": 300_000, "spend|2026-03": 120_000}
    terms = shop(months=1, grace_days=90)
    assert tier_of(terms, sums, at("2026-05-29")) == "gold"
    assert tier_of(terms, sums, at("2026-05-30")) == "silver"
    assert tier_of(terms, sums, at("2026-07-29")) == "silver"
    assert tier_of(terms, sums, at("2026-07-30")) == ""


def test_a_return_takes_a_tier_back_at_once_where_the_goods_were_all_of_it() -> None:
    terms = shop(grace_days=60)
    assert tier_of(terms, {"spend|2026-11": 120_000 - 1}, at("2026-12-01")) == ""


@pytest.mark.parametrize(("by", "most"), [("points", "12"), ("visits", "12")])
def test_tiers_go_by_points_and_by_visits(by: str, most: str) -> None:
    terms = programme(
        EARNING + f'[tiers]\nby = "{by}"\nmonths = 0\n[[tier]]\nname = "top"\nat = "{most}"\n'
    )
    assert tier_of(terms, {f"{by}|ever": 12}, at("2026-11-22")) == "top"
    assert tier_of(terms, {f"{by}|ever": 11}, at("2026-11-22")) == ""


def test_a_currency_without_decimals_has_tiers_in_whole_units() -> None:
    terms = programme(
        EARNING.replace("1.00", "100") + '[[tier]]\nname = "s"\nat = "12000"\n', "JPY"
    )
    assert tier_of(terms, {"spend|2026-11": 12_000}, at("2026-11-22")) == "s"


def test_who_begins_sees_the_whole_way() -> None:
    assert tier_progress(shop(), {}, at("2026-11-22")) == TierProgress(
        tier="", value=0, next_tier="silver", missing=120_000, by=date(2027, 11, 30)
    )


def test_progress_says_until_when_what_counts_still_counts() -> None:
    sums = {"spend|2025-12": 50_000, "spend|2026-11": 30_000}
    assert tier_progress(shop(), sums, at("2026-11-22")) == TierProgress(
        tier="", value=80_000, next_tier="silver", missing=40_000, by=date(2026, 12, 31)
    )


def test_who_has_a_tier_sees_how_long_it_lasts() -> None:
    sums = {"spend|2026-02": 100_000, "spend|2026-11": 20_000}
    assert tier_progress(shop(grace_days=30), sums, at("2026-11-22")) == TierProgress(
        tier="silver",
        value=120_000,
        next_tier="gold",
        missing=180_000,
        by=date(2027, 2, 28),
        kept_until=date(2027, 3, 30),
    )


def test_a_tier_kept_by_grace_ends_with_it() -> None:
    progress = tier_progress(shop(grace_days=30), {"spend|2025-11": 300_000}, at("2026-12-02"))
    assert progress == TierProgress(tier="gold", value=0, kept_until=date(2026, 12, 30))


def test_the_highest_tier_has_no_next_one() -> None:
    progress = tier_progress(shop(), {"spend|2026-11": 400_000}, at("2026-11-22"))
    assert progress == TierProgress(tier="gold", value=400_000, kept_until=date(2027, 11, 30))


def test_what_counts_since_ever_is_never_too_old() -> None:
    progress = tier_progress(
        shop(months=0, grace_days=60), {"spend|ever": 120_000}, at("2026-11-22")
    )
    assert progress == TierProgress(tier="silver", value=120_000, next_tier="gold", missing=180_000)


def test_a_tier_from_nothing_on_is_never_lost() -> None:
    ladder = '[[tier]]\nname = "member"\nat = "0.00"\n' + LADDER
    progress = tier_progress(shop(ladder=ladder), {"spend|2026-11": -100}, at("2026-11-22"))
    assert progress is not None
    assert (progress.tier, progress.value, progress.missing) == ("member", 0, 120_000)
    assert progress.kept_until is None


def test_a_programme_without_tiers_has_no_progress() -> None:
    assert tier_progress(programme(EARNING), {"spend|2026-11": 5}, at("2026-11-22")) is None


def test_a_window_is_summed_over_the_turn_of_the_year() -> None:
    sums = {"spend|2025-12": 1, "spend|2026-01": 2, "spend|2026-02": 4, "spend|ever": 8}
    assert window_sum(sums, "spend", 1, date(2026, 1, 31)) == 3
    assert window_sum(sums, "spend", 0, date(2026, 1, 31)) == 8


MONTHS = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)]


@given(
    sums=st.dictionaries(st.sampled_from(MONTHS), st.integers(0, 200_000)),
    months=st.integers(1, 14),
    grace_days=st.integers(0, 100),
    day=st.dates(date(2026, 1, 1), date(2027, 6, 30)),
)
def test_what_progress_says_comes_true(
    sums: dict[str, int], months: int, grace_days: int, day: date
) -> None:
    terms = shop(months, grace_days)
    counted = {f"spend|{month}": spent for month, spent in sums.items()}
    now = at(day.isoformat())
    progress = tier_progress(terms, counted, now)
    assert progress is not None
    assert progress.tier == tier_of(terms, counted, now)
    if progress.next_tier:
        month = now.strftime("%Y-%m")
        more = {**counted, f"spend|{month}": sums.get(month, 0) + progress.missing}
        assert tier_of(terms, more, now) == progress.next_tier
    if progress.kept_until is not None:
        ladder = ["", "silver", "gold"]
        end = at(progress.kept_until.isoformat())
        after = at(date.fromordinal(progress.kept_until.toordinal() + 1).isoformat())
        assert ladder.index(tier_of(terms, counted, end)) >= ladder.index(progress.tier)
        assert ladder.index(tier_of(terms, counted, after)) < ladder.index(progress.tier)

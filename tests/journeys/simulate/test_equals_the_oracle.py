"""A simulation comes to what plain loops over the same file come to, month by month."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.simulate import oracle
from tests.journeys.simulate.conftest import example, simulated
from tests.journeys.simulate.oracle import Expected

REAL_FILE = (
    Path(__file__).resolve().parents[4] / "shared/data/online_retail_2010-12_to_2011-02.csv.gz"
)
NEEDS_REAL_FILE = pytest.mark.skipif(
    not REAL_FILE.exists(), reason="needs the retail file in ../shared/data"
)
COMPUTED = {
    "classic": oracle.classic,
    "supermarket": oracle.supermarket,
    "cashback": oracle.cashback,
}
POINTS = ("issued", "clawed_back", "redeemed", "expired")
COUNTS = (
    *("sales", "returns", "turnover_minor", "members_turnover_minor"),
    *("vouchers_issued", "vouchers_used", "vouchers_used_minor", "vouchers_expired"),
)


@pytest.mark.parametrize("programme", COMPUTED)
@pytest.mark.parametrize("file", ["made", pytest.param("real", marks=NEEDS_REAL_FILE)])
def test_every_month_is_what_plain_loops_come_to(
    programme: str, file: str, made_sales: Path, tmp_path: Path
) -> None:
    path = made_sales if file == "made" else REAL_FILE
    told = simulated(example(programme, tmp_path), path)
    expected = COMPUTED[programme](path)
    wallet = told["main_wallet"]
    assert [month["month"] for month in told["months"]] == sorted(expected.months)
    for month in told["months"]:
        wanted = expected.months[month["month"]]
        points = month["points"].get(wallet, dict.fromkeys(POINTS, 0))
        assert {name: points[name] for name in POINTS} == {name: wanted[name] for name in POINTS}
        assert {name: month[name] for name in COUNTS} == {name: wanted[name] for name in COUNTS}
        for tier, members in month["tiers"].items():
            assert members == wanted[f"tier {tier}"], (month["month"], tier)
    end = told["at_the_end"]
    assert end["points"] == {wallet: expected.held()}
    assert end["owed_points"] == {wallet: expected.owed()}
    assert end["vouchers"] == expected.vouchers()
    assert told["members"] == len(expected.cards)
    if file == "made":
        assert_the_file_asks_for_everything(programme, expected)


def assert_the_file_asks_for_everything(programme: str, expected: Expected) -> None:
    """The made file would not prove what it has nothing of."""
    wanted: dict[str, tuple[str, ...]] = {
        "classic": ("clawed_back", "vouchers_used", "vouchers_expired"),
        "supermarket": ("clawed_back", "expired", "vouchers_expired", "tier silver", "tier gold"),
        "cashback": ("redeemed", "expired"),
    }
    assert {name for name in wanted[programme] if not expected.total(name)} == set()


def test_cost_and_break_even_are_those_of_the_figures(made_sales: Path, tmp_path: Path) -> None:
    told = simulated(
        *(example("classic", tmp_path), made_sales, "--margin", "25", "--uplift", "4,20")
    )
    expected = oracle.classic(made_sales)
    turnover = expected.total("members_turnover_minor")
    # A point is a penny, as 500 of them are 5.00.
    cost = expected.total("vouchers_used_minor") + expected.vouchers() * 500 + expected.held()
    sums = told["economics"]
    assert sums["cost_minor"] == cost
    assert sums["liability_minor"] == told["at_the_end"]["liability_minor"]
    assert float(sums["effective_rebate_percent"]) == pytest.approx(
        100 * cost / turnover, abs=0.005
    )
    assert float(sums["break_even_uplift_percent"]) == pytest.approx(
        100 * cost / (turnover / 4 - cost), abs=0.01
    )
    for told_uplift, uplift in zip(sums["uplifts"], (0.04, 0.2), strict=True):
        result = turnover * uplift * 0.25 - cost * (1 + uplift)
        assert told_uplift["result_minor"] == pytest.approx(result, abs=1)
    assert sum(one["turnover_minor"] for one in told["deciles"]) == turnover
    assert sum(one["members"] for one in told["deciles"]) == len(expected.cards)


def test_winners_and_losers_are_those_of_either_programme(made_sales: Path, tmp_path: Path) -> None:
    draft, present = example("supermarket", tmp_path), example("classic", tmp_path)
    told = simulated(draft, made_sales, "--against", str(present))
    before = _values(oracle.classic, made_sales, voucher=500)
    after = _values(oracle.supermarket, made_sales, voucher=1_000)
    changes = {member: after[member] - before[member] for member in before}
    comparison = told["comparison"]
    assert comparison["present"] == told["present"]["programme"] == "classic@1"
    assert comparison["change_minor"] == sum(changes.values())
    assert comparison["more"] == sum(change > 0 for change in changes.values())
    for one in (*comparison["winners"], *comparison["losers"]):
        assert one["change_minor"] == changes[one["member"]]
    best = sorted(changes.values(), reverse=True)[:10]
    assert [one["change_minor"] for one in comparison["winners"]] == [
        one for one in best if one > 0
    ]


def _values(compute: Callable[[Path], Expected], path: Path, voucher: int) -> dict[str, int]:
    """What each member got and holds: 500 points are worth a voucher."""
    return {
        member: card.given
        + len(card.vouchers) * voucher
        - (-sum(points for _, _, points in card.lots) * voucher // 500)
        for member, card in compute(path).cards.items()
    }

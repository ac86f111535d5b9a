"""Whatever is sold, points and vouchers that came out are used, gone, or still there."""

from datetime import timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.baskets import Basket, Line
from loyalty.programme.document import Programme, load_programme
from loyalty.simulation.figures import MonthFigures
from loyalty.simulation.sales import PastSale
from tests.unit.loyalty.simulation.made import moment_ms, simulated

EXAMPLES = ("classic", "coffee_bar", "supermarket", "cashback", "pharmacy", "business_gifts")
DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)

lines = st.builds(
    Line,
    sku=st.sampled_from(["A", "COF", "T-1"]),
    description=st.just(""),
    quantity=st.integers(1, 30),
    amount_minor=st.integers(0, 300_000),
    category=st.sampled_from(["", "tobacco", "fruit", "tools"]),
)
sales = st.builds(
    PastSale,
    member=st.sampled_from(["", "anna", "bert"]),
    occurred_at_ms=st.integers(0, 500 * DAY_MS).map(lambda after: moment_ms("2026-01-01") + after),
    basket=st.lists(lines, min_size=1, max_size=4).map(lambda some: Basket(tuple(some))),
    is_return=st.integers(0, 4).map(lambda dice: dice == 0),
)


def example(name: str) -> Programme:
    folder = resources.files("loyalty.programme").joinpath("examples")
    return load_programme(folder.joinpath(f"{name}.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("debt", ["owes", "forgiven"])
@settings(max_examples=25, deadline=None)
@given(st.lists(sales, min_size=1, max_size=25))
def test_nothing_comes_from_nowhere_and_nothing_is_lost(
    name: str, debt: str, made: list[PastSale]
) -> None:
    programme = example(name)
    returns = replace(programme.returns, without_receipt="as_sold_now", debt=debt)
    programme = replace(programme, returns=returns)
    outcome = simulated(programme, sorted(made, key=lambda one: one.occurred_at_ms))
    end = outcome.at_the_end
    for wallet, points in outcome.total.points.items():
        moved = points.issued - points.clawed_back - points.redeemed - points.expired
        assert moved + points.forgiven == end.points[wallet] - end.owed_points[wallet]
        assert 0 <= end.pending_points[wallet] <= end.points[wallet]
    total = outcome.total
    assert total.vouchers_issued == total.vouchers_used + total.vouchers_expired + end.vouchers
    assert total.vouchers_used_minor <= total.vouchers_issued_minor
    again = MonthFigures(month="")
    for month in outcome.months:
        again.add(month)
        assert sum(month.tiers.values()) in {0, again.new_members}
    assert replace(again, active_members=total.active_members) == total
    assert sum(one.turnover_minor for one in outcome.members) == total.members_turnover_minor
    assert sum(one.points for one in outcome.members) == (
        total.of(outcome.main_wallet).issued - total.of(outcome.main_wallet).clawed_back
    )

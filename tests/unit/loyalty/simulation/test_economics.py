"""Cost, break-even and return, worked out by hand; tenths of members; winners and losers."""

from decimal import Decimal

import pytest

from loyalty.simulation.distribution import compare, deciles
from loyalty.simulation.economics import economics, percent
from loyalty.simulation.figures import (
    AtTheEnd,
    MemberFigures,
    MonthFigures,
    Outcome,
)


def outcome(
    turnover_minor: int = 0,
    given_minor: int = 0,
    owed_minor: int = 0,
    members: tuple[MemberFigures, ...] = (),
) -> Outcome:
    return Outcome(
        programme="draft@1",
        currency="PLN",
        main_wallet="points",
        main_kind="points",
        lines=1,
        months=(),
        total=MonthFigures(
            month="", members_turnover_minor=turnover_minor, vouchers_used_minor=given_minor
        ),
        at_the_end=AtTheEnd(
            points={},
            pending_points={},
            owed_points={},
            vouchers=0,
            vouchers_minor=0,
            points_minor=owed_minor,
        ),
        members=members,
    )


def member(name: str, turnover_minor: int = 0, value_minor: int = 0) -> MemberFigures:
    return MemberFigures(
        member=name, turnover_minor=turnover_minor, points=1, value_minor=value_minor
    )


def test_cost_rebate_break_even_and_return() -> None:
    # Of 10,000.00 the programme gave 150.00 and owes 50.00: 2 %. With a margin of 30 % members
    # must buy 2 / (30 - 2) = 7.14 % more.
    found = economics(outcome(1_000_000, 15_000, 5_000), Decimal(30), [Decimal(10), Decimal(5)])
    assert (found.given_minor, found.liability_minor, found.cost_minor) == (15_000, 5_000, 20_000)
    assert (found.effective_rebate_percent, found.given_percent) == (
        Decimal("2.00"),
        Decimal("1.5"),
    )
    assert found.break_even_uplift_percent == Decimal("7.14")
    ten, five = found.uplifts
    assert (ten.extra_turnover_minor, ten.extra_margin_minor) == (100_000, 30_000)
    assert (ten.cost_minor, ten.result_minor) == (22_000, 8_000)
    assert ten.return_percent == Decimal("36.36")
    assert (five.extra_margin_minor, five.cost_minor, five.result_minor) == (15_000, 21_000, -6_000)
    assert five.return_percent == Decimal("-28.57")


def test_at_the_break_even_nothing_is_left() -> None:
    # 2.5 % of cost and 27.5 % of margin: 10 % more, to the point.
    found = economics(outcome(1_000_000, 25_000), Decimal("27.5"), [Decimal(10)])
    assert found.break_even_uplift_percent == Decimal("10.00")
    assert found.uplifts[0].result_minor == 0


@pytest.mark.parametrize("margin", [Decimal(2), Decimal(1)])
def test_a_programme_that_gives_the_margin_away_never_pays(margin: Decimal) -> None:
    found = economics(outcome(1_000_000, 20_000), margin, [])
    assert found.break_even_uplift_percent is None


def test_a_programme_that_costs_nothing_has_paid() -> None:
    found = economics(outcome(0), Decimal(30), [Decimal(5)])
    assert found.break_even_uplift_percent == Decimal(0)
    assert found.effective_rebate_percent == Decimal(0)
    assert found.uplifts[0].return_percent == Decimal(0)


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 80_000, "0.00"), (1, 20_000, "0.01"), (-1, 3, "-33.33")],
)
def test_per_cent_is_rounded_half_away_from_zero(part: int, whole: int, told: str) -> None:
    assert percent(part, whole) == Decimal(told)


def test_tenths_of_members_are_ranked_by_what_they_bought() -> None:
    some = [member(f"m{n:02}", turnover_minor=n * 100, value_minor=n) for n in range(25)]
    found = deciles(some)
    assert [one.members for one in found] == [2, 3, 2, 3, 2, 3, 2, 3, 2, 3]
    assert (found[0].decile, found[0].turnover_minor, found[0].value_minor) == (1, 4_700, 47)
    assert found[0].rebate_percent == Decimal("1.00")
    assert [one.decile for one in deciles(some[:3])] == [4, 7, 10]
    assert deciles([]) == ()


def test_winners_and_losers_are_the_ten_who_change_most() -> None:
    names = [f"m{n:02}" for n in range(30)]
    present = outcome(members=tuple(member(name, value_minor=100) for name in names))
    draft = outcome(members=tuple(member(name, value_minor=86 + n) for n, name in enumerate(names)))
    found = compare(draft, present)
    assert (found.more, found.less, found.same) == (15, 14, 1)
    assert found.change_minor == sum(range(-14, 16))
    assert [one.change_minor for one in found.winners] == list(range(15, 5, -1))
    assert [one.change_minor for one in found.losers] == list(range(-14, -4))
    assert found.losers[0].member == "m00"
    alike = compare(present, present)
    assert (alike.winners, alike.losers, alike.same) == ((), (), 30)


def test_who_wins_by_little_is_not_listed_as_a_loser() -> None:
    present = outcome(members=(member("a", value_minor=1), member("b", value_minor=5)))
    draft = outcome(members=(member("a", value_minor=3), member("b", value_minor=4)))
    found = compare(draft, present)
    assert [one.member for one in found.winners] == ["a"]
    assert [one.member for one in found.losers] == ["b"]

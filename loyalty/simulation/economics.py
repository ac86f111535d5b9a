"""What a programme costs, and how much more members must buy for it to pay."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from loyalty.simulation.figures import Economics, Outcome, Uplift

WHOLE = 100
NO_PERCENT = Decimal("0.00")
_HUNDREDTHS_A_PERCENT = 100


def economics(outcome: Outcome, margin_percent: Decimal, uplifts: Sequence[Decimal]) -> Economics:
    """What `outcome` cost at a margin of `margin_percent` on goods, and what it returns when
    members buy more by each of `uplifts` (per cent).

    What is bought more costs the programme as much as what was bought: of a turnover T that grows
    by u, with margin m and a rebate r, there is left m·u·T - r·(1+u)·T, which is nothing at
    u = r / (m - r).
    """
    turnover_minor = outcome.total.members_turnover_minor
    given_minor = outcome.total.given_minor
    liability_minor = outcome.at_the_end.liability_minor
    cost_minor = given_minor + liability_minor
    margin_minor = _rounded(Fraction(margin_percent) / WHOLE * turnover_minor)
    return Economics(
        margin_percent=margin_percent,
        given_minor=given_minor,
        liability_minor=liability_minor,
        cost_minor=cost_minor,
        effective_rebate_percent=percent(cost_minor, turnover_minor),
        given_percent=percent(given_minor, turnover_minor),
        break_even_uplift_percent=_break_even(cost_minor, margin_minor),
        uplifts=tuple(
            _uplift(turnover_minor, cost_minor, Fraction(margin_percent), uplift)
            for uplift in uplifts
        ),
    )


def percent(part: int, whole: int) -> Decimal:
    """`part` of `whole` in per cent, to the hundredth, half away from zero; 0.00 of nothing."""
    if whole <= 0:
        return NO_PERCENT
    return Decimal(_rounded(Fraction(part * WHOLE * _HUNDREDTHS_A_PERCENT, whole))).scaleb(-2)


def _break_even(cost_minor: int, margin_minor: int) -> Decimal | None:
    if cost_minor <= 0:
        return NO_PERCENT
    return percent(cost_minor, margin_minor - cost_minor) if margin_minor > cost_minor else None


def _uplift(turnover_minor: int, cost_minor: int, margin: Fraction, uplift: Decimal) -> Uplift:
    more = Fraction(uplift) / WHOLE
    extra_turnover_minor = _rounded(more * turnover_minor)
    extra_margin_minor = _rounded(margin / WHOLE * more * turnover_minor)
    whole_cost_minor = _rounded((1 + more) * cost_minor)
    result_minor = extra_margin_minor - whole_cost_minor
    return Uplift(
        uplift_percent=uplift,
        extra_turnover_minor=extra_turnover_minor,
        extra_margin_minor=extra_margin_minor,
        cost_minor=whole_cost_minor,
        result_minor=result_minor,
        return_percent=percent(result_minor, whole_cost_minor),
    )


def _rounded(exact: Fraction) -> int:
    """To a whole number, half away from zero."""
    half_up = (abs(exact) + Fraction(1, 2)).__floor__()
    return half_up if exact >= 0 else -half_up

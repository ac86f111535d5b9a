"""Multipliers of an earning rule: which apply, and what they come to together."""

from collections.abc import Callable, Sequence

import msgspec

from loyalty.programme.counting import Ratio
from loyalty.programme.document import Programme
from loyalty.programme.terms.conditions import When
from loyalty.programme.terms.earning import EarnRule


class Times(msgspec.Struct, frozen=True):
    """One multiplier of a rule: its name, how often, and its `when` by its number."""

    name: str
    times: Ratio
    condition: int


Factor = tuple[tuple[str, ...], int, int]
"""The names of the multipliers that count, and what they come to as a ratio of two integers."""

NOT_MULTIPLIED: Factor = ((), 1, 1)

Together = Callable[[Sequence[Times]], Factor]
"""What the multipliers that apply, one at least, come to."""


def times_of(
    programme: Programme, rule: EarnRule, number: Callable[[When], int]
) -> tuple[Times, ...]:
    """The multipliers of `rule` in the document's order; `number` gives the number of a `when`."""
    main = programme.main_wallet
    return tuple(
        Times(one.name, Ratio.of(one.times), number(one.when))
        for one in programme.multiply
        if (rule.name in one.rules if one.rules else (rule.wallet or main) == main)
    )


def best(multipliers: Sequence[Times]) -> Factor:
    """The one that gives most; of equal ones the first."""
    chosen = multipliers[0]
    for one in multipliers[1:]:
        if one.times.over * chosen.times.under > chosen.times.over * one.times.under:
            chosen = one
    return (chosen.name,), chosen.times.over, chosen.times.under


def added(multipliers: Sequence[Times]) -> Factor:
    """What each adds to once: 1.5 and 2 make 2.5. Together they never take anything away from
    nothing."""
    over, under = 1, 1
    for one in multipliers:
        more = one.times.over - one.times.under
        over, under = over * one.times.under + more * under, under * one.times.under
    return tuple(one.name for one in multipliers), max(over, 0), under


def multiplied(multipliers: Sequence[Times]) -> Factor:
    """All of them, one after the other: 1.5 and 2 make 3."""
    over, under = 1, 1
    for one in multipliers:
        over, under = over * one.times.over, under * one.times.under
    return tuple(one.name for one in multipliers), over, under


TOGETHER: dict[str, Together] = {"best": best, "add": added, "multiply": multiplied}
"""By `stacking.multipliers`."""

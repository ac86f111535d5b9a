"""What rewards take off a sale, in minor units.

Of one unit of some goods it is the dearest unit on the receipt, in the member's favour; a unit of
a line is the line's amount divided by its quantity, and only the result is rounded, half up. Of
several rewards on one receipt each takes a unit of its own.
Goods that the programme excludes get no percentage off a sale, but a reward that names goods means
them.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from msgspec.structs import replace

from loyalty.baskets import Basket, Line
from loyalty.programme.counting import PER_CENT, Ratio
from loyalty.programme.engine import engine
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.rewards import CatalogueReward

WHOLE = Ratio(1, 1)

Benefit = tuple[Programme, CatalogueReward]
"""A reward, and the programme that says what it gives."""


def taken_off(benefits: Iterable[Benefit], basket: Basket) -> tuple[int, ...]:
    """What each of `benefits`, in their order, takes off `basket`: together never more than there
    is to pay; 0 for what is handed over and for a basket without such goods."""
    due_minor = max(basket.total_minor, 0)
    lines = basket.lines
    off = []
    for programme, reward in benefits:
        match reward.gives:
            case "money_off":
                off_minor = programme.minor(reward.amount)
            case "percent_off":
                off_minor = _percent_off(programme, reward, basket)
            case "free_goods":
                off_minor, lines = _off_one_unit(programme, reward, lines, WHOLE)
            case "cheaper_goods":
                part = Ratio.of(reward.percent, PER_CENT)
                off_minor, lines = _off_one_unit(programme, reward, lines, part)
            case _:
                off_minor = 0
        off.append(min(off_minor, due_minor))
        due_minor -= off[-1]
    return tuple(off)


def less_discount(basket: Basket, discounts_minor: Sequence[int]) -> Basket:
    """`basket` at what each line costs after the member's discount on it; empty is none."""
    if not discounts_minor:
        return basket
    return Basket(
        tuple(
            replace(line, amount_minor=line.amount_minor - off_minor)
            for line, off_minor in zip(basket.lines, discounts_minor, strict=True)
        )
    )


def worth_minor(programme: Programme, reward: CatalogueReward) -> int:
    """What one `reward` that is claimed and not yet used may cost the shop: what the document says
    it is worth, or the most that it takes off; 0 where neither is said."""
    if reward.worth:
        return programme.minor(reward.worth)
    return programme.minor(reward.amount) if reward.amount else 0


def _percent_off(programme: Programme, reward: CatalogueReward, basket: Basket) -> int:
    made_ready = engine(programme)
    counted_minor = sum(
        line.amount_minor
        for line in basket.lines
        if not made_ready.groups.of_line(line) & made_ready.excluded
    )
    off_minor = Ratio.of(reward.percent, PER_CENT).rounded(max(counted_minor, 0))
    return min(off_minor, programme.minor(reward.amount)) if reward.amount else off_minor


def _off_one_unit(
    programme: Programme, reward: CatalogueReward, lines: tuple[Line, ...], part: Ratio
) -> tuple[int, tuple[Line, ...]]:
    """What a `part` of the dearest unit comes to, and the lines without that unit."""
    groups = engine(programme).groups
    goods = groups.counted(reward.goods)
    units = [
        (Fraction(line.amount_minor, line.quantity), -place)
        for place, line in enumerate(lines)
        if line.quantity > 0 and line.amount_minor > 0 and groups.of_line(line) & goods
    ]
    if not units:
        return 0, lines
    price, place = max(units)
    line = lines[-place]
    unit_minor = Ratio(1, price.denominator).rounded(price.numerator)
    rest = replace(line, quantity=line.quantity - 1, amount_minor=line.amount_minor - unit_minor)
    off_minor = Ratio(part.over, part.under * price.denominator).rounded(price.numerator)
    return off_minor, (*lines[:-place], rest, *lines[-place + 1 :])

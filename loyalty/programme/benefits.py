"""What a reward takes off a sale, in minor units.

Of one unit of some goods it is the dearest unit on the receipt, in the member's favour; a unit of
a line is the line's amount divided by its quantity, and only the result is rounded, half up.
Goods that the programme excludes get no percentage off a sale, but a reward that names goods means
them.
"""

from fractions import Fraction

from loyalty.baskets import Basket
from loyalty.programme.counting import PER_CENT, Ratio
from loyalty.programme.engine import engine
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.rewards import CatalogueReward

WHOLE = Ratio(1, 1)


def discount_of(programme: Programme, reward: CatalogueReward, basket: Basket) -> int:
    """What `reward` takes off `basket`, never more than there is to pay; 0 for what is handed
    over and for a basket without such goods."""
    payable_minor = max(basket.total_minor, 0)
    match reward.gives:
        case "money_off":
            off_minor = programme.minor(reward.amount)
        case "percent_off":
            off_minor = _percent_off(programme, reward, basket)
        case "free_goods":
            off_minor = _off_one_unit(programme, reward, basket, WHOLE)
        case "cheaper_goods":
            part = Ratio.of(reward.percent, PER_CENT)
            off_minor = _off_one_unit(programme, reward, basket, part)
        case _:
            off_minor = 0
    return min(off_minor, payable_minor)


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
    programme: Programme, reward: CatalogueReward, basket: Basket, part: Ratio
) -> int:
    groups = engine(programme).groups
    goods = groups.counted(reward.goods)
    units = [
        Fraction(line.amount_minor, line.quantity)
        for line in basket.lines
        if line.quantity > 0 and line.amount_minor > 0 and groups.of_line(line) & goods
    ]
    dearest = max(units, default=Fraction(0))
    return Ratio(part.over, part.under * dearest.denominator).rounded(dearest.numerator)

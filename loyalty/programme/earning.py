"""What a basket earns: the one implementation, run by the till and again by head office."""

import msgspec

from loyalty.baskets import Basket
from loyalty.programme.document import Programme


class Award(msgspec.Struct, frozen=True):
    """Points computed for a basket, and why: a rule's name and what it was applied to."""

    points: int
    rule: str
    base_minor: int


def award(programme: Programme, basket: Basket) -> Award:
    """What `basket` earns a member under `programme`.

    The line amounts are already rounded; they are summed, and the sum is floored once to full
    steps of `earning.per`. A total of zero or less earns nothing.
    """
    earning = programme.earning
    base_minor = max(basket.total_minor, 0)
    points = award_points(programme, base_minor)
    rule = f"{earning.points} for each full {earning.per}" if earning else ""
    return Award(points, rule, base_minor)


def award_points(programme: Programme, total_minor: int) -> int:
    """The points of an `award` for goods of `total_minor`, where nobody asks why."""
    earning = programme.earning
    if earning is None:
        return 0
    return max(total_minor, 0) // programme.minor(earning.per) * earning.points


def clawback(programme: Programme, basket: Basket) -> Award:
    """What a return of the goods in `basket` takes back when its sale is not known.

    It is what the same goods would have earned, so a sale and its return come to nothing.
    """
    earned = award(programme, basket)
    return Award(-earned.points, f"return: {earned.rule}", earned.base_minor)

"""Goods that come back without their receipt, in a programme that takes them as sold now."""

import msgspec

from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Award, Occasion, Standing
from loyalty.programme.standing import sums_of
from loyalty.sums import VISITS

AS_SOLD_NOW = "as_sold_now"


class SoldNow(msgspec.Struct, frozen=True):
    """What goods would earn now, a member of `standing`, and what goes back of their `sums`.

    Money is not part of the `award`: what is paid out for the goods is the basket's amount. They
    would be had for `discount_minor` less now, but only a receipt says that they were.
    """

    award: Award
    standing: Standing
    sums: dict[str, int]
    discount_minor: int = 0


def as_sold_now(programme: Programme, occasion: Occasion, standing: Standing) -> SoldNow:
    """What the goods of `occasion` would earn a member of `standing` now, so that much is taken.

    A cap that is used up takes nothing off goods that may have been bought before it was. Spend
    and points go back; the visit stays, for nobody can say which it was.
    """
    standing = msgspec.structs.replace(standing, earned={})
    given = award(programme, occasion, standing)
    less = {
        key: -value
        for key, value in sums_of(programme, occasion, given).items()
        if not key.startswith(f"{VISITS}|")
    }
    points_only = msgspec.structs.replace(given, discounts_minor=())
    return SoldNow(points_only, standing, less, given.discount_minor)

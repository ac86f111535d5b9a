"""Goods that come back without their receipt, in a programme that takes them as sold now."""

import msgspec

from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Award, Occasion, Standing
from loyalty.programme.standing import sums_of
from loyalty.sums import VISITS

AS_SOLD_NOW = "as_sold_now"


class SoldNow(msgspec.Struct, frozen=True):
    """What goods would earn now, a member of `standing`, and what goes back of their `sums`."""

    award: Award
    standing: Standing
    sums: dict[str, int]


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
    return SoldNow(given, standing, less)

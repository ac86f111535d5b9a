"""Tiers, and discounts that grow with what a member has bought."""

from typing import Literal

import msgspec

from loyalty.programme.terms.texts import ShopText


class TierTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tiers go `by`: what was spent, points earned, or visits; over this month and the
    `months` before it (0: ever since). Upgrades come at once, with the receipt after the one that
    reached them; who falls below keeps the tier for `grace_days` longer."""

    by: Literal["spend", "points", "visits"] = "spend"
    months: int = 12
    grace_days: int = 0


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One tier, reached at `at`: an amount for tiers by spend ("1200.00"), else a whole number
    ("1200"). `benefits` are words for members; what they earn is in rules `when` they have it."""

    name: str
    at: str
    title: ShopText = ""
    benefits: tuple[ShopText, ...] = ()


class DiscountStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From a spend of `at` on: `percent` off."""

    at: str
    percent: str


class Discount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A discount that grows with what the member spent before this sale, over this month and the
    `months` before it (0: ever since): the highest of `steps` reached. Each line of the groups
    `goods` (left out: all that is not excluded) is reduced, rounded half up to the minor unit."""

    steps: tuple[DiscountStep, ...]
    months: int = 0
    goods: tuple[str, ...] = ()

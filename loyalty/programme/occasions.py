"""What an award is computed from, and what comes of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from loyalty.baskets import Basket
from loyalty.programme.terms.goods import Tender


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """A basket as it was rung up: `at` by the shop's clock (zone-aware), in `branch`; `paid` says
    how much of it was paid with what is no new money, in minor units."""

    basket: Basket
    at: datetime
    branch: str = ""
    paid: Mapping[Tender, int] = {}


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the till knew of a member as a sale began; kept with the entry, so that head office
    computes the very same award.

    `tier` is empty for none. `spent_minor` is the spend that a growing discount goes by, `visits`
    how often the member bought before. `birthday` is "MM-DD". `earned` is what rules and wallets
    with a cap gave already, by `cap_key`.
    """

    tier: str = ""
    spent_minor: int = 0
    visits: int = 0
    birthday: str = ""
    segments: tuple[str, ...] = ()
    earned: Mapping[str, int] = {}


NEWCOMER = Standing()


class WhyNot(StrEnum):
    """Why a rule gave nothing, or less than it would."""

    APPLIED = ""
    WEEKDAY = "weekday"
    HOUR = "hour"
    DATE = "date"
    BRANCH = "branch"
    TIER = "tier"
    SEGMENT = "segment"
    BIRTHDAY = "birthday"
    VISIT = "visit"
    NO_SUCH_GOODS = "no-such-goods"
    TOO_LITTLE = "too-little"
    """Less than `at_least`, or than one full step."""
    STOPPED = "stopped"
    """An earlier rule with `stop` counted the goods."""
    CAPPED = "capped"
    DISCOUNTED = "discounted"


class RuleOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule made of a basket.

    `counted` is what it counted: minor units, units, lines or 1 for a visit; of the basket's
    `lines`, by their place from 0. `plain_points` is what that gives, `points` what is left of it
    after `multipliers` (their names) and caps. `why_not` says why it is nothing, or less.
    """

    rule: str
    wallet: str
    points: int
    plain_points: int
    counted: int
    lines: tuple[int, ...] = ()
    multipliers: tuple[str, ...] = ()
    why_not: WhyNot = WhyNot.APPLIED


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """Points computed for a basket, and why.

    `points` are those of the main wallet, `wallets` those of all (also the main one), none of them
    below zero. `discounts_minor` is what each line is reduced by; empty without a discount.
    `base_minor` is what counts as spend: goods that are not excluded, less the discount and what
    was paid with excluded tenders. `outcomes` has one for each rule, in the document's order.
    """

    points: int
    wallets: Mapping[str, int]
    base_minor: int
    discounts_minor: tuple[int, ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()

    @property
    def discount_minor(self) -> int:
        """What the whole basket is reduced by."""
        return sum(self.discounts_minor)


WALLET_CAP = "*"
"""Stands for a rule's name where a cap holds over all rules of a wallet."""


def cap_key(wallet: str, rule: str, period: str) -> str:
    """The key of `Standing.earned`: what `rule` gave into `wallet` in `period`, an ISO day
    ("2026-11-22") or month ("2026-11")."""
    return f"{wallet}|{rule}|{period}"

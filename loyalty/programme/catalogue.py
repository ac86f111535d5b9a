"""What members can have of the catalogue, and what comes out by itself.

How often a member had a reward with a limit is one of the sums that are counted of members over
time ("reward:mug|ever"); how many were given out in all is the shop's own count.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from loyalty.programme.conditions import why_not
from loyalty.programme.occasions import NEWCOMER, Standing, WhyNot
from loyalty.programme.rewards import MAX_VOUCHERS_A_RECEIPT
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.rewards import CatalogueReward
from loyalty.sums import EVER, SUMS, sum_key

VOUCHERS: Final = frozenset({"money_off", "percent_off", "free_goods", "cheaper_goods"})
"""What comes out as a voucher, to be used with a later purchase."""

REWARD, COST, COUNT = "reward", "cost", "count"
"""What points that are redeemed for a reward say: which, what one costs, and how many."""

CLAIMED_STOCK = "claimed"
"""The reason of an entry that takes what is claimed from a reward's stock."""

TERMS = "terms"
"""What a voucher says that was worked out on a basket: the label of the programme it was by."""


class ClaimWhyNot(StrEnum):
    """Why a member cannot have a reward now, where it is not its `when`."""

    TOO_FEW_POINTS = "too-few-points"
    HAD_BEFORE = "had-before"
    """As often as one member can have it."""
    NONE_LEFT = "none-left"
    """Nothing is left of its stock, or no code in its pool."""


class Claimant(msgspec.Struct, frozen=True, kw_only=True):
    """A member who looks at the catalogue `at` a moment by the shop's clock, in `branch`.

    `spendable` are the points that may be spent here and now, by wallet; `history` the member's
    sums. `given_out` and `codes` are the shop's: how many of each reward went to anybody, and how
    many codes were ever put into the pool of each.
    """

    at: datetime
    branch: str = ""
    standing: Standing = NEWCOMER
    spendable: Mapping[str, int] = {}
    history: Mapping[str, int] = {}
    given_out: Mapping[str, int] = {}
    codes: Mapping[str, int] = {}


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward of the catalogue as it stands for one member: `count` is how many can be claimed
    now, `missing` the points of `wallet` that are missing for one; at none, `why_not` says why."""

    reward: str
    wallet: str
    cost: int
    count: int
    missing: int = 0
    why_not: WhyNot | ClaimWhyNot = WhyNot.APPLIED


class Due(msgspec.Struct, frozen=True):
    """`count` of `reward` that come out by themselves, each for `cost` points of `wallet`."""

    reward: str
    wallet: str
    cost: int
    count: int


def offers(programme: Programme, claimant: Claimant) -> tuple[Offer, ...]:
    """Every reward of the catalogue in its order, with what keeps the member from having it.

    What no saving helps with (all gone, had before, not now) is said before what points are
    missing.
    """
    return tuple(
        _offer(programme, reward, claimant, claimant.spendable) for reward in programme.rewards
    )


def automatic_due(programme: Programme, claimant: Claimant) -> tuple[Due, ...]:
    """The automatic rewards that are due: in the document's order, each as often as there is
    enough left for, and at most MAX_VOUCHERS_A_RECEIPT of one."""
    left = dict(claimant.spendable)
    due = []
    for reward in programme.rewards:
        if not reward.automatic:
            continue
        offer = _offer(programme, reward, claimant, left)
        if offer.count:
            left[offer.wallet] -= offer.count * offer.cost
            due.append(Due(offer.reward, offer.wallet, offer.cost, offer.count))
    return tuple(due)


def reward_named(programme: Programme, name: str) -> CatalogueReward | None:
    """The reward `name` of the catalogue."""
    return next((reward for reward in programme.rewards if reward.name == name), None)


def has_stock(reward: CatalogueReward) -> bool:
    """Whether there are only so many of `reward`: by its document, or by the codes of its pool."""
    return reward.stock is not None or reward.gives == "code"


def fixed_minor(programme: Programme, reward: CatalogueReward) -> int:
    """What a voucher of `reward` takes off whatever is bought; 0 where that depends on it."""
    return programme.minor(reward.amount) if reward.gives == "money_off" else 0


def claim_payload(reward: CatalogueReward, count: int) -> dict[str, Any]:
    """What the entry says that takes the points for `count` of `reward`."""
    said: dict[str, Any] = {REWARD: reward.name, COST: reward.cost, COUNT: count}
    sums = claim_sums(reward, count)
    return said | {SUMS: sums} if sums else said


def reward_key(name: str) -> str:
    """The key that a member's claims of a reward are summed by."""
    return sum_key(f"reward:{name}", EVER)


def claim_sums(reward: CatalogueReward, count: int) -> dict[str, int]:
    """What claiming `count` adds to a member's sums, below zero for a cancelled claim: only where
    a limit asks for it."""
    return {} if reward.a_member is None else {reward_key(reward.name): count}


def _offer(
    programme: Programme,
    reward: CatalogueReward,
    claimant: Claimant,
    spendable: Mapping[str, int],
) -> Offer:
    wallet = reward.wallet or programme.main_wallet
    held = max(spendable.get(wallet, 0), 0)
    left, reason = _left(reward, claimant)
    affordable = held // reward.cost
    if not reason and not affordable:
        reason = ClaimWhyNot.TOO_FEW_POINTS
    return Offer(
        reward=reward.name,
        wallet=wallet,
        cost=reward.cost,
        count=0 if reason else min(affordable, left),
        missing=max(reward.cost - held, 0),
        why_not=reason,
    )


def _left(reward: CatalogueReward, claimant: Claimant) -> tuple[int, WhyNot | ClaimWhyNot]:
    """How many the member may still have whatever they cost, and why none."""
    out = claimant.given_out.get(reward.name, 0)
    left = MAX_VOUCHERS_A_RECEIPT
    if reward.stock is not None:
        left = min(left, reward.stock - out)
    if reward.gives == "code":
        left = min(left, claimant.codes.get(reward.name, 0) - out)
    if left <= 0:
        return 0, ClaimWhyNot.NONE_LEFT
    if reward.a_member is not None:
        left = min(left, reward.a_member - claimant.history.get(reward_key(reward.name), 0))
    if left <= 0:
        return 0, ClaimWhyNot.HAD_BEFORE
    return left, why_not(reward.when, claimant.at, claimant.branch, claimant.standing)

"""What a point is worth to its member, and so costs the shop when it is used."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from loyalty.programme.benefits import worth_minor
from loyalty.programme.document import Programme

NOTHING = Fraction(0)


def worth_of_points(programme: Programme) -> dict[str, Fraction]:
    """By wallet, the minor units that one of its points comes to at most.

    Members use points where they are worth most, and who reckons what is still owed reckons with
    that. Money is worth itself; points that buy nothing with a stated worth are worth nothing.
    """
    names = programme.wallets or (programme.main_wallet,)
    return {name: _worth(programme, name) for name in names}


def points_worth_minor(worth: Mapping[str, Fraction], points: Mapping[str, int]) -> int:
    """What `points` by wallet are worth in minor units, rounded up once."""
    return ceil(sum((worth[wallet] * held for wallet, held in points.items()), NOTHING))


def _worth(programme: Programme, wallet: str) -> Fraction:
    if programme.wallet(wallet).kind == "money":
        return Fraction(1)
    is_main = wallet == programme.main_wallet
    ways = [NOTHING]
    if is_main and programme.reward is not None:
        reward = programme.reward
        ways.append(Fraction(programme.minor(reward.voucher), reward.at_points))
    if is_main and programme.pay is not None:
        ways.append(Fraction(programme.minor(programme.pay.worth), programme.pay.points))
    ways += [
        Fraction(worth_minor(programme, reward), reward.cost)
        for reward in programme.rewards
        if (reward.wallet or programme.main_wallet) == wallet and reward.cost > 0
    ]
    return max(ways)

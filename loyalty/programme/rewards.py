"""What a balance is due: rewards that come out by themselves."""

from zoneinfo import ZoneInfo

import msgspec

from loyalty.programme.document import Programme
from loyalty.programme.expiry import end_of_days_ms

MAX_VOUCHERS_A_RECEIPT = 1_000
"""What is due beyond this stays on the balance and comes out with the next receipt."""


class VoucherGrant(msgspec.Struct, frozen=True):
    """`count` vouchers of `amount_minor`, each paid with `points`, valid to `expires_at_ms`."""

    count: int
    points: int
    amount_minor: int
    expires_at_ms: int


NOTHING_DUE = VoucherGrant(0, 0, 0, 0)


def vouchers_due(
    programme: Programme, balance: int, occurred_at_ms: int, zone: ZoneInfo
) -> VoucherGrant:
    """The vouchers that a member with `balance` points is due at `occurred_at_ms`.

    They expire at the end of the last of their `valid_days`, by the shop's calendar in `zone`.
    """
    reward = programme.reward
    if reward is None or balance < reward.at_points:
        return NOTHING_DUE
    return VoucherGrant(
        count=min(balance // reward.at_points, MAX_VOUCHERS_A_RECEIPT),
        points=reward.at_points,
        amount_minor=programme.minor(reward.voucher),
        expires_at_ms=end_of_days_ms(reward.valid_days, occurred_at_ms, zone),
    )


def points_to_next(programme: Programme, balance: int) -> int | None:
    """Points still missing to the next voucher, or None when the programme has no reward.

    A debt is worked off first, so it adds to the distance.
    """
    if programme.reward is None:
        return None
    at_points = programme.reward.at_points
    return at_points - (balance if balance < 0 else balance % at_points)

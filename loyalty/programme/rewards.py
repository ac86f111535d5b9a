"""What a balance is due: rewards that come out by themselves."""

from datetime import UTC, timedelta

import msgspec

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.programme.document import Programme

MAX_VOUCHERS_A_RECEIPT = 1_000
"""What is due beyond this stays on the balance and comes out with the next receipt."""


class VoucherGrant(msgspec.Struct, frozen=True):
    """`count` vouchers of `amount_minor`, each paid with `points`, valid to `expires_at_ms`."""

    count: int
    points: int
    amount_minor: int
    expires_at_ms: int


NOTHING_DUE = VoucherGrant(0, 0, 0, 0)


def vouchers_due(programme: Programme, balance: int, occurred_at_ms: int) -> VoucherGrant:
    """The vouchers that a member with `balance` points is due at `occurred_at_ms`.

    They expire at the end (UTC) of the last of their `valid_days`.
    """
    reward = programme.reward
    if reward is None or balance < reward.at_points:
        return NOTHING_DUE
    day = (
        from_epoch_ms(occurred_at_ms)
        .astimezone(UTC)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    expires_at = day + timedelta(days=reward.valid_days + 1)
    return VoucherGrant(
        count=min(balance // reward.at_points, MAX_VOUCHERS_A_RECEIPT),
        points=reward.at_points,
        amount_minor=reward.voucher_minor,
        expires_at_ms=epoch_ms(expires_at) - 1,
    )


def points_to_next(programme: Programme, balance: int) -> int | None:
    """Points still missing to the next voucher, or None when the programme has no reward."""
    if programme.reward is None:
        return None
    return programme.reward.at_points - max(balance, 0) % programme.reward.at_points

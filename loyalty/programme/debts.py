"""What happens when the points of returned goods were spent already.

By the programme's word the member owes them, or is forgiven the rest; vouchers that came out with
the sale are kept, or revoked while nobody used them, so that their points pay first.
"""

from loyalty.programme.document import Programme

OWES, FORGIVEN = "owes", "forgiven"
KEPT, REVOKED = "kept", "revoked"


def forgiven_points(programme: Programme, moved: int, balance: int) -> int:
    """Points of `moved` (below zero when they go) that a member with `balance` is left with: those
    that would make a debt, where the programme forgives one. A debt from before stays."""
    if programme.returns.debt != FORGIVEN:
        return 0
    return max(-moved - max(balance, 0), 0)


def revocable_vouchers(programme: Programme, balance_after: int, unused: int) -> int:
    """How many of the sale's `unused` vouchers are revoked when a return would leave
    `balance_after`: as many as it takes to owe nothing, each giving its points back."""
    if programme.returns.vouchers != REVOKED or programme.reward is None:
        return 0
    needed = -(-max(-balance_after, 0) // programme.reward.at_points)
    return min(needed, unused)

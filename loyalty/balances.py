"""Balances: sums of entries, the same fold at the till and at head office."""

from collections.abc import Iterable

import msgspec

from loyalty.journal import EARN, GIFT, REDEEM, REVERSE, WALLET, Entry


class Balance(msgspec.Struct, frozen=True):
    """A member's points, and what they are made of.

    `points` = `earned` - `clawed_back` - `redeemed`; it is below zero when a return took back
    more than was left, and that debt is worked off by later earning.
    """

    points: int = 0
    earned: int = 0
    clawed_back: int = 0
    redeemed: int = 0


NO_BALANCE = Balance()


def after(balance: Balance, entry: Entry) -> Balance:
    """`balance` with `entry` counted in; kinds that move no points leave it as it is.

    Points of a kind that this version does not know count in the total alone, so that an older
    till agrees with a newer head office on what a member has.
    """
    if entry.points == 0:
        return balance
    is_earned, is_taken = entry.kind == EARN, entry.kind == REVERSE
    if entry.kind == WALLET:
        is_earned, is_taken = entry.points > 0, entry.points < 0
    is_spent = entry.kind == REDEEM
    if entry.kind == GIFT:
        is_earned, is_spent = entry.points > 0, entry.points < 0
    return Balance(
        points=balance.points + entry.points,
        earned=balance.earned + (entry.points if is_earned else 0),
        clawed_back=balance.clawed_back - (entry.points if is_taken else 0),
        redeemed=balance.redeemed - (entry.points if is_spent else 0),
    )


def fold(entries: Iterable[Entry]) -> dict[str, Balance]:
    """The balance of every member that `entries` name; shoppers without a card are left out."""
    balances: dict[str, Balance] = {}
    for entry in entries:
        if entry.member:
            balances[entry.member] = after(balances.get(entry.member, NO_BALANCE), entry)
    return balances

"""Wallets beside the main one: each is an account of its own, with an entry for what it gets.

The entry of a sale or a return says what every wallet gets beside its own points, which are the
main one's. For each of them one entry of kind WALLET follows in the same receipt, in the account of
that wallet, and names the sale that it is of.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from loyalty.programme.sale_facts import RETURNED_SALE, WALLETS
from loyalty.programme.terms.programme import Programme
from loyalty.sums import PENDING, SUMS, sum_key

WALLET_NAME = "wallet"
"""Where an entry of kind WALLET has the name of its wallet."""

FORGIVEN_WALLETS = "forgiven_wallets"
"""Where a return has what of each wallet the member is left with, as the programme has it."""


def side_wallets(programme: Programme) -> tuple[str, ...]:
    """The names of the wallets beside the main one."""
    return tuple(programme.wallets)[1:]


def pending_sums(programme: Programme, wallet: str, points: int, sold: date) -> dict[str, int]:
    """What `points` of a sale on the day `sold` add to the sums of their account: the day they
    may be spent from, where the wallet has them wait."""
    days = programme.wallet(wallet).pending_days
    if not days or not points:
        return {}
    return {sum_key(PENDING, (sold + timedelta(days=days)).isoformat()): points}


def side_sums(
    programme: Programme, points: Mapping[str, int], sold: date
) -> dict[str, dict[str, int]]:
    """What `points`, by wallet, of a sale on the day `sold` add to the sums of each account."""
    return {name: pending_sums(programme, name, count, sold) for name, count in points.items()}


def wallet_payload(
    programme: Programme, wallet: str, points: int, sale: tuple[str, int, int], sold: date
) -> dict[str, Any]:
    """What the entry keeps that moves `points` of `wallet` for the sale with entry `sale`, rung up
    on the day `sold`; below zero for what a return takes."""
    kept: dict[str, Any] = {WALLET_NAME: wallet, RETURNED_SALE: list(sale)}
    sums = pending_sums(programme, wallet, points, sold)
    return kept | {SUMS: sums} if sums else kept


def said_wallets(payload: Mapping[str, Any]) -> Mapping[str, int]:
    """What the entry of a sale or a return says that wallets beside the main one get; nothing
    where it cannot be read."""
    said = payload.get(WALLETS, {})
    if not isinstance(said, dict) or not all(type(points) is int for points in said.values()):
        return {}
    return said

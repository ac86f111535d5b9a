"""Accounts: what balances, rights and sums are kept by, one text for each.

The main wallet of a member is the member's own id; any other wallet is that with the wallet's
name, "2900000000178504/stamps". All that holds for one account (what a till holds of it, what is
told, verified and taken back) so holds for every other.
"""

from collections.abc import Iterable

SEPARATOR = "/"
"""Stands in no member's id and in no wallet's name."""


def account_of(member_id: str, wallet: str = "") -> str:
    """The account of a member's `wallet`; without one, or of nobody, the member's own."""
    return f"{member_id}{SEPARATOR}{wallet}" if wallet and member_id else member_id


def member_of(account: str) -> str:
    """Whose `account` is."""
    return account.partition(SEPARATOR)[0]


def wallet_of(account: str) -> str:
    """The wallet that `account` is of; empty for the main one."""
    return account.partition(SEPARATOR)[2]


def accounts_of(member_id: str, wallets: Iterable[str]) -> list[str]:
    """The account of a member, and those of their other `wallets`."""
    return [member_id, *(account_of(member_id, wallet) for wallet in wallets)]

"""Accounts: what balances, rights and sums are kept by, one text for each.

The main wallet of a member is the member's own id; any other wallet is that with the wallet's
name, "2900000000178504/stamps". All that holds for one account (what a till holds of it, what is
told, verified and taken back) so holds for every other.
"""

from collections.abc import Iterable

BY = "by"
"""Where the payload of an entry has the member whose card it was, on an account of another's: that
of their family's owner."""

SEPARATOR = "/"
"""Stands in no member's id and in no wallet's name."""

GIFT = "GIFT"
"""Stands before the numbers of gift cards, as a member's id does before a wallet."""

STOCK = "STOCK"
"""Stands before the names of rewards of which there are only so many: what is left of one is a
balance as well, and who holds the right to it may give it out with the line down."""


def account_of(member_id: str, wallet: str = "") -> str:
    """The account of a member's `wallet`; without one, or of nobody, the member's own."""
    return f"{member_id}{SEPARATOR}{wallet}" if wallet and member_id else member_id


def member_of(account: str) -> str:
    """Whose `account` is."""
    return account.partition(SEPARATOR)[0]


def wallet_of(account: str) -> str:
    """The wallet that `account` is of; empty for the main one."""
    return account.partition(SEPARATOR)[2]


def told_with(account: str) -> str:
    """The member whom tills are told of together with `account`; a gift card and a stock are
    nobody's, and told by themselves."""
    member = member_of(account)
    return account if member in (GIFT, STOCK) else member


def gift_account(number: str) -> str:
    """The account of the gift card with this number."""
    return f"{GIFT}{SEPARATOR}{number}"


def stock_account(reward: str) -> str:
    """The account of what is left of a reward."""
    return f"{STOCK}{SEPARATOR}{reward}"


def is_gift_account(account: str) -> bool:
    """Whether `account` is of a gift card."""
    return account.startswith(f"{GIFT}{SEPARATOR}")


def is_stock(account: str) -> bool:
    """Whether `account` is of what is left of a reward."""
    return member_of(account) == STOCK


def accounts_of(member_id: str, wallets: Iterable[str]) -> list[str]:
    """The account of a member, and those of their other `wallets`."""
    return [member_id, *(account_of(member_id, wallet) for wallet in wallets)]

"""Wallets: what members collect, when it may be spent, and when it is gone."""

from typing import Literal

import msgspec

from loyalty.programme.terms.conditions import NO_CAP, Cap
from loyalty.programme.terms.texts import ShopText

MAIN = "points"
"""The wallet of a document that names none."""


class Expiry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a lot is gone, at the end of a day by the shop's calendar; one of three.

    `days` after it was earned; on the day `on` ("12-31") that comes next after `years` full years;
    or `inactive_days` after the member's last purchase.
    """

    days: int = 0
    on: str = ""
    years: int = 0
    inactive_days: int = 0


NEVER = Expiry()


class Wallet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What members collect: `kind` "points", "stamps", or "money" in minor units of the currency.

    `pending_days`: what a sale earns may be spent so many days later, so that a return comes
    first. `expiry` says when it is gone, oldest first; members are told `warn_days` ahead.
    `cap` holds over all rules of the wallet together. `title` is what members read.
    """

    kind: Literal["points", "stamps", "money"] = "points"
    title: ShopText = ""
    pending_days: int = 0
    expiry: Expiry = NEVER
    warn_days: int = 30
    cap: Cap = NO_CAP


class Transfers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether members may hand on points of the main wallet: to "nobody", within their "family",
    or to "anybody"; `least` at a time, `a_month` at most of each giver."""

    to: Literal["nobody", "family", "anybody"] = "nobody"
    least: int = 1
    a_month: int | None = None


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members who collect on one account, at most `members` of them; who may `spend` from it: its
    "owner" or "anyone"."""

    members: int = 6
    spend: Literal["owner", "anyone"] = "anyone"

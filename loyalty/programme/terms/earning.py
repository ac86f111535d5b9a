"""How points are earned: rules, what multiplies them, and how they stand together."""

from typing import Literal

import msgspec

from loyalty.programme.terms.conditions import ALWAYS, NO_CAP, Cap, When
from loyalty.programme.terms.texts import ShopText


class Earning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` for each full `per` of a receipt's total: the short form of one earning rule."""

    per: str
    points: int = 1


class EarnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to earn, into `wallet` (left out: the main one).

    It counts the goods in the groups `goods` (left out: all). With `per` it gives `points` for
    each full such amount of them; with `each` = "unit" for each full `every` units, "line" for
    each full `every` lines of the receipt, "visit" once a receipt; with `percent` it gives that
    much of the amount, to a wallet of money. Nothing when the counted goods come to less than
    `at_least`, or to nothing. Units and lines are counted where something is left to pay; goods
    taken off again (a quantity and an amount below zero) take theirs away. With `stop` the lines
    it gave something for are not counted by later rules of the same wallet. `title` is what members
    and receipts call it.
    """

    name: str
    title: ShopText = ""
    wallet: str = ""
    per: str = ""
    each: Literal["", "unit", "line", "visit"] = ""
    every: int = 1
    percent: str = ""
    points: int = 1
    goods: tuple[str, ...] = ()
    at_least: str = ""
    when: When = ALWAYS
    cap: Cap = NO_CAP
    stop: bool = False


class Multiplier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What earning `rules` (left out: all of the main wallet) give is taken `times` so often.

    `title` is what members and receipts call it.
    """

    name: str
    title: ShopText = ""
    times: str
    rules: tuple[str, ...] = ()
    when: When = ALWAYS


class Stacking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What several multipliers of one rule come to: the "best" of them, what they "add" to what is
    earned (1.5 and 2 make 2.5), or all of them, one after the other ("multiply": 3).

    `discount_earns`: whether points are earned on a receipt that a discount was given on.
    """

    multipliers: Literal["best", "add", "multiply"] = "best"
    discount_earns: bool = True

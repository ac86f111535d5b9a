"""What points are for: vouchers that come out by themselves, a catalogue, part-payment, cards."""

from typing import Literal

import msgspec

from loyalty.programme.terms.conditions import ALWAYS, When
from loyalty.programme.terms.texts import ShopText


class Reward(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A voucher of `voucher` that is issued by itself at every `at_points` of the main wallet."""

    at_points: int
    voucher: str
    valid_days: int = 90


class VoucherTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where vouchers are taken: for a sale of at least `at_least`, at these `branches` (left out:
    at all of them)."""

    at_least: str = ""
    branches: tuple[str, ...] = ()


class CatalogueReward(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something a member can have for `cost` of `wallet` (left out: the main one).

    `gives`: "money_off" (`amount`), "percent_off" (`percent` of a sale, at most `amount`),
    "free_goods" (one unit of `goods`), "cheaper_goods" (`percent` off one unit of `goods`),
    a "gift", a digital "code" from a pool, or an "event". `automatic`: it comes out by itself as
    soon as the wallet holds `cost`, and may be used at once. `valid_days` is how long its voucher
    lasts. `stock` is how many there are, `a_member` how many of them for one member. `handed`:
    given "at_till" or "ordered" for later.
    """

    name: str
    cost: int
    gives: Literal[
        "money_off", "percent_off", "free_goods", "cheaper_goods", "gift", "code", "event"
    ]
    title: ShopText = ""
    wallet: str = ""
    amount: str = ""
    percent: str = ""
    goods: tuple[str, ...] = ()
    automatic: bool = False
    valid_days: int = 90
    stock: int | None = None
    a_member: int | None = None
    handed: Literal["at_till", "ordered"] = "at_till"
    worth: str = ""
    when: When = ALWAYS


class Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paying a part of a sale with the main wallet: `points` are worth `worth`; from `least`
    points on, in whole steps of `points`, and at most `percent` of what is to pay."""

    points: int
    worth: str
    least: int = 1
    percent: str = "100"


class GiftCards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cards with money on them, sold at the till for `least` to `most`, good for `valid_days`."""

    least: str
    most: str
    valid_days: int = 1_095


class Returns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goods brought back do.

    With their receipt, what they earned goes back to the point, at the receipt's own version, and
    points that paid for them come back. `without_receipt` they take what they would earn now
    ("as_sold_now") or "nothing". `debt`: when the points were spent already, the member "owes"
    them or is "forgiven" the rest. `vouchers` that came out with the sale are "kept", or
    "revoked" while they are unused: as many as it takes to owe nothing, each giving its points
    back, where the right to them lies with the till.
    """

    without_receipt: Literal["as_sold_now", "nothing"] = "as_sold_now"
    debt: Literal["owes", "forgiven"] = "owes"
    vouchers: Literal["kept", "revoked"] = "kept"

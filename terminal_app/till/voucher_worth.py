"""What vouchers take off a sale: an amount, or what their reward gives for what is bought."""

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.programme.benefits import Benefit, taken_off
from loyalty.programme.catalogue import reward_named
from loyalty.programme.document import Programme
from loyalty.vouchers import Voucher
from terminal_app.store.programmes import programme_labelled
from terminal_app.till.answers import Reason, Refusal


class PaidVoucher(msgspec.Struct, frozen=True):
    """A voucher that pays for a sale, and how much of it. `terms` is the label of the programme
    that it was worked out by; empty for one with an amount of its own."""

    voucher: Voucher
    paid_minor: int
    terms: str = ""


def benefit_of(
    connection: sqlite3.Connection, programme: Programme, voucher: Voucher
) -> Benefit | None:
    """What a voucher that names a reward gives: by the version it was claimed under, and where this
    till was never told that one, by the reward of its name in `programme`, which is in force; None
    where neither has it."""
    for terms in (programme_labelled(connection, voucher.programme), programme):
        reward = reward_named(terms, voucher.reward) if terms else None
        if terms and reward:
            return terms, reward
    return None


def worked_out(
    connection: sqlite3.Connection,
    programme: Programme,
    vouchers: Sequence[Voucher],
    basket: Basket,
) -> list[PaidVoucher] | Refusal:
    """What each of `vouchers`, which were checked, pays for `basket`, or the first refusal.

    Of `basket` an entry under `programme` keeps no more than `lines_payload`: head office works
    out the same from it.
    """
    found = {
        voucher.number: benefit_of(connection, programme, voucher)
        for voucher in vouchers
        if not voucher.amount_minor
    }
    benefits = {number: benefit for number, benefit in found.items() if benefit}
    for number in found.keys() - benefits.keys():
        return Refusal(Reason.VOUCHER_TERMS, {"voucher": number})
    kept = basket if programme.goods else _without_words(basket)
    off_minor = dict(zip(benefits, taken_off(benefits.values(), kept), strict=True))
    for number, minor in off_minor.items():
        if minor == 0:
            reason = Reason.VOUCHER_NEEDLESS if basket.total_minor <= 0 else Reason.VOUCHER_NO_GOODS
            return Refusal(reason, {"voucher": number})
    return [
        PaidVoucher(voucher, off_minor[voucher.number], benefits[voucher.number][0].label)
        if voucher.number in benefits
        else PaidVoucher(voucher, voucher.amount_minor)
        for voucher in vouchers
    ]


def paid_with(paid: Sequence[PaidVoucher], due_minor: int) -> int:
    """What `paid` vouchers cover of `due_minor`, in minor units; what is over is not paid out."""
    return max(min(sum(one.paid_minor for one in paid), due_minor), 0)


def _without_words(basket: Basket) -> Basket:
    return Basket(tuple(replace(line, category="", tags=()) for line in basket.lines))

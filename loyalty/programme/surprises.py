"""Gifts that nobody expects: which sales get one follows from their own numbers.

A sale is chosen when SHA-256 of the seed, the terminal and the receipt's reference (UTF-8, a line
feed between them), read as one large number, is a multiple of `in_how_many`. So the till asks
nobody, a sale asked twice gets the same answer, and head office finds the same sales again.
"""

import hashlib

from loyalty.programme.conditions import why_not
from loyalty.programme.events import Bonus, NoBonus, Purchase
from loyalty.programme.occasions import WhyNot
from loyalty.programme.terms.happenings import Surprise
from loyalty.programme.terms.programme import Programme


def is_chosen(seed: str, in_how_many: int, terminal: str, receipt: str) -> bool:
    """Whether the sale `receipt` of `terminal` is one of those that get the surprise.

    Of 2**256 numbers each remainder has its share to within one, so the chance is 1 to
    `in_how_many` for all that anybody can measure.
    """
    digest = hashlib.sha256(f"{seed}\n{terminal}\n{receipt}".encode()).digest()
    return int.from_bytes(digest) % in_how_many == 0


def surprised(programme: Programme, purchase: Purchase) -> tuple[Bonus, ...]:
    """What each surprise of `programme` makes of a member's `purchase`, and why when nothing."""
    return tuple(_bonus(programme, surprise, purchase) for surprise in programme.surprise)


def _bonus(programme: Programme, surprise: Surprise, purchase: Purchase) -> Bonus:
    wallet = surprise.wallet or programme.main_wallet
    reason = _reason(programme, surprise, purchase)
    if reason:
        return Bonus(event=surprise.name, wallet=wallet, why_not=reason)
    return Bonus(event=surprise.name, wallet=wallet, points=surprise.points, reward=surprise.reward)


def _reason(programme: Programme, surprise: Surprise, purchase: Purchase) -> WhyNot | NoBonus:
    least_minor = programme.minor(surprise.at_least) if surprise.at_least else 1
    if purchase.base_minor < least_minor:
        return NoBonus.TOO_LITTLE
    reason = why_not(surprise.when, purchase.at, purchase.branch, purchase.standing)
    if reason:
        return reason
    if not is_chosen(surprise.seed, surprise.in_how_many, purchase.terminal, purchase.receipt):
        return NoBonus.NOT_CHOSEN
    return WhyNot.APPLIED

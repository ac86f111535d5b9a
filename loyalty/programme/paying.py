"""Paying a part of a sale with points: how many may be taken, and what they are worth."""

from enum import StrEnum

import msgspec

from loyalty.programme.counting import PER_CENT, Ratio
from loyalty.programme.document import Programme
from loyalty.programme.terms.rewards import Payment


class NoPayment(StrEnum):
    """Why so many points cannot pay."""

    NOT_OFFERED = "not-offered"
    """The programme has no `[pay]`."""
    TOO_FEW = "too-few"
    """Fewer than `least`."""
    NO_FULL_STEP = "no-full-step"
    """Not whole steps of `points`."""
    TOO_MUCH = "too-much"
    """Worth more than may be paid so of this sale."""
    NOT_ENOUGH = "not-enough"
    """More than the member may spend here now."""


class PointsPaid(msgspec.Struct, frozen=True):
    """`points` that pay `paid_minor` of a sale."""

    points: int = 0
    paid_minor: int = 0


NOTHING_PAID = PointsPaid()


def most_paid(programme: Programme, spendable: int, due_minor: int) -> PointsPaid:
    """The most of `spendable` points that may pay for a sale of which `due_minor` is to pay.

    Whole steps, worth no more than the programme's `percent` of what is to pay; nothing where that
    is less than its `least`.
    """
    pay = programme.pay
    if pay is None:
        return NOTHING_PAID
    worth_minor = programme.minor(pay.worth)
    steps = min(spendable // pay.points, _limit_minor(pay, due_minor) // worth_minor)
    if steps <= 0 or steps * pay.points < pay.least:
        return NOTHING_PAID
    return PointsPaid(steps * pay.points, steps * worth_minor)


def paid_with_points(
    programme: Programme, points: int, spendable: int, due_minor: int
) -> PointsPaid | NoPayment:
    """What `points` of a member pay of a sale of which `due_minor` is to pay, or why they do not;
    the member may spend `spendable` here now."""
    pay = programme.pay
    if points == 0:
        return NOTHING_PAID
    if pay is None:
        return NoPayment.NOT_OFFERED
    if points < max(pay.least, 1):
        return NoPayment.TOO_FEW
    if points % pay.points:
        return NoPayment.NO_FULL_STEP
    if points > spendable:
        return NoPayment.NOT_ENOUGH
    paid_minor = points // pay.points * programme.minor(pay.worth)
    if paid_minor > _limit_minor(pay, due_minor):
        return NoPayment.TOO_MUCH
    return PointsPaid(points, paid_minor)


def _limit_minor(pay: Payment, due_minor: int) -> int:
    """How much of `due_minor` may be paid with points: rounded down, so that never more than the
    programme says is."""
    part = Ratio.of(pay.percent, PER_CENT)
    return max(due_minor, 0) * part.over // part.under

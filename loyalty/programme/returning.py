"""Goods brought back with their receipt: what goes back, to the point.

What is left of a sale is awarded again, by the receipt's own version of the programme, with what
the till knew of the member then and at the sale's own moment. A return takes the difference between
what was left before it and what is left after it. So it depends on what is left alone: any split
and any order of returns comes to exactly what the whole sale was. A programme in which a part can
earn more than the whole (a rule with `stop`) gives that part its due, and takes it with the rest.

- Points that paid for goods come back with them, in proportion to their amounts.
- A voucher that paid does not come back, and its share of the goods is no money either: it was
  given for points that are spent.
- Points for events and surprises, which are no part of the award, stay.
- Vouchers that came out with the sale are kept, or revoked: see `loyalty.programme.debts`.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.baskets import Basket, Line
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Occasion
from loyalty.programme.sale_facts import PAID_WITH_POINTS, SaleFacts, side_points
from loyalty.programme.standing import sums_of
from loyalty.programme.terms.goods import Tender

UNTOUCHED, PARTLY_RETURNED, RETURNED = "untouched", "partly-returned", "returned"

LIFE_CYCLE: dict[str, frozenset[str]] = {
    UNTOUCHED: frozenset({PARTLY_RETURNED, RETURNED}),
    PARTLY_RETURNED: frozenset({PARTLY_RETURNED, RETURNED}),
    RETURNED: frozenset(),
}
"""State of a sale -> the states that a return may bring it to. There is no way back: goods that
are bought again are a new sale."""


class ReturnedPart(msgspec.Struct, frozen=True, array_like=True):
    """What came back of the line at place `line` (from 0) of a sale.

    `quantity` is 0 where only a part of the price went back; the sign of `amount_minor` is the
    line's own.
    """

    line: int
    quantity: int
    amount_minor: int


class SaleAtHand(msgspec.Struct, frozen=True):
    """A sale that goods come back of: what it was, and what it earned."""

    facts: SaleFacts
    points: int
    is_member: bool = True
    voucher_paid_minor: int = 0

    @property
    def lines(self) -> tuple[Line, ...]:
        """What was sold."""
        return self.facts.occasion.basket.lines


class ReturnAward(msgspec.Struct, frozen=True, kw_only=True):
    """What a return does. `taken` is what the award shrinks by, `points_back` the points that had
    paid for the goods, `amount_minor` what the goods were sold for. Of that `discount_minor` was
    never paid, `points_paid_minor` and `voucher_paid_minor` were paid with points and vouchers; the
    rest is money to give back. `sums` count against the periods of the sale. `wallets` is what
    wallets beside the main one change by: below zero for what goes."""

    taken: int = 0
    points_back: int = 0
    amount_minor: int = 0
    discount_minor: int = 0
    points_paid_minor: int = 0
    voucher_paid_minor: int = 0
    sums: Mapping[str, int] = {}
    wallets: Mapping[str, int] = {}

    @property
    def points(self) -> int:
        """What the member's balance changes by."""
        return self.points_back - self.taken

    @property
    def money_minor(self) -> int:
        """What is given back in money."""
        return (
            self.amount_minor
            - self.discount_minor
            - self.points_paid_minor
            - self.voucher_paid_minor
        )


class _Worth(msgspec.Struct, frozen=True):
    """What a part of a sale stands for: all of it is a function of the lines that are left."""

    points: int = 0
    paying_points: int = 0
    amount_minor: int = 0
    discount_minor: int = 0
    points_paid_minor: int = 0
    voucher_paid_minor: int = 0
    sums: Mapping[str, int] = {}
    wallets: Mapping[str, int] = {}


def lines_left(lines: Sequence[Line], returned_before: Iterable[ReturnedPart]) -> tuple[Line, ...]:
    """`lines` of a sale less what came back of them; places stay, and what is gone is 0 of 0."""
    left = list(lines)
    for part in returned_before:
        line = left[part.line]
        left[part.line] = replace(
            line,
            quantity=line.quantity - part.quantity,
            amount_minor=line.amount_minor - part.amount_minor,
        )
    return tuple(left)


def is_gone(line: Line) -> bool:
    """Whether nothing is left of a line."""
    return line.quantity == 0 and line.amount_minor == 0


def state_of(lines: Sequence[Line], left: Sequence[Line]) -> str:
    """Where a sale of `lines` is in its life when `left` is left of it."""
    if tuple(lines) == tuple(left):
        return UNTOUCHED
    return RETURNED if all(is_gone(line) for line in left) else PARTLY_RETURNED


def returned(
    programme: Programme,
    sale: SaleAtHand,
    returned_before: Sequence[ReturnedPart],
    now_returned: Sequence[ReturnedPart],
) -> ReturnAward:
    """What bringing back `now_returned` does, after `returned_before`; `programme` is the version
    that the receipt names. The parts are within what was sold: see `brought_back`."""
    before = _worth(programme, sale, returned_before)
    after = _worth(programme, sale, (*returned_before, *now_returned))
    return ReturnAward(
        taken=before.points - after.points,
        points_back=before.paying_points - after.paying_points,
        amount_minor=before.amount_minor - after.amount_minor,
        discount_minor=before.discount_minor - after.discount_minor,
        points_paid_minor=before.points_paid_minor - after.points_paid_minor,
        voucher_paid_minor=before.voucher_paid_minor - after.voucher_paid_minor,
        sums=_difference(after.sums, before.sums),
        wallets=_difference(after.wallets, before.wallets),
    )


def _worth(programme: Programme, sale: SaleAtHand, parts: Sequence[ReturnedPart]) -> _Worth:
    """What is left of `sale` without `parts`: as its entry says while it is whole."""
    lines = sale.lines
    left = lines_left(lines, parts)
    state = state_of(lines, left)
    if state == RETURNED:
        return _Worth()
    amount_minor = sum(line.amount_minor for line in left)
    paid = {
        tender: _share(minor, amount_minor, sale.facts.occasion.basket.total_minor)
        for tender, minor in sale.facts.occasion.paid.items()
    }
    vouchers_minor = _share(
        sale.voucher_paid_minor, amount_minor, sale.facts.occasion.basket.total_minor
    )
    facts = sale.facts
    earned = _Worth(
        points=sale.points,
        discount_minor=facts.discount_minor,
        sums=facts.sums,
        wallets=facts.wallets,
    )
    if state == PARTLY_RETURNED:
        earned = _award_of(programme, sale, left, paid)
    return replace(
        earned,
        paying_points=_paying_points(programme, paid.get(PAID_WITH_POINTS, 0)),
        amount_minor=amount_minor,
        points_paid_minor=paid.get(PAID_WITH_POINTS, 0),
        voucher_paid_minor=vouchers_minor,
    )


def _award_of(
    programme: Programme, sale: SaleAtHand, left: Sequence[Line], paid: Mapping[Tender, int]
) -> _Worth:
    """Points, discount and sums of what is left. Goods that are gone are no lines of it."""
    occasion = Occasion(
        basket=Basket(tuple(line for line in left if not is_gone(line))),
        at=sale.facts.occasion.at,
        branch=sale.facts.occasion.branch,
        paid=paid,
    )
    given = award(programme, occasion, sale.facts.standing)
    if not sale.is_member:
        return _Worth(discount_minor=given.discount_minor)
    return _Worth(
        points=given.points,
        discount_minor=given.discount_minor,
        sums=sums_of(programme, occasion, given),
        wallets=side_points(programme, given),
    )


def _share(paid_minor: int, left_minor: int, total_minor: int) -> int:
    """What of `paid_minor` stands for the `left_minor` of a sale of `total_minor`: in proportion,
    rounded up, so that what comes back is never more than its part. All of it before anything came
    back, none of it when nothing is left."""
    if total_minor <= 0:
        return 0
    within_minor = min(max(left_minor, 0), total_minor)
    return -(-paid_minor * within_minor // total_minor)


def _paying_points(programme: Programme, paid_minor: int) -> int:
    """The points that paid `paid_minor`, rounded up to whole points, as `_share` does."""
    if programme.pay is None or paid_minor <= 0:
        return 0
    return -(-paid_minor * programme.pay.points // programme.minor(programme.pay.worth))


def _difference(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """`one` less `other`, by key; what is the same in both has no key."""
    keys = sorted(one.keys() | other.keys())
    different = {key: one.get(key, 0) - other.get(key, 0) for key in keys}
    return {key: value for key, value in different.items() if value}

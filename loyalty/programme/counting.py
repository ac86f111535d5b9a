"""Exact parts of amounts: growing discounts, and payments spread over lines."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from loyalty.amounts import parse_decimal
from loyalty.programme.document import Programme
from loyalty.programme.groups import GoodsGroups

PER_CENT = 100


class Ratio(msgspec.Struct, frozen=True):
    """An exact number of the document, such as "1.5" or "2.5" per cent: never a float."""

    over: int
    under: int

    @classmethod
    def of(cls, text: str, parts: int = 1) -> "Ratio":
        """The number written in `text`, divided by `parts`."""
        return cls.exactly(parse_decimal(text) / Decimal(parts))

    @classmethod
    def exactly(cls, number: Decimal) -> "Ratio":
        """`number` as the ratio of two integers."""
        return cls(*number.as_integer_ratio())

    def rounded(self, amount: int) -> int:
        """This part of `amount`, rounded half up; half goes away from zero, so that a line taken
        off again loses what it had."""
        if amount < 0:
            return -self.rounded(-amount)
        return (2 * amount * self.over + self.under) // (2 * self.under)


class GrowingDiscount(msgspec.Struct, frozen=True):
    """A discount's steps, the highest first, and the goods it is for (`GoodsGroups` bits)."""

    steps: tuple[tuple[int, Ratio], ...]
    goods: int

    def part(self, spent_minor: int) -> Ratio | None:
        """The part that a member who spent so much gets, or None below the first step."""
        return next((part for at, part in self.steps if spent_minor >= at), None)


def growing_discount(programme: Programme, groups: GoodsGroups) -> GrowingDiscount | None:
    """The programme's discount made ready, or None where it has none."""
    if programme.discount is None:
        return None
    steps = [
        (programme.minor(step.at), Ratio.of(step.percent, PER_CENT))
        for step in programme.discount.steps
    ]
    steps.sort(key=lambda step: -step[0])
    return GrowingDiscount(tuple(steps), groups.counted(programme.discount.goods))


def discounts_of(
    amounts: Sequence[int], bits: Sequence[int], part: Ratio, goods: int
) -> tuple[int, ...]:
    """What each line is reduced by, rounded line by line, where its groups (`bits`) are among
    `goods`; empty when no line is reduced at all."""
    discounts = tuple(
        part.rounded(amount) if bit & goods else 0
        for amount, bit in zip(amounts, bits, strict=True)
    )
    return discounts if any(discounts) else ()


def spread(total: int, amounts: Sequence[int]) -> list[int]:
    """`total` divided over the lines in proportion to their `amounts`, to the last unit.

    What does not divide goes to the largest remainders, of equal ones to the first lines. Lines of
    zero and below pay nothing, and none pays more than its amount: the sum is `total`, or what
    there was to pay if that is less.
    """
    payable = [max(amount, 0) for amount in amounts]
    whole = sum(payable)
    total = min(max(total, 0), whole)
    if total == 0:
        return [0] * len(payable)
    parts = [divmod(total * amount, whole) for amount in payable]
    shares = [share for share, _ in parts]
    remainders = [remainder for _, remainder in parts]
    # A reversed sort keeps equal ones in their order: the first lines first.
    largest_first = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
    for place in largest_first[: total - sum(shares)]:
        shares[place] += 1
    return shares

"""The lines of a sale as rules count them: what is left of each, and what sets of them come to."""

from collections.abc import Mapping, Sequence

from loyalty.baskets import Line
from loyalty.programme.counting import discounts_of, spread
from loyalty.programme.engine import Engine
from loyalty.programme.groups import ALL_GOODS
from loyalty.programme.occasions import Occasion, Standing
from loyalty.programme.terms.goods import Tender

NO_LINES: frozenset[int] = frozenset()
IN_NO_GOODS = 0
"""The groups of an excluded line: it is not even among all goods."""


class Counted:
    """Some lines, by their place in the basket; `amount` is what is left of them in minor units.

    `sums` is what they come to by the word of a rule's `each`, "" standing for minor units.
    """

    __slots__ = ("amount", "lines", "sums")

    def __init__(self, lines: tuple[int, ...], amount: int) -> None:
        self.lines = lines
        self.amount = amount
        self.sums = {"": amount, "visit": 1}


class Countable:
    """A sale's lines, each less its discount and its share of what excluded tenders paid; every
    set of goods that rules ask for is added up once."""

    __slots__ = ("_bits", "_lines", "_net", "_sets", "discounts_minor")

    def __init__(self, engine: Engine, occasion: Occasion, standing: Standing) -> None:
        self._lines = occasion.basket.lines
        self._bits = [engine.groups.of_line(line) for line in self._lines]
        if excluded := engine.excluded:
            self._bits = [IN_NO_GOODS if bits & excluded else bits for bits in self._bits]
        amounts = [line.amount_minor for line in self._lines]
        self.discounts_minor = self._discounts(engine, amounts, standing.spent_minor)
        if self.discounts_minor:
            both = zip(amounts, self.discounts_minor, strict=True)
            amounts = [amount - less for amount, less in both]
        self._net = _less_paid(amounts, occasion.paid, engine.tenders)
        self._sets: dict[tuple[int, frozenset[int]], Counted] = {}

    @property
    def spend_minor(self) -> int:
        """What is left of all lines that are not excluded, never below zero."""
        return max(self.of(ALL_GOODS, NO_LINES).amount, 0)

    def of(self, goods: int, without: frozenset[int]) -> Counted:
        """The lines of `goods` (`GoodsGroups` bits) that are not excluded, `without` some."""
        known = self._sets.get((goods, without))
        if known is None:
            lines = [place for place, bits in enumerate(self._bits) if bits & goods]
            if without:
                lines = [place for place in lines if place not in without]
            net = self._net
            known = Counted(tuple(lines), sum([net[place] for place in lines]))
            self._sets[goods, without] = known
        return known

    def count(self, counted: Counted, each: str) -> int:
        """What a rule counts by of these lines, never below zero: minor units, or by `each` its
        units, its lines, the one visit. See `award` for what a line is to them."""
        count = counted.sums.get(each)
        if count is None:
            of_line = _line if each == "line" else _units
            count = sum([of_line(self._lines[at], self._net[at]) for at in counted.lines])
            counted.sums[each] = count
        return count if count > 0 else 0

    def _discounts(
        self, engine: Engine, amounts: Sequence[int], spent_minor: int
    ) -> tuple[int, ...]:
        if engine.discount is None:
            return ()
        part = engine.discount.part(spent_minor)
        return discounts_of(amounts, self._bits, part, engine.discount.goods) if part else ()


def _less_paid(
    amounts: list[int], paid: Mapping[Tender, int], tenders: Sequence[Tender]
) -> list[int]:
    old_money = sum([paid.get(tender, 0) for tender in tenders]) if paid else 0
    if not old_money:
        return amounts
    return [amount - part for amount, part in zip(amounts, spread(old_money, amounts), strict=True)]


def _units(line: Line, net_minor: int) -> int:
    """The units of a line that something is left of; negative ones of goods taken off again."""
    if net_minor > 0:
        return max(line.quantity, 0)
    return min(line.quantity, 0) if net_minor else 0


def _line(line: Line, net_minor: int) -> int:
    """1 for a line that something is left of, -1 for one that takes goods off again."""
    if net_minor > 0:
        return 1
    return -1 if net_minor and line.quantity < 0 else 0

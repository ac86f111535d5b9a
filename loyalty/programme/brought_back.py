"""Which lines of a sale come back: by their place on the receipt, or by what is on the goods.

What was not sold, or came back before, is refused with what is left of it.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.baskets import Basket, Line
from loyalty.programme.returning import ReturnedPart, is_gone


class AskedBack(msgspec.Struct, frozen=True):
    """What somebody brings of the line at place `line` (from 0): so many units, an amount of its
    price, or both; neither is all that is left of it."""

    line: int
    quantity: int | None = None
    amount_minor: int | None = None


class TooMuch(msgspec.Struct, frozen=True):
    """More is asked back than is left of article `sku`: so many units, so much of their price."""

    sku: str
    quantity_left: int = 0
    minor_left: int = 0


def all_left(left: Sequence[Line]) -> tuple[ReturnedPart, ...]:
    """Everything that is left of a sale."""
    return tuple(
        ReturnedPart(place, line.quantity, line.amount_minor)
        for place, line in enumerate(left)
        if not is_gone(line)
    )


def parts_by_place(
    lines: Sequence[Line], left: Sequence[Line], asked: Iterable[AskedBack]
) -> tuple[ReturnedPart, ...] | TooMuch:
    """The parts that are `asked` back of a sale of `lines`, of which `left` is left."""
    remains = list(left)
    parts = []
    for one in asked:
        if not 0 <= one.line < len(lines):
            return TooMuch("")
        part = _part(lines[one.line], remains[one.line], one)
        if part is None:
            return _too_much(lines[one.line].sku, remains)
        remains[one.line] = _less(remains[one.line], part)
        parts.append(part)
    return tuple(parts)


def parts_by_article(
    lines: Sequence[Line], left: Sequence[Line], goods: Basket
) -> tuple[ReturnedPart, ...] | TooMuch:
    """The parts of a sale that `goods` are, by their article numbers and amounts.

    Goods of one number are looked for where they were sold at the same price first, then in the
    order of the receipt. What they are worth is what `goods` say; where that is spread over several
    lines, each but the last gives what it was sold for.
    """
    remains = list(left)
    parts: list[ReturnedPart] = []
    for wanted in goods.lines:
        found = _parts_of(lines, remains, wanted)
        if found is None:
            return _too_much(wanted.sku, remains)
        for part in found:
            remains[part.line] = _less(remains[part.line], part)
        parts += found
    return tuple(parts)


def _parts_of(
    lines: Sequence[Line], left: Sequence[Line], wanted: Line
) -> list[ReturnedPart] | None:
    """The parts that `wanted` is of a sale; None when there is not so much of it."""
    places = [
        place for place, line in enumerate(left) if line.sku == wanted.sku and not is_gone(line)
    ]
    places.sort(key=lambda place: not _is_price_of(lines[place], wanted))
    if not wanted.sku or wanted.quantity <= 0:
        return _part_of_a_price(lines, left, places, wanted.amount_minor)
    quantity, amount_minor = wanted.quantity, wanted.amount_minor
    found = []
    for place in places:
        units = min(quantity, max(left[place].quantity, 0))
        is_last = units == quantity
        asked = AskedBack(place, units, amount_minor if is_last else None)
        part = _part(lines[place], left[place], asked)
        if part is None:
            return None
        found.append(part)
        if is_last:
            return found
        quantity -= part.quantity
        amount_minor -= part.amount_minor
    return None


def _part_of_a_price(
    lines: Sequence[Line], left: Sequence[Line], places: Iterable[int], amount_minor: int
) -> list[ReturnedPart] | None:
    """A sum that was keyed, or a part of a price: of the first line that it fits in."""
    for place in places:
        part = _part(lines[place], left[place], AskedBack(place, None, amount_minor))
        if part is not None:
            return [part]
    return None


def _is_price_of(line: Line, wanted: Line) -> bool:
    """Whether `wanted` has the price at which `line` was sold."""
    return line.amount_minor * wanted.quantity == wanted.amount_minor * line.quantity


def _part(line: Line, left: Line, asked: AskedBack) -> ReturnedPart | None:
    """What is asked back of `line`, of which `left` is left; None when that is too much."""
    quantity, amount_minor = asked.quantity, asked.amount_minor
    if is_gone(left):
        return None
    if line.quantity <= 0 or quantity is None:
        # No units to count: the whole of what is left, or a part of the price alone.
        is_whole = amount_minor is None or amount_minor == left.amount_minor
        quantity = left.quantity if is_whole else 0
        amount_minor = left.amount_minor if amount_minor is None else amount_minor
    elif not 0 <= quantity <= left.quantity:
        return None
    elif amount_minor is None:
        amount_minor = _worth_of(line, left, quantity)
    sign = -1 if left.amount_minor < 0 else 1
    if not 0 <= sign * amount_minor <= sign * left.amount_minor:
        return None
    return ReturnedPart(asked.line, quantity, amount_minor)


def _worth_of(line: Line, left: Line, quantity: int) -> int:
    """What `quantity` more units of `line` were sold for: its amount in proportion to all that came
    back by then, rounded half up, less what came back before, so that all units make the whole."""
    if quantity == left.quantity:
        return left.amount_minor
    sign = -1 if line.amount_minor < 0 else 1
    gone = line.quantity - left.quantity + quantity
    by_then = sign * ((2 * abs(line.amount_minor) * gone + line.quantity) // (2 * line.quantity))
    worth = sign * (by_then - (line.amount_minor - left.amount_minor))
    return sign * min(max(worth, 0), sign * left.amount_minor)


def _less(line: Line, part: ReturnedPart) -> Line:
    return replace(
        line,
        quantity=line.quantity - part.quantity,
        amount_minor=line.amount_minor - part.amount_minor,
    )


def _too_much(sku: str, left: Iterable[Line]) -> TooMuch:
    """The refusal of article `sku`, with what is left of it on all its lines."""
    of_article = [line for line in left if line.sku == sku]
    return TooMuch(
        sku,
        sum(line.quantity for line in of_article),
        sum(line.amount_minor for line in of_article),
    )

"""Which lines come back: by place, by article, and never more than is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.programme.brought_back import (
    AskedBack,
    TooMuch,
    all_left,
    parts_by_article,
    parts_by_place,
)
from loyalty.programme.returning import ReturnedPart, is_gone, lines_left
from tests.unit.loyalty.programme.strategies import baskets

LINES = (
    Line("MUG", "Mug", 3, 10_00),
    Line("MUG", "Mug, offer", 2, 4_00),
    Line("", "", 1, 73_50),
    Line("OFF", "Offer", 1, -2_00),
    Line("SCRAP", "", 0, 1_00),
    Line("EMPTY", "", -1, -3_00),
)


def by_place(*asked: AskedBack) -> object:
    return parts_by_place(LINES, LINES, asked)


def by_article(*goods: Line) -> object:
    return parts_by_article(LINES, LINES, Basket(goods))


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        (
            (AskedBack(0, 1), AskedBack(0, 1), AskedBack(0, 1)),
            ((0, 1, 333), (0, 1, 334), (0, 1, 333)),
        ),
        ((AskedBack(0, 2),), ((0, 2, 667),)),
        ((AskedBack(0),), ((0, 3, 10_00),)),
        ((AskedBack(0, 3, 9_00), AskedBack(0, None, 1_00)), ((0, 3, 9_00), (0, 0, 1_00))),
        ((AskedBack(0, 1, 3_00),), ((0, 1, 3_00),)),
        ((AskedBack(2, None, 20_00), AskedBack(2)), ((2, 0, 20_00), (2, 1, 53_50))),
        ((AskedBack(3, 1),), ((3, 1, -2_00),)),
        ((AskedBack(3, None, -50), AskedBack(3)), ((3, 0, -50), (3, 1, -1_50))),
        ((AskedBack(4),), ((4, 0, 1_00),)),
        ((AskedBack(5, 1),), ((5, -1, -3_00),)),
    ],
)
def test_parts_by_their_place(
    asked: tuple[AskedBack, ...], parts: tuple[tuple[int, int, int], ...]
) -> None:
    assert by_place(*asked) == tuple(ReturnedPart(*part) for part in parts)


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ((AskedBack(0, 4),), TooMuch("MUG", 5, 14_00)),
        ((AskedBack(0, 2), AskedBack(0, 2)), TooMuch("MUG", 3, 7_33)),
        ((AskedBack(0, -1),), TooMuch("MUG", 5, 14_00)),
        ((AskedBack(0, 1, 10_01),), TooMuch("MUG", 5, 14_00)),
        ((AskedBack(0, 1, -1),), TooMuch("MUG", 5, 14_00)),
        ((AskedBack(2), AskedBack(2)), TooMuch("", 0, 0)),
        ((AskedBack(3, None, 1),), TooMuch("OFF", 1, -2_00)),
        ((AskedBack(6),), TooMuch("")),
        ((AskedBack(-1),), TooMuch("")),
    ],
)
def test_more_than_is_left_is_refused(asked: tuple[AskedBack, ...], refused: TooMuch) -> None:
    assert by_place(*asked) == refused


@pytest.mark.parametrize(
    ("goods", "parts"),
    [
        ((Line("MUG", "", 1, 3_33),), ((0, 1, 3_33),)),
        ((Line("MUG", "", 1, 2_00),), ((1, 1, 2_00),)),
        ((Line("MUG", "", 4, 12_00),), ((0, 3, 10_00), (1, 1, 2_00))),
        ((Line("MUG", "", 2, 4_00), Line("MUG", "", 3, 10_00)), ((1, 2, 4_00), (0, 3, 10_00))),
        ((Line("", "", 1, 73_50),), ((2, 1, 73_50),)),
        ((Line("", "", 1, 3_50), Line("", "", 1, 70_00)), ((2, 0, 3_50), (2, 1, 70_00))),
        ((Line("OFF", "", 1, -2_00),), ((3, 1, -2_00),)),
        ((Line("SCRAP", "", 0, 1_00),), ((4, 0, 1_00),)),
    ],
)
def test_parts_by_article(goods: tuple[Line, ...], parts: tuple[tuple[int, int, int], ...]) -> None:
    assert by_article(*goods) == tuple(ReturnedPart(*part) for part in parts)


@pytest.mark.parametrize(
    ("goods", "refused"),
    [
        ((Line("CUP", "", 1, 1_00),), TooMuch("CUP")),
        ((Line("MUG", "", 6, 14_00),), TooMuch("MUG", 5, 14_00)),
        ((Line("MUG", "", 1, 99_00),), TooMuch("MUG", 5, 14_00)),
        ((Line("", "", 1, 73_51),), TooMuch("", 1, 73_50)),
    ],
)
def test_goods_that_were_not_sold_are_refused(goods: tuple[Line, ...], refused: TooMuch) -> None:
    assert by_article(*goods) == refused


@given(baskets(), st.data())
def test_units_one_by_one_make_the_whole_line(basket: Basket, data: st.DataObject) -> None:
    lines = basket.lines
    before: tuple[ReturnedPart, ...] = ()
    for place, line in enumerate(lines):
        for _ in range(4):
            left = lines_left(lines, before)[place]
            if is_gone(left):
                break
            units = data.draw(st.integers(1, max(left.quantity, 1)))
            parts = parts_by_place(lines, lines_left(lines, before), [AskedBack(place, units)])
            assert isinstance(parts, tuple)
            (part,) = parts
            assert part.amount_minor * (1 if line.amount_minor >= 0 else -1) >= 0
            before += parts
    rest = all_left(lines_left(lines, before))
    assert all(is_gone(left) for left in lines_left(lines, (*before, *rest)))

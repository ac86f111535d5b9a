"""A programme of the short form alone gives for a sum what it gives for the goods."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.programme.awards import award
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.occasions import Occasion
from loyalty.programme.plain import is_plain, points_of_total

CLASSIC = load_programme(classic_document())
NO_POINTS = load_programme(
    'name = "greeting"\nversion = 1\ncurrency = "PLN"\n'
    '[[event]]\nname = "hello"\non = "enrolment"\npoints = 5\n'
)
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
LINES = st.builds(
    Line, st.just("590"), st.just(""), st.integers(-5, 50), st.integers(-(10**6), 10**9)
)


@given(st.lists(LINES, max_size=9))
def test_the_sum_gives_what_the_goods_give(lines: list[Line]) -> None:
    basket = Basket(tuple(lines))
    given_ = award(CLASSIC, Occasion(basket=basket, at=AT)).points
    assert points_of_total(CLASSIC, basket.total_minor) == given_


@pytest.mark.parametrize(
    "more",
    [
        '[[earn]]\nname = "visit"\neach = "visit"\n',
        '[[multiply]]\nname = "twice"\ntimes = "2"\n',
        '[discount]\nsteps = [{ at = "1.00", percent = "3" }]\n',
        '[excluded]\ntenders = ["voucher"]\n',
        "[wallets.points]\ncap = { receipt = 5 }\n",
        '[[tier]]\nname = "gold"\nat = "100.00"\n',
    ],
)
def test_whatever_else_counts_makes_it_no_plain_programme(more: str) -> None:
    assert not is_plain(load_programme(classic_document() + more))


def test_a_plain_programme_may_give_nothing() -> None:
    assert is_plain(CLASSIC)
    assert points_of_total(NO_POINTS, 1_000) == 0

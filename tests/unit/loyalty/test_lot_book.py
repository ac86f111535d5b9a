"""A book of lots kept step by step, as whoever has no entries keeps it."""

import pytest

from loyalty.lot_book import LotBook
from tests.unit.loyalty.lot_account import WALLETS, WARSAW, at


def test_a_book_is_kept_in_the_order_of_time() -> None:
    book = LotBook(WARSAW)
    book.purchased(at("03-02T10:00"))
    with pytest.raises(ValueError, match="order of time"):
        book.take(at("03-02T09:59"), 1)


def test_a_book_takes_out_what_is_gone() -> None:
    book = LotBook(WARSAW)
    book.earn(at("03-01T10:00"), 10, WALLETS["days@2"], ("KRK-1", 1, 1))
    book.earn(at("03-01T10:00"), 20, WALLETS["days@1"], ("KRK-1", 1, 2))
    assert book.take(at("03-01T10:00"), 0) == []
    gone_ms = at("03-12T00:00")
    for left in (10, 0):
        points = sum(lot.left for lot in book.gone(gone_ms))
        assert points == left
        book.expire(gone_ms, points)
    assert [lot.left for lot in book.lots] == [0, 20]


def test_a_lot_that_points_come_back_to_is_first_in_its_turn_again() -> None:
    book = LotBook(WARSAW)
    now_ms = at("03-01T10:00")
    for seq in (1, 2):
        book.earn(now_ms, 10, WALLETS["days@2"], ("KRK-1", 1, seq))
    paid = book.take(now_ms, 10)
    book.take(now_ms, 1)
    assert book.give_back(now_ms, 10, paid) == 0
    assert [taking.lot.number for taking in book.take(now_ms, 13)] == [0, 1]
    assert [lot.left for lot in book.lots] == [0, 6]


def test_days_that_moved_with_nothing_left_are_passed_over() -> None:
    book = LotBook(WARSAW)
    lot = book.earn(at("03-01T10:00"), 10, WALLETS["active@1"], ("KRK-1", 1, 1))
    book.purchased(at("03-20T10:00"))
    book.take(at("03-20T10:00"), 10, [lot])
    assert book.gone(at("04-10T10:00")) == []

"""Which groups an article is in, and that a flood of articles is forgotten again."""

import pytest

from loyalty.programme import groups
from loyalty.programme.groups import ALL_GOODS, GoodsGroups
from loyalty.programme.terms.goods import Goods
from tests.unit.loyalty.programme.shop import line

GOODS = {
    "one": Goods(items=("A",), tags=("t",)),
    "two": Goods(starts_with=("A", "B-"), categories=("c",)),
}


def test_each_group_is_a_bit_and_every_article_is_in_all_goods() -> None:
    shop = GoodsGroups(GOODS)
    one, two = shop.named(["one"]), shop.named(["two"])
    assert len({ALL_GOODS, one, two, one | two}) == 4
    assert shop.named(["two", "one"]) == one | two
    assert shop.named([]) == 0
    assert shop.counted([]) == ALL_GOODS
    assert shop.counted(["one"]) == one
    assert shop.of_line(line(1, "X")) == ALL_GOODS
    assert shop.of_line(line(1, "A")) == ALL_GOODS | one | two
    assert shop.of_line(line(1, "B-1")) == ALL_GOODS | two
    assert shop.of_line(line(1, "X", category="c")) == ALL_GOODS | two
    assert shop.of_line(line(1, "X", tags=("s", "t"))) == ALL_GOODS | one


def test_no_article_number_and_no_category_are_in_no_group() -> None:
    assert GoodsGroups(GOODS).of_line(line(1, "")) == ALL_GOODS


def test_the_same_number_with_other_words_is_another_article() -> None:
    shop = GoodsGroups(GOODS)
    assert shop.of_line(line(1, "X")) != shop.of_line(line(1, "X", category="c"))
    assert shop.of_line(line(1, "X")) == ALL_GOODS


def test_more_articles_than_are_remembered_are_worked_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groups, "MAX_KNOWN_ARTICLES", 3)
    shop = GoodsGroups(GOODS)
    for _ in range(2):
        assert [shop.of_line(line(1, f"B-{at}")) for at in range(10)] == [
            ALL_GOODS | shop.named(["two"])
        ] * 10
        assert len(shop._known) <= 3

"""Baskets and the words for goods."""

import pytest

from loyalty.baskets import keyed_amount, tags_in, tags_text


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        (" ; ;", ()),
        ("vegan", ("vegan",)),
        ("sugar free; vegan ;sugar free", ("sugar free", "vegan")),
    ],
)
def test_tags_are_read_each_once_and_in_their_order(text: str, tags: tuple[str, ...]) -> None:
    assert tags_in(text) == tags
    assert tags_in(tags_text(tags)) == tags


def test_an_amount_that_was_keyed_is_one_line_of_goods_without_words() -> None:
    [line] = keyed_amount(1_250, "Bread").lines
    assert (line.amount_minor, line.quantity, line.category, line.tags) == (1_250, 1, "", ())

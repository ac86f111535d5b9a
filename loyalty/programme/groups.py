"""Which groups of goods an article is in."""

from collections.abc import Iterable

from loyalty.baskets import Line
from loyalty.programme.terms.goods import Goods

MAX_KNOWN_ARTICLES = 50_000
"""Articles whose groups are remembered; a shop has fewer, and more are worked out again."""

ALL_GOODS = 1
"""The set of every article, as `GoodsGroups` counts sets: one bit a group."""


class GoodsGroups:
    """A programme's groups of goods, each a bit of an integer, so that "is it in one of these?"
    is one operation however many groups and articles there are."""

    def __init__(self, goods: dict[str, Goods]) -> None:
        self._bits = {name: 2 << place for place, name in enumerate(goods)}
        self._groups = [
            (self._bits[name], group.starts_with, frozenset(group.tags))
            for name, group in goods.items()
        ]
        self._items = self._inverted((name, group.items) for name, group in goods.items())
        self._categories = self._inverted((name, group.categories) for name, group in goods.items())
        self._known: dict[tuple[str, str, tuple[str, ...]], int] = {}

    def named(self, names: Iterable[str]) -> int:
        """The groups `names` together, as bits; no names are no goods."""
        bits = 0
        for name in names:
            bits |= self._bits[name]
        return bits

    def counted(self, names: Iterable[str]) -> int:
        """The goods of a rule, as bits: those of the groups `names`, or all where it names none."""
        return self.named(names) or ALL_GOODS

    def of_line(self, line: Line) -> int:
        """The groups that the article of `line` is in, as bits; `ALL_GOODS` is always one."""
        article = (line.sku, line.category, line.tags)
        bits = self._known.get(article)
        if bits is None:
            if len(self._known) >= MAX_KNOWN_ARTICLES:
                self._known.clear()
            bits = self._known[article] = self._worked_out(*article)
        return bits

    def _worked_out(self, sku: str, category: str, tags: tuple[str, ...]) -> int:
        bits = ALL_GOODS | self._items.get(sku, 0) | self._categories.get(category, 0)
        for bit, starts_with, named_tags in self._groups:
            if sku.startswith(starts_with) or not named_tags.isdisjoint(tags):
                bits |= bit
        return bits

    def _inverted(self, named: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, int]:
        """From a word to the groups that list it."""
        found: dict[str, int] = {}
        for name, words in named:
            for word in words:
                found[word] = found.get(word, 0) | self._bits[name]
        return found

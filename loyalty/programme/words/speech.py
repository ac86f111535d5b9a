"""One programme spoken in one language: its names, amounts, days and counts as people say them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from loyalty.amounts import parse_decimal
from loyalty.programme.terms.programme import BASE_RULE, Programme
from loyalty.programme.terms.texts import ShopText, in_language
from loyalty.programme.terms.wallets import MAIN
from loyalty.wording import Words

END_OF_DAY = "24:00"

_CATALOGUES = ("loyalty.programme.words", "programme")


class Section(msgspec.Struct, frozen=True):
    """What a programme says on one subject: `subject` is the same in every language, `title` and
    `sentences` are for people. A sentence is one rule, reward or term with all its conditions."""

    subject: str
    title: str
    sentences: tuple[str, ...]


class Speech(Words):
    """The words that a programme is told in, in one language.

    What a rule, group or reward is called is its title, and without one its name in the document
    with blanks for its underscores.
    """

    def __init__(self, programme: Programme, language: str) -> None:
        super().__init__(language, *_CATALOGUES)
        self.programme = programme

    def text(self, message: str, **facts: object) -> str:
        """`message` filled from `facts`, with one full stop where a fact brought its own."""
        return _whole(super().text(message, **facts))

    def plural(self, one: str, many: str, count: int, **facts: object) -> str:
        """The form that goes with `count`, with one full stop where a fact brought its own."""
        return _whole(super().plural(one, many, count, **facts))

    def called(self, title: ShopText, name: str) -> str:
        """What people call the thing with this `title` and `name`, as a sentence begins."""
        text = in_language(title, self.language, name.replace("_", " "))
        return text[:1].upper() + text[1:]

    def rule(self, name: str) -> str:
        """What the earning rule `name` is called."""
        if name == BASE_RULE and self.programme.earning is not None:
            return self.text("Every purchase")
        rules = {rule.name: rule.title for rule in self.programme.earn}
        return self.called(rules.get(name, ""), name)

    def multiplier(self, name: str) -> str:
        """What the multiplier `name` is called."""
        titles = {one.name: one.title for one in self.programme.multiply}
        return self.called(titles.get(name, ""), name)

    def tier(self, name: str) -> str:
        """What the tier `name` is called."""
        titles = {tier.name: tier.title for tier in self.programme.tier}
        return self.called(titles.get(name, ""), name)

    def reward(self, name: str) -> str:
        """What the catalogue's reward `name` is called."""
        titles = {reward.name: reward.title for reward in self.programme.rewards}
        return self.called(titles.get(name, ""), name)

    def wallet(self, name: str) -> str:
        """What the wallet `name` is called; an empty name is the main one."""
        name = name or self.programme.main_wallet
        if name == MAIN and not self.programme.wallet(name).title:
            return self.text("Points")
        return self.called(self.programme.wallet(name).title, name)

    def goods(self, names: Iterable[str]) -> str:
        """The groups of goods `names`, one after the other, as they stand within a sentence."""
        groups = self.programme.goods
        return ", ".join(
            in_language(groups[name].title, self.language, name.replace("_", " ")) for name in names
        )

    def gain(self, count: int, wallet: str = "") -> str:
        """So much of a wallet in its own unit: "5 points", "1 stamp", "€0.50"."""
        kind = self.programme.wallet(wallet).kind
        if kind == "money":
            return self.minor(count)
        if kind == "stamps":
            return self.plural("{count} stamp", "{count} stamps", count)
        return self.plural("{count} point", "{count} points", count)

    def minor(self, amount_minor: int) -> str:
        """An amount in minor units of the programme's currency."""
        return self.money(amount_minor, self.programme.currency)

    def sum(self, amount: str) -> str:
        """An amount as the document writes it."""
        return self.minor(self.programme.minor(amount))

    def percent(self, percent: str) -> str:
        """A part in per cent as the document writes it."""
        return self.text("{number}%", number=self.decimal(percent))

    def decimal(self, number: str | Decimal) -> str:
        """A number as the document writes it, or computed from such ones."""
        exact = parse_decimal(number) if isinstance(number, str) else number
        return self.number(exact.normalize())

    def days(self, days: Iterable[str]) -> str:
        """Days as the document writes them, of one year or of each."""
        return ", ".join(self.one_day(day) for day in days)

    def one_day(self, day: str) -> str:
        """ "2026-12-24" or "12-24" as people say it."""
        *year, month, of_month = (int(part) for part in day.split("-"))
        if year:
            return self.calendar_day(date(year[0], month, of_month))
        return self.day_of_year(month, of_month)

    def hours(self, span: str) -> str:
        """A span of hours such as "14:00-17:00"."""
        first, last = (self._clock(part) for part in span.split("-"))
        return self.text("from {first} to {last}", first=first, last=last)

    def _clock(self, text: str) -> str:
        # The end of a day is midnight by the name that no clock shows.
        hour, minute = text.split(":")
        return text if text == END_OF_DAY else self.clock(int(hour), int(minute))


def _whole(sentence: str) -> str:
    """Some dates and counts end in an abbreviation: "24 декабря 2026 г."."""
    return sentence[:-1] if sentence.endswith("..") else sentence


def joined(*sentences: str | Iterable[str]) -> str:
    """Sentences one after the other; empty ones are left out."""
    parts: list[str] = []
    for sentence in sentences:
        parts.extend([sentence] if isinstance(sentence, str) else sentence)
    return " ".join(part for part in parts if part)

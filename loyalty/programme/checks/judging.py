"""Single values of a document: whether an amount is one, a name is one, a day is one."""

import re
from collections.abc import Collection, Mapping, Sequence, Sized
from datetime import date
from decimal import Decimal

from loyalty.amounts import decimals_of, parse_amount, parse_decimal, plain_amount
from loyalty.errors import AmountInvalid
from loyalty.members import LANGUAGES
from loyalty.programme.checks.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_NAME_CHARACTERS,
    MAX_PERCENT,
    MAX_PERCENT_DECIMALS,
    MAX_TIMES,
    MAX_TIMES_DECIMALS,
)
from loyalty.programme.faults import Findings, listed, nearest, shown
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.programme import Programme
from loyalty.programme.terms.texts import MAX_TEXT_CHARACTERS, ShopText

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_A_LEAP_YEAR, _A_COMMON_YEAR = "2024", "2023"

_OF_YEARS = f", in a year from {FIRST_YEAR} to {LAST_YEAR}"
_DAY_OF_A_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")


class Judge:
    """Finds what is wrong with one `programme`, value by value."""

    def __init__(self, programme: Programme, findings: Findings) -> None:
        self.programme = programme
        self.findings = findings
        self._decimals = decimals_of(programme.currency)

    def wrong(self, path: KeyPath, value: object, allowed: str) -> None:
        """`value` is not what may stand at `path`."""
        self.findings.add(path, f"is {shown(value)}", allowed)

    def number(self, path: KeyPath, value: int | None, most: int, least: int = 1) -> None:
        """A whole number; None is none said."""
        if value is not None and not least <= value <= most:
            self.wrong(path, value, f"a whole number from {least:,} to {most:,}")

    def amount(
        self, path: KeyPath, text: str, least_minor: int = 1, must: bool = False
    ) -> int | None:
        """An amount of the programme's currency in minor units, or None where it is none; an
        empty text is none said, unless it `must` be."""
        if not text and not must:
            return None
        try:
            minor = parse_amount(text, self._decimals)
        except AmountInvalid:
            minor = least_minor - 1
        if minor >= least_minor:
            return minor
        example = plain_amount(10**self._decimals, self._decimals)
        bound = "over 0" if least_minor else "of 0 or more"
        allowed = f"an amount {bound} in quotes, such as {shown(example)}"
        self.wrong(path, text, f"{allowed}{self._in_the_currency()}")
        return None

    def percent(
        self, path: KeyPath, text: str, zero: bool = False, must: bool = False
    ) -> Decimal | None:
        """Per cent over 0, or from 0 where `zero` is one; an empty text is none said, unless it
        `must` be."""
        if not text and not must:
            return None
        percent = _exact(text, MAX_PERCENT_DECIMALS)
        if percent is not None and 0 <= percent <= MAX_PERCENT and (zero or percent):
            return percent
        bound = "from 0" if zero else "over 0 and"
        self.wrong(path, text, f'per cent {bound} up to 100 in quotes, such as "2.5"')
        return None

    def times(self, path: KeyPath, text: str) -> None:
        """A factor of a multiplier."""
        factor = _exact(text, MAX_TIMES_DECIMALS)
        if factor is None or not 0 < factor <= MAX_TIMES:
            self.wrong(
                path,
                text,
                f"a number over 0 up to {MAX_TIMES:,} in quotes, such as "
                f'"1.5", with at most {MAX_TIMES_DECIMALS} decimals',
            )

    def whole_text(self, path: KeyPath, text: str, most: int, least: int = 1) -> int | None:
        """A whole number that is written as a text, as amounts are."""
        if text.isascii() and text.isdigit() and len(text) < len(str(most)) + 1:
            number = int(text)
            if least <= number <= most:
                return number
        self.wrong(path, text, f"a whole number from {least:,} to {most:,} in quotes")
        return None

    def name(self, path: KeyPath, name: str) -> None:
        """A name that entries are marked with."""
        if not (_NAME.fullmatch(name) and len(name) <= MAX_NAME_CHARACTERS):
            self.wrong(
                path,
                name,
                f"a letter from a to z, then letters, digits, - and _, at most "
                f"{MAX_NAME_CHARACTERS} in all; members read its title",
            )

    def names(self, path: KeyPath, named: Sequence[str], reserved: Collection[str] = ()) -> None:
        """The names of a list of tables: each is a name, and each is there once."""
        seen = set(reserved)
        for place, name in enumerate(named):
            here = (*path, place, "name")
            self.name(here, name)
            if name in seen:
                self.wrong(here, name, "a name that no other in this list has")
            seen.add(name)

    def known(self, path: KeyPath, name: str, names: Collection[str], what: str) -> None:
        """`name` is one of `names`: what such a thing is called in the document is `what`."""
        if name in names or "" in names:  # The name of one of them could not be read.
            return
        # What nobody is told is not looked for: among many names that takes its time.
        near = "" if self.findings.are_many else nearest(name, names)
        allowed = f"did you mean {shown(near)}?" if near else f"{what} here: {listed(names)}"
        self.wrong(path, name, allowed)

    def all_known(
        self, path: KeyPath, named: Sequence[str], names: Collection[str], what: str
    ) -> None:
        """Each of `named` is one of `names`."""
        quickly = dict.fromkeys(names)
        for place, name in enumerate(named):
            self.known((*path, place), name, quickly, what)

    def groups(self, path: KeyPath, named: Sequence[str]) -> None:
        """Each of `named` is a group of goods."""
        if not self.findings.is_blank(("goods",)):
            self.all_known(path, named, self.programme.goods, "groups of goods")

    def wallet(self, path: KeyPath, name: str) -> None:
        """`name` is a wallet; an empty one is the main one."""
        if name and not self.findings.is_blank(("wallets",)):
            wallets = tuple(self.programme.wallets) or (self.programme.main_wallet,)
            self.known(path, name, wallets, "wallets")

    def kind(self, wallet: str = "") -> str:
        """What `wallet`, or the main one, holds; empty where the document does not say."""
        name = wallet or self.programme.main_wallet
        unsaid = self.findings.is_unreadable(("wallets", name, "kind"))
        unknown = name not in (self.programme.wallets or {self.programme.main_wallet})
        return "" if unsaid or unknown else self.programme.wallet(name).kind

    def reward(self, path: KeyPath, name: str) -> None:
        """`name` is in the catalogue; an empty one is none."""
        if name and not self.findings.is_blank(("rewards",)):
            rewards = [one.name for one in self.programme.rewards]
            self.known(path, name, rewards, "rewards of the catalogue")

    def few(self, path: KeyPath, many: Sized, most: int) -> None:
        """At most so many of them."""
        if len(many) > most:
            self.findings.add(path, f"has {len(many):,} of them", f"at most {most:,}")

    def words(self, path: KeyPath, text: str, most: int) -> None:
        """A text that is neither empty nor longer than `most`, on one line."""
        if not (text.strip() and len(text) <= most and text.isprintable()):
            self.wrong(path, text, f"a text of 1 to {most} characters on one line")

    def title(self, path: KeyPath, text: ShopText) -> None:
        """What members read, in one language or in several; an empty text is none said."""
        if isinstance(text, Mapping):
            if not text:
                self.findings.add(path, "is empty", f"a text for one of {listed(LANGUAGES)}")
            for language, told in text.items():
                if language not in LANGUAGES:
                    self.findings.add(
                        (*path, language), "is no language of receipts", listed(LANGUAGES)
                    )
                self.words((*path, language), told, MAX_TEXT_CHARACTERS)
        elif text:
            self.words(path, text, MAX_TEXT_CHARACTERS)

    def day(self, path: KeyPath, text: str, must: bool = False) -> date | None:
        """A day of one year; an empty text is none said, unless it `must` be."""
        if not text and not must:
            return None
        found = _day(text)
        if found is None:
            self.wrong(path, text, f'a day in quotes, such as "2026-12-01"{_OF_YEARS}')
        return found

    def date(self, path: KeyPath, text: str) -> bool:
        """Whether `text` is a day of one year, or of each that has it; else it is a fault."""
        is_day = bool(_day(text) or _day_of(_A_LEAP_YEAR, text))
        if not is_day:
            allowed = 'a day in quotes: of each year, "12-24", or of one, "2026-12-24"'
            self.wrong(path, text, f"{allowed}{_OF_YEARS}")
        return is_day

    def day_of_each_year(self, path: KeyPath, text: str) -> None:
        """A day that every year has; an empty text is none said."""
        if text and not _day_of(_A_COMMON_YEAR, text):
            self.wrong(path, text, 'a day that each year has, in quotes, such as "12-31"')

    def _in_the_currency(self) -> str:
        return (
            f", with at most {self._decimals} decimals in {self.programme.currency}"
            if self._decimals
            else f", without decimals in {self.programme.currency}"
        )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    is_ours = FIRST_YEAR <= day.year <= LAST_YEAR and day.isoformat() == text
    return day if is_ours else None


def _day_of(year: str, text: str) -> date | None:
    return _day(f"{year}-{text}") if _DAY_OF_A_YEAR.fullmatch(text) else None


def _exact(text: str, decimals: int) -> Decimal | None:
    """The number in `text`, or None where it is none or has more `decimals`."""
    try:
        number = parse_decimal(text)
    except AmountInvalid:
        return None
    exponent = number.normalize().as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= decimals else None

"""Words, numbers, money and dates in one language, for screens, paper and plain explanations.

A message id is the English sentence itself, so that code reads as what people read. The catalogues
are `.po` files, as translators edit them, in a folder a language inside the package that says
them; they are compiled in memory when a language is first used, so that there is no second, stale
copy to ship.
"""

from collections.abc import Sequence
from datetime import date, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from io import BytesIO

from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

from loyalty.amounts import TWO_DECIMALS, decimals_of, major
from loyalty.clock import from_epoch_ms
from loyalty.members import LANGUAGES

LANGUAGE_NAMES = {"en": "English", "pl": "Polski", "ru": "Русский"}
"""Each language in its own words, as a person looks for it."""

_LOCALES = {"en": "en_GB", "pl": "pl_PL", "ru": "ru_RU"}
"""Whose numbers and dates: 24 hours, and the day before the month."""

AMOUNTS_REMEMBERED = 8_192
"""A shop's prices repeat, and writing one anew takes longer than the rest of its line."""

CATALOGUES_REMEMBERED = 16
"""A few packages in three languages each."""

MISSING = "…"
"""Stands where a sentence names something that nobody told."""

_LEAP_YEAR = 2024
"""Has every day that a year can have."""


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return MISSING


class Words:
    """The words of `package` in `language` ("en", "pl" or "ru"), from its `domain`.po.

    Raises ValueError for another language.
    """

    def __init__(self, language: str, package: str, domain: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no such language: {language!r}")
        self.language = language
        self._locale = _LOCALES[language]
        self._translations = _translations(package, domain, language)

    def text(self, message: str, **facts: object) -> str:
        """`message` in this language, its `{names}` filled from `facts`.

        What a fact says is never read as a pattern, so a member's name may hold braces.
        """
        return self._translations.gettext(message).format_map(_Facts(facts))

    def plural(self, one: str, many: str, count: int, **facts: object) -> str:
        """The form of a message that goes with `count`, which fills `{count}` as well."""
        message = self._translations.ngettext(one, many, abs(count))
        return message.format_map(_Facts(facts, count=self.number(count)))

    def number(self, value: int | Decimal) -> str:
        """A number, grouped as this language does; a decimal keeps the digits it has."""
        return format_decimal(value, locale=self._locale, decimal_quantization=False)

    def signed(self, value: int) -> str:
        """A whole number with its sign in front, also when it is above zero."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def amount(self, amount_minor: int, decimals: int = TWO_DECIMALS) -> str:
        """An amount without its currency, with so many decimals ("1,234.50")."""
        return _amount(amount_minor, decimals, self._locale)

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount in `currency` (ISO 4217), its sign where this language puts it."""
        amount = major(amount_minor, decimals_of(currency))
        return format_currency(amount, currency, locale=self._locale)

    def day(self, moment_ms: int, zone: tzinfo | None = None) -> str:
        """The day of a moment as `zone` has it; without one, as this machine has it."""
        moment = from_epoch_ms(moment_ms).astimezone(zone)
        return format_date(moment.date(), format="medium", locale=self._locale)

    def time(self, moment_ms: int, zone: tzinfo | None = None) -> str:
        """The hour and minute of a moment as `zone` has it; without one, as this machine has it."""
        moment = from_epoch_ms(moment_ms).astimezone(zone)
        return format_time(moment.time(), format="short", locale=self._locale)

    def moment(self, moment_ms: int, zone: tzinfo | None = None) -> str:
        """Day, hour and minute in figures, short enough for a column of a receipt."""
        moment = from_epoch_ms(moment_ms).astimezone(zone).replace(tzinfo=None)
        return format_datetime(moment, format="short", locale=self._locale)

    def calendar_day(self, day: date) -> str:
        """A day of the calendar with its month's name and its year."""
        return format_date(day, format="long", locale=self._locale)

    def day_of_year(self, month: int, day: int) -> str:
        """A day that each year has: "31 December"."""
        return format_skeleton("MMMMd", date(_LEAP_YEAR, month, day), locale=self._locale)

    def weekday(self, number: int) -> str:
        """The name of a day of the week, from 0 for Monday."""
        return str(get_day_names("wide", "stand-alone", locale=self._locale)[number])

    def clock(self, hour: int, minute: int) -> str:
        """A time of day: "14:00"."""
        return format_time(time(hour, minute), format="short", locale=self._locale)

    def listed(self, items: Sequence[str]) -> str:
        """`items` as this language strings them together: "a, b and c"."""
        return format_list(items, locale=self._locale)


def phrase(message: str) -> str:
    """Mark `message` as one to translate, where it is said later than it is written down."""
    return message


@lru_cache(maxsize=CATALOGUES_REMEMBERED)
def catalogue(package: str, domain: str, language: str) -> Catalog:
    """The messages of `package` in `language`, as its translators wrote them."""
    source = resources.files(package).joinpath(language, f"{domain}.po")
    with source.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@lru_cache(maxsize=CATALOGUES_REMEMBERED)
def _translations(package: str, domain: str, language: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(package, domain, language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=AMOUNTS_REMEMBERED)
def _amount(amount_minor: int, decimals: int, locale: str) -> str:
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(major(amount_minor, decimals), format=pattern, locale=locale)

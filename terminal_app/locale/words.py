"""Words, numbers, money and dates in one language, for screens and paper alike.

A message id is the English sentence itself, so that code reads as what a cashier reads. The
catalogues are the `.po` files beside this module, as translators edit them; they are compiled in
memory when a language is first used, so that there is no second, stale copy to ship.
"""

from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from io import BytesIO

from babel.dates import format_date, format_datetime, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

from loyalty.amounts import MINOR_PER_MAJOR
from loyalty.clock import from_epoch_ms
from loyalty.members import LANGUAGES

LANGUAGE_NAMES = {"en": "English", "pl": "Polski", "ru": "Русский"}
"""Each language in its own words, as a person looks for it."""

_LOCALES = {"en": "en_GB", "pl": "pl_PL", "ru": "ru_RU"}
"""Whose numbers and dates: 24 hours, and the day before the month."""

AMOUNTS_REMEMBERED = 8_192
"""A shop's prices repeat, and writing one anew takes longer than the rest of its line."""

MISSING = "…"
"""Stands where a sentence names something that nobody told."""


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return MISSING


class Words:
    """The product's words in `language` ("en", "pl" or "ru"). Raises ValueError for another."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no such language: {language!r}")
        self.language = language
        self._locale = _LOCALES[language]
        self._translations = _translations(language)

    def text(self, message: str, **facts: object) -> str:
        """`message` in this language, its `{names}` filled from `facts`.

        What a fact says is never read as a pattern, so a member's name may hold braces.
        """
        return self._translations.gettext(message).format_map(_Facts(facts))

    def plural(self, one: str, many: str, count: int, **facts: object) -> str:
        """The form of a message that goes with `count`, which fills `{count}` as well."""
        message = self._translations.ngettext(one, many, abs(count))
        return message.format_map(_Facts(facts, count=self.number(count)))

    def number(self, value: int) -> str:
        """A whole number, grouped as this language does."""
        return format_decimal(value, locale=self._locale)

    def signed(self, value: int) -> str:
        """A whole number with its sign in front, also when it is above zero."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def amount(self, amount_minor: int) -> str:
        """An amount without its currency, with two decimals ("1,234.50")."""
        return _amount(amount_minor, self._locale)

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount in `currency` (ISO 4217), its sign where this language puts it."""
        return format_currency(_major(amount_minor), currency, locale=self._locale)

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


def phrase(message: str) -> str:
    """Mark `message` as one to translate, where it is said later than it is written down."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Catalog:
    """The messages of `language`, as its translators wrote them."""
    source = resources.files("terminal_app.locale").joinpath(language, "paragon.po")
    with source.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=AMOUNTS_REMEMBERED)
def _amount(amount_minor: int, locale: str) -> str:
    return format_decimal(_major(amount_minor), format="#,##0.00", locale=locale)


def _major(amount_minor: int) -> Decimal:
    return Decimal(amount_minor) / MINOR_PER_MAJOR

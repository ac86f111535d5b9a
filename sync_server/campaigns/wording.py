"""What members read: words from a template file, filled in a sandbox, in the member's language.

Templates are input (shops will write their own), so they run in Jinja2's sandbox, and a name
they get wrong is a fault rather than a hole in the text. Words are filled as plain text; what is
made into HTML goes through `letter.html`, which escapes every value.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

import msgspec
from babel import Locale
from babel.numbers import format_currency
from babel.plural import PluralRule
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from loyalty.amounts import decimals_of, major
from loyalty.members import DEFAULT_LANGUAGE, LANGUAGES

MAX_NAME_CHARACTERS = 60
"""Of a member's name in a text: long enough for people, too short for a message of their own."""

_plain = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_escaping = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, trim_blocks=True)


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The templates of one campaign in one language."""

    subject: str
    body: str
    notice: str
    unsubscribe: str


@cache
def wording(campaign: str) -> dict[str, Wording]:
    """The templates of `campaign` by language; every language of the product is there."""
    return msgspec.toml.decode(_file(f"{campaign}.toml"), type=dict[str, Wording])


def spoken(language: str) -> str:
    """`language` when the product speaks it, else the default one."""
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def filled(template: str, language: str, facts: Mapping[str, object]) -> str:
    """`template` as plain text with `facts` in it.

    Raises jinja2.TemplateError when the template is wrong or names an unknown fact.
    """
    forms = _plural_form(language)

    def counted(number: int, one: str, few: str, many: str) -> str:
        form = {"one": one, "few": few}.get(forms(number), many)
        return f"{number} {form}"

    return _compiled(template).render(facts, counted=counted)


def letter_html(facts: Mapping[str, object]) -> str:
    """The HTML part of a letter; `facts` are `language`, `subject`, `paragraphs` and the footer."""
    return _letter_template().render(facts)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of `text`, which stand between empty lines; empty ones are left out."""
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def one_line(text: str, limit: int = MAX_NAME_CHARACTERS) -> str:
    """`text` of a member or shop, safe in a subject and on paper: printable, one line, short."""
    printable = text
    if not text.isprintable():
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:limit].rstrip()


@lru_cache(maxsize=256)
def money(amount_minor: int, currency: str, language: str) -> str:
    """`amount_minor` as people of `language` write it, with blanks that any printer knows."""
    amount = major(amount_minor, decimals_of(currency))
    shown: str = format_currency(amount, currency, locale=language)
    return shown.replace("\u00a0", " ").replace("\u202f", " ")


@cache
def _plural_form(language: str) -> PluralRule:
    return Locale.parse(language).plural_form


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _plain.from_string(template)


@cache
def _letter_template() -> Template:
    return _escaping.from_string(_file("letter.html"))


def _file(name: str) -> str:
    return resources.files("sync_server.campaigns").joinpath("templates", name).read_text("utf-8")

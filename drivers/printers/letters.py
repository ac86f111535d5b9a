"""Which letters a printer has, and what is printed where it has none.

The order of escape, for one block of text:

1. one pinned code page has all of it: printed as it is;
2. typography (quotes, dashes, currency signs) written in plain characters makes it fit: done;
3. a line mixes pages or needs letters of no page: that line is drawn as a picture;
4. the typeface cannot draw a letter either: its base letter, or `?`.

Ligatures and letters of other widths are written as the ordinary letters they stand for.

Text is settled before it is laid out, because a replacement may be longer than its original.
"""

import codecs
import unicodedata
from functools import lru_cache

from drivers.printers.profile import CodePage, PrinterProfile
from drivers.typeface import has_glyph

_ASCII = frozenset(chr(code) for code in range(0x20, 0x7F)) | {"\n"}
_SPACES = [chr(code) for code in (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)]

TYPOGRAPHY = {
    **dict.fromkeys("„“”‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("•·∙●", "*"),
    "…": "...",
    "×": "x",
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "№": "No",
    "™": "(TM)",
    "©": "(C)",
    "®": "(R)",
    "€": "EUR",
    "£": "GBP",
    "₽": "RUB",
    "₴": "UAH",
    "₸": "KZT",
}
"""Signs that have a plain spelling everybody reads; letters are never in here."""

_ROUBLE_IN_CYRILLIC = "руб."


class Letters:
    """The letters of one printer profile; build it through `letters_of`, which keeps it."""

    def __init__(self, pages: tuple[tuple[CodePage, int], ...]) -> None:
        self._pages = tuple((name, _letters_of_page(name)) for name, _slot in pages)
        self._any_page = _ASCII.union(*(letters for _name, letters in self._pages))

    def page_for(self, line: str, current: CodePage | None) -> CodePage | None:
        """Return a page that has all of `line`, `current` if it will do, or None to draw it."""
        for name, letters in self._pages:
            if name == current and letters.issuperset(line):
                return name
        return next((name for name, letters in self._pages if letters.issuperset(line)), None)

    def settle(self, text: str) -> str:
        """Return `text` in letters that this printer prints or our typeface draws."""
        if text.isascii() or self._fits_one_page(text):
            return text
        rouble = _ROUBLE_IN_CYRILLIC if _has_cyrillic(text) else TYPOGRAPHY["₽"]
        text = text.replace("₽", rouble) if "₽" not in self._any_page else text
        available = "".join(self._available(char) for char in text)
        if self._fits_one_page(available):
            return available
        plain = "".join(TYPOGRAPHY.get(char, char) for char in available)
        return plain if self._fits_one_page(plain) else available

    def _fits_one_page(self, text: str) -> bool:
        return any(letters.issuperset(text) for _name, letters in self._pages)

    def _available(self, char: str) -> str:
        if char in self._any_page:
            return char
        if char in TYPOGRAPHY:
            return TYPOGRAPHY[char]
        if unicodedata.combining(char):
            return ""
        compatible = unicodedata.normalize("NFKC", char)
        if all(part in self._any_page for part in compatible):
            return compatible
        if has_glyph(char):
            return char
        base = "".join(
            part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)
        )
        return base if base and all(part in self._any_page for part in base) else "?"


def letters_of(profile: PrinterProfile) -> Letters:
    """Return the letters of `profile`, computed once for each list of code pages."""
    return _letters(profile.code_pages)


@lru_cache(maxsize=32)
def _letters(pages: tuple[tuple[CodePage, int], ...]) -> Letters:
    return Letters(pages)


def _letters_of_page(name: CodePage) -> frozenset[str]:
    decode = codecs.lookup(name).decode
    upper, _length = decode(bytes(range(0x80, 0x100)), "ignore")
    return _ASCII | {char for char in upper if char.isprintable()}


def _has_cyrillic(text: str) -> bool:
    return any("\u0400" <= char <= "\u04ff" for char in text)

"""What is to be printed, in words that no device owns.

A document is a list of blocks. It says nothing of code pages, dots or cutters, so that the same
receipt goes to any printer, to a spool (every block is a tagged msgspec struct) or to a screen.
"""

import unicodedata
from typing import Literal

from msgspec import Struct

Align = Literal["left", "center", "right"]

MAX_BLOCKS = 20_000
"""Blocks in one document: a wholesale receipt with hundreds of vouchers has thousands."""

MAX_FEED_LINES = 100
"""Lines that one feed may advance the paper: about 40 cm."""

_TAB = "    "
_BREAKS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\t": _TAB})
_SILENT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Text(Struct, frozen=True, tag_field="kind", tag="text"):
    """A paragraph; a newline starts a new line, and long lines wrap at words."""

    text: str
    align: Align = "left"
    bold: bool = False
    large: bool = False


class Columns(Struct, frozen=True, tag_field="kind", tag="columns"):
    """A name and its value: `left` wraps, `right` stands at the right edge of the last line."""

    left: str
    right: str
    bold: bool = False


class Rule(Struct, frozen=True, tag_field="kind", tag="rule"):
    """A line across the paper."""


class QrCode(Struct, frozen=True, tag_field="kind", tag="qr"):
    """A QR code in the middle of the paper, with a caption under it when there is one."""

    data: str
    caption: str = ""


class Feed(Struct, frozen=True, tag_field="kind", tag="feed"):
    """White paper, in lines of text; limited to `MAX_FEED_LINES`."""

    lines: int = 1


class Cut(Struct, frozen=True, tag_field="kind", tag="cut"):
    """The end of a piece of paper: cut off, or fed past the tear-off edge."""


Block = Text | Columns | Rule | QrCode | Feed | Cut


class Document(Struct, frozen=True):
    """One print job; `title` names it in a spool and is not printed."""

    blocks: tuple[Block, ...]
    title: str = ""


def clean(text: str) -> str:
    """Return `text` without anything that could command a device or reorder a line.

    A member's name is input from strangers: `ESC p` in it opens a cash drawer, a bidi override
    turns an amount around. Control (C0, C1), format (bidi, zero width), surrogate, private and
    unassigned characters go; newlines of every kind stay as `\\n`, a tab becomes spaces, and
    letters are composed (NFC), as code pages know only composed ones.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    kept = "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in _SILENT
    )
    return unicodedata.normalize("NFC", kept)

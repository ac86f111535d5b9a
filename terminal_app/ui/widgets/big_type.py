"""Letters several lines high, in every language of the product, for a screen read from a step away.

Drawn from the typeface that the printer's pictures are drawn from, two dots a character cell, so
that it needs no terminal that can show images.
"""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from rich.text import Text
from textual import events
from textual.widgets import Static

from drivers.typeface import font_bytes

LETTER_DOTS = (9,)
"""Size at which the typeface's hinting gives clean strokes of one dot."""

FIGURE_DOTS = (15, 11, 9)
"""For figures, the largest that fits."""

_BOLD_FROM_DOTS = 15

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


class BigType(Static):
    """A few words as large as fits; plain bold letters where the screen is too narrow."""

    def __init__(self, *, dots: tuple[int, ...] = LETTER_DOTS, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._dots = dots
        self._words = ""

    def write(self, words: str) -> None:
        """Show `words`, broken between them where the width asks for it."""
        self._words = words
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Break the words anew for the new width."""
        del event
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        sizes = (big_rows(self._words, width, dots) for dots in self._dots)
        rows = next((rows for rows in sizes if rows), [])
        # Said outright: a page that was hidden would keep the height it had without a width.
        self.styles.height = max(len(rows), 1)
        if rows:
            self.update(Text("\n".join(rows), no_wrap=True))
        else:
            self.update(Text(self._words, style="bold"))


def big_rows(words: str, width: int, dots: int) -> list[str]:
    """`words` as centred rows of block characters, `width` wide; none if a word is wider."""
    lines: list[str] = []
    # At plain blanks alone: the one that groups a number's digits does not break.
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _drawn(longer, dots).width <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    drawn = [_drawn(line, dots) for line in lines]
    if any(picture.width > width for picture in drawn):
        return []
    return [row.center(width) for picture in drawn for row in _block_rows(picture)]


@cache
def _font(dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_bytes()), dots)


@cache
def _drawn(line: str, dots: int) -> Image.Image:
    font = _font(dots)
    stroke = int(dots >= _BOLD_FROM_DOTS)
    ascent, descent = font.getmetrics()
    height = ascent + descent + (ascent + descent) % 2
    picture = Image.new("1", (int(font.getlength(line)) + stroke, height))
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    for step in range(stroke + 1):
        pen.text((step, 0), line, fill=1, font=font)
    return picture


def _block_rows(picture: Image.Image) -> list[str]:
    dots = [
        [bool(picture.getpixel((x, y))) for x in range(picture.width)]
        for y in range(picture.height)
    ]
    rows = [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(dots[::2], dots[1::2], strict=True)
    ]
    while rows and not rows[0].strip():
        rows.pop(0)
    while rows and not rows[-1].strip():
        rows.pop()
    return rows

"""The one typeface that paper is drawn with: where a printer has no letters, and in pictures.

DejaVu Sans Mono comes with python-barcode, which python-escpos cannot be imported without, so it
is on every machine and the same bytes everywhere: a picture of a receipt is the same picture.
It has Latin, Greek and Cyrillic, but no bold; bold is struck twice, as receipt printers do.
"""

from functools import cache
from importlib.resources import as_file, files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH_DOTS = 12
CELL_HEIGHT_DOTS = 24
"""Font A of receipt printers: 12 x 24 dots a character, at 203 dots an inch."""

_SIZE_FOR_CELL = 20
_LATER_THAN_UNICODE = "\U0010ffff"


@cache
def font_bytes() -> bytes:
    """The typeface's TrueType file, for whoever draws letters in another way."""
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return path.read_bytes()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Basic layout on every machine: shaping libraries differ, and cells need none.
    return ImageFont.truetype(BytesIO(font_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _mask(char: str) -> bytes:
    return bytes(_font(_SIZE_FOR_CELL).getmask(char))


@cache
def has_glyph(char: str) -> bool:
    """Say whether the typeface can draw `char`, and not only the box that stands for it."""
    return char == " " or _mask(char) not in (_mask(_LATER_THAN_UNICODE), b"")


def draw_line(text: str, *, bold: bool = False, wide: int = 1, high: int = 1) -> Image.Image:
    """Draw one line of text, one cell a character, as a mode-L image with black ink on white.

    The image is `len(text) * 12 * wide` by `24 * high` dots: `wide` and `high` enlarge the cell as
    `GS !` does, 1 to 8 times. Cells, not the font's own advance, so that columns stay in line.
    """
    size = min(wide, high)
    width, height = CELL_WIDTH_DOTS * size, CELL_HEIGHT_DOTS * size
    image = Image.new("L", (max(1, len(text)) * width, height), 255)
    pen = ImageDraw.Draw(image)
    font = _font(_SIZE_FOR_CELL * size)
    baseline = round(height * 0.78)
    for index, char in enumerate(text):
        if char == " ":
            continue
        pen.text((index * width, baseline), char, fill=0, font=font, anchor="ls")
        if bold:
            pen.text((index * width + size, baseline), char, fill=0, font=font, anchor="ls")
    if wide != high:
        image = image.resize((max(1, len(text)) * CELL_WIDTH_DOTS * wide, CELL_HEIGHT_DOTS * high))
    return image

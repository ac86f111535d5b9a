"""Paper as a picture: what the customer would hold, one pixel a dot at 203 dots an inch."""

from io import BytesIO

from PIL import Image, ImageChops

from drivers.simulators.paper import (
    Mark,
    Paper,
    PrintedGap,
    PrintedImage,
    PrintedLine,
    PrintedQr,
    Side,
)
from drivers.simulators.symbols import qr_matrix
from drivers.typeface import CELL_HEIGHT_DOTS, CELL_WIDTH_DOTS, draw_line

MARGIN_DOTS = 28
LINE_GAP_DOTS = 6
MAX_HEIGHT_DOTS = 60_000
"""About 7.5 m of paper; what stands below it is not drawn."""

_INK = (32, 32, 36)
_PAPER = (253, 252, 247)
_TOOTH_DOTS = 12


def draw(paper: Paper) -> Image.Image:
    """Draw `paper` with its margins as an RGBA picture, saw-toothed where it was cut or torn."""
    across = paper.columns * CELL_WIDTH_DOTS
    drawn: list[tuple[Image.Image, Side]] = []
    height = 0
    for mark in paper.marks:
        picture = _draw_mark(mark)
        height += picture.height
        if height > MAX_HEIGHT_DOTS:
            break
        drawn.append((picture, mark.side))
    height = sum(picture.height for picture, _side in drawn)
    ink = Image.new("L", (across + 2 * MARGIN_DOTS, height + 2 * MARGIN_DOTS + _TOOTH_DOTS), 255)
    top = MARGIN_DOTS
    for picture, side in drawn:
        ink.paste(picture, (MARGIN_DOTS + _left(picture.width, across, side), top))
        top += picture.height
    sheet = Image.composite(
        Image.new("RGB", ink.size, _PAPER), Image.new("RGB", ink.size, _INK), ink
    )
    sheet.putalpha(_outline(ink.width, ink.height))
    return sheet


def png(paper: Paper) -> bytes:
    """Return `draw(paper)` as the bytes of a PNG file."""
    buffer = BytesIO()
    draw(paper).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_mark(mark: Mark) -> Image.Image:
    match mark:
        case PrintedLine():
            return _draw_text(mark)
        case PrintedGap():
            return Image.new("L", (1, mark.dots), 255)
        case PrintedQr():
            return _draw_qr(mark)
        case PrintedImage():
            return _draw_image(mark)


def _draw_text(line: PrintedLine) -> Image.Image:
    pictures = [
        draw_line(run.text, bold=run.bold, wide=run.wide, high=run.high) for run in line.runs
    ]
    tallest = max((picture.height for picture in pictures), default=CELL_HEIGHT_DOTS)
    width = max(1, sum(picture.width for picture in pictures))
    image = Image.new("L", (width, tallest + LINE_GAP_DOTS), 255)
    left = 0
    for picture in pictures:
        image.paste(picture, (left, LINE_GAP_DOTS // 2 + tallest - picture.height))
        left += picture.width
    return image


def _draw_qr(mark: PrintedQr) -> Image.Image:
    matrix = qr_matrix(mark.data, mark.correction, quiet_modules=0)
    if not matrix:
        return draw_line("[QR]")
    side = len(matrix)
    packed = bytes(0 if dark else 255 for row in matrix for dark in row)
    image = Image.frombytes("L", (side, side), packed)
    size = (side * mark.module_dots, side * mark.module_dots)
    return image.resize(size, Image.Resampling.NEAREST)


def _draw_image(mark: PrintedImage) -> Image.Image:
    height = min(mark.height, MAX_HEIGHT_DOTS)
    across = (mark.width + 7) // 8
    rows = mark.rows[: across * height].ljust(across * height, b"\x00")
    return ImageChops.invert(Image.frombytes("1", (mark.width, height), rows).convert("L"))


def _left(width: int, across: int, side: Side) -> int:
    room = max(0, across - width)
    return {"left": 0, "center": room // 2, "right": room}[side]


def _outline(width: int, height: int) -> Image.Image:
    """A mask of the sheet: straight on three sides, teeth along the lower edge."""
    mask = Image.new("L", (width, height), 255)
    tooth = Image.new("L", (_TOOTH_DOTS, _TOOTH_DOTS), 0)
    for row in range(_TOOTH_DOTS):
        half = (_TOOTH_DOTS - row) // 2
        tooth.paste(255, (_TOOTH_DOTS // 2 - half, row, _TOOTH_DOTS // 2 + half, row + 1))
    for left in range(0, width, _TOOTH_DOTS):
        mask.paste(tooth, (left, height - _TOOTH_DOTS))
    return mask

"""How large a QR code gets on paper, and its picture for printers that cannot draw one."""

from functools import lru_cache

import qrcode
from PIL import Image
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_M

from drivers.errors import DocumentUnprintable

QUIET_MODULES = 4
MAX_VERSION = 40
MAX_MODULE_DOTS = 8
MIN_MODULE_DOTS = 2
"""At 203 dots an inch a module of 2 dots is 0.25 mm: the least that till scanners read."""

PAPER_SHARE = 0.6
"""A code fills at most this share of the paper's width while its modules stay comfortable."""

COMFORTABLE_MODULE_DOTS = 4


def module_dots(data: str, paper_dots: int) -> int:
    """Return how many dots a module of the code for `data` gets on paper `paper_dots` wide.

    Error correction M, byte mode: a printer that packs digits denser makes a smaller code, never a
    larger one. Raises DocumentUnprintable when the code cannot be read from this paper.
    """
    across = _modules(len(data.encode())) + 2 * QUIET_MODULES
    fitting = paper_dots // across
    if fitting < MIN_MODULE_DOTS:
        raise DocumentUnprintable(
            f"A QR code of {len(data)} characters is too fine for paper of {paper_dots} dots.",
            "Put less into the code, or print it on wider paper.",
        )
    pleasant = int(paper_dots * PAPER_SHARE) // across
    return min(fitting, MAX_MODULE_DOTS, max(pleasant, COMFORTABLE_MODULE_DOTS))


def picture(data: str, paper_dots: int) -> Image.Image:
    """Draw the code for `data`, quiet zone included, in black and white, one pixel a dot."""
    dots = module_dots(data, paper_dots)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(data)
    code.make(fit=True)
    matrix = code.get_matrix()
    side = len(matrix)
    image = Image.new("L", (side, side), 255)
    image.putdata([0 if module else 255 for row in matrix for module in row])
    return image.resize((side * dots, side * dots), Image.Resampling.NEAREST)


@lru_cache(maxsize=1024)
def _modules(length_bytes: int) -> int:
    for version in range(1, MAX_VERSION + 1):
        header_bits = 4 + (8 if version < 10 else 16)
        room_bits = 8 * sum(block.data_count for block in rs_blocks(version, ERROR_CORRECT_M))
        if header_bits + 8 * length_bytes <= room_bits:
            return 17 + 4 * version
    raise DocumentUnprintable(
        f"{length_bytes} bytes are more than a QR code holds.",
        "Put less into the code.",
    )

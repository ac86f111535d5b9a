"""What differs from one receipt printer to the next, as frozen data."""

from typing import Literal

from msgspec import Struct

DOTS_PER_COLUMN = 12
"""Font A is 12 dots wide on all of these printers."""

CodePage = Literal[
    "CP437", "CP850", "CP852", "CP858", "CP866", "CP1250", "CP1251", "CP1252", "ISO_8859-2"
]


class PrinterProfile(Struct, frozen=True):
    """One kind of printer: paper, letters and abilities.

    `columns` of font A make `dots` across. `code_pages` pairs a page's name with its `ESC t` slot,
    in the order they are preferred; letters in none of them are drawn. Pin pages that the printer
    surely has: a slot it lacks prints wrong letters without any error. `native_qr` says that the
    printer draws QR codes itself (60 bytes instead of 5 kB); `cutter` that it cuts.
    """

    name: str
    columns: int
    dots: int
    code_pages: tuple[tuple[CodePage, int], ...]
    native_qr: bool
    cutter: bool


_EPSON_PAGES: tuple[tuple[CodePage, int], ...] = (("CP852", 18), ("CP866", 17), ("CP858", 19))
"""Polish, Russian, western with the euro: the slots Epson gave them, which most others kept."""

WIDE_80MM = PrinterProfile(
    name="80mm", columns=48, dots=576, code_pages=_EPSON_PAGES, native_qr=True, cutter=True
)
NARROW_58MM = PrinterProfile(
    name="58mm", columns=32, dots=384, code_pages=_EPSON_PAGES, native_qr=False, cutter=False
)

PROFILES_BY_WIDTH_MM = {80: WIDE_80MM, 58: NARROW_58MM}

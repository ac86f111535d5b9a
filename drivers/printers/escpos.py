"""A document as ESC/POS bytes for one printer profile: pure, no device, no clock.

Every job starts from `ESC @`, so that nothing of an earlier job, ours or another program's, shows
on it; then Chinese double-byte mode is off, which many printers start in; then the first text
names its code page.
"""

from PIL import Image

from drivers.documents import (
    MAX_BLOCKS,
    MAX_FEED_LINES,
    Align,
    Block,
    Columns,
    Cut,
    Document,
    Feed,
    QrCode,
    Rule,
    Text,
    clean,
)
from drivers.errors import DocumentUnprintable
from drivers.printers.layout import column_lines, paragraph_lines
from drivers.printers.letters import letters_of
from drivers.printers.profile import CodePage, PrinterProfile
from drivers.printers.qr import QUIET_MODULES, module_dots, picture
from drivers.printers.renderer import new_renderer
from drivers.typeface import CELL_HEIGHT_DOTS, draw_line

ASK_PAPER_STATUS = b"\x1dr1"
"""`GS r 1`: answered when everything before it has been printed, so it is an acknowledgement."""

TEAR_OFF_LINES = 4
"""Lines from the print head to the tear-off edge of a printer without a cutter."""

_CANCEL_KANJI = b"\x1c."
_FEED_DOTS = b"\x1bJ"
_QR_CORRECTION_M = 1
_LINE_FEED = b"\n"
_LINE_SPACING_DOTS = 30


def encode(document: Document, profile: PrinterProfile, *, ask_ack: bool = False) -> bytes:
    """Return the bytes that print `document` on a printer of `profile`.

    With `ask_ack` the job ends with `GS r 1`, whose answer says that all of it was printed.
    All text is cleaned of control and format characters, so that no text commands the printer.
    Raises DocumentUnprintable for a document over `MAX_BLOCKS` or a QR code that cannot be.
    """
    if len(document.blocks) > MAX_BLOCKS:
        raise DocumentUnprintable(
            f"A document of {len(document.blocks)} blocks is longer than {MAX_BLOCKS}.",
            "Print it in parts.",
        )
    job = _Job(profile)
    for block in document.blocks:
        job.add(block)
    return job.finish(ask_ack=ask_ack)


class _Job:
    def __init__(self, profile: PrinterProfile) -> None:
        self._profile = profile
        self._letters = letters_of(profile)
        self._page: CodePage | None = None
        self._align: Align | None = None
        self._style: tuple[bool, bool] | None = None
        self._renderer = new_renderer(profile)
        self._renderer.hw("INIT")
        self._renderer._raw(_CANCEL_KANJI)

    def finish(self, *, ask_ack: bool) -> bytes:
        if ask_ack:
            self._renderer._raw(ASK_PAPER_STATUS)
        job: bytes = self._renderer.output
        return job

    def add(self, block: Block) -> None:
        match block:
            case Text():
                self._add_text(block)
            case Columns():
                self._add_columns(block)
            case Rule():
                self._add_rule()
            case QrCode():
                self._add_qr(block)
            case Feed():
                self._feed(block.lines)
            case Cut():
                self._cut()

    def _add_text(self, block: Text) -> None:
        columns = self._profile.columns // 2 if block.large else self._profile.columns
        text = self._letters.settle(clean(block.text))
        for line in paragraph_lines(text, columns):
            self._line(line, align=block.align, bold=block.bold, large=block.large)

    def _add_columns(self, block: Columns) -> None:
        # Settled together: the two halves share a line and therefore a code page.
        left, right = (clean(part).replace("\n", " ") for part in (block.left, block.right))
        left, right = self._letters.settle(f"{left}\n{right}").split("\n")
        for line in column_lines(left, right, self._profile.columns):
            self._line(line, bold=block.bold)

    def _add_rule(self) -> None:
        across = "─" * self._profile.columns
        drawn = self._letters.page_for(across, self._page) is not None
        self._line(across if drawn else "-" * self._profile.columns)

    def _add_qr(self, block: QrCode) -> None:
        if not block.data or any(
            ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in block.data
        ):
            raise DocumentUnprintable(
                "A QR code is empty or holds control characters.",
                "A printer without QR codes could take them for commands; leave them out.",
            )
        self._set_style(bold=False, large=False)
        self._set_align("center")
        if self._profile.native_qr:
            size = module_dots(block.data, self._profile.dots)
            # Printers add no quiet zone above and below, and a code without one is hard to read.
            quiet = _FEED_DOTS + bytes([QUIET_MODULES * size])
            self._renderer._raw(quiet)
            self._renderer.qr(block.data, ec=_QR_CORRECTION_M, size=size, native=True)
            self._renderer._raw(quiet)
        else:
            self._renderer.image(picture(block.data, self._profile.dots))
        if block.caption:
            self._add_text(Text(block.caption, align="center"))

    def _line(
        self, line: str, *, align: Align = "left", bold: bool = False, large: bool = False
    ) -> None:
        self._set_align(align)
        page = self._letters.page_for(line, self._page)
        if page is None:
            self._draw(line, bold=bold, large=large)
            return
        if line:
            self._set_style(bold=bold, large=large)
            self._renderer.magic.write_with_encoding(page, line)
            self._page = page
        self._renderer._raw(_LINE_FEED)

    def _draw(self, line: str, *, bold: bool, large: bool) -> None:
        size = 2 if large else 1
        letters = draw_line(line, bold=bold, wide=size, high=size)
        spacing = (_LINE_SPACING_DOTS - CELL_HEIGHT_DOTS) // 2
        # As high as a printed line, in pure black and white: the library would dither greys.
        image = Image.new("L", (letters.width, letters.height + 2 * spacing), 255)
        image.paste(letters, (0, spacing))
        self._renderer.image(image.point([0] * 128 + [255] * 128))

    def _set_align(self, align: Align) -> None:
        if align != self._align:
            self._renderer.set(align=align)
            self._align = align

    def _set_style(self, *, bold: bool, large: bool) -> None:
        if (bold, large) == self._style:
            return
        # The size command resets bold, so bold always follows it.
        self._renderer.set(
            normal_textsize=not large, double_width=large, double_height=large, bold=bold
        )
        self._style = (bold, large)

    def _feed(self, lines: int) -> None:
        if not 0 <= lines <= MAX_FEED_LINES:
            raise DocumentUnprintable(
                f"A feed of {lines} lines is outside 0 to {MAX_FEED_LINES}.",
                "Feed the paper in smaller steps.",
            )
        if lines:
            self._renderer.print_and_feed(lines)

    def _cut(self) -> None:
        if self._profile.cutter:
            self._renderer.cut(mode="PART", feed=False)
        else:
            self._renderer.print_and_feed(TEAR_OFF_LINES)

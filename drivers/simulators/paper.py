"""What stands on a piece of paper, as an eye would see it."""

from typing import Literal

from msgspec import Struct

Side = Literal["left", "center", "right"]


class Run(Struct, frozen=True):
    """Letters of one look on a line; `wide` and `high` are 1 to 8 times the normal size."""

    text: str
    bold: bool = False
    wide: int = 1
    high: int = 1


class PrintedLine(Struct, frozen=True):
    """One line of text; without runs it is a blank one."""

    runs: tuple[Run, ...] = ()
    side: Side = "left"

    @property
    def text(self) -> str:
        """The letters of the line, whatever their look."""
        return "".join(run.text for run in self.runs)

    @property
    def columns(self) -> int:
        """The columns the line takes, a wide letter counting as many as it is wide."""
        return sum(len(run.text) * run.wide for run in self.runs)


class PrintedGap(Struct, frozen=True):
    """White paper of a height that is no whole number of lines, in dots."""

    dots: int
    side: Side = "left"


class PrintedQr(Struct, frozen=True):
    """A QR code the printer drew itself, without quiet zone; `correction` is L, M, Q or H."""

    data: str
    module_dots: int
    correction: str = "L"
    side: Side = "left"


class PrintedImage(Struct, frozen=True):
    """A picture of `width` by `height` dots; `rows` holds it packed, 8 dots a byte, 1 is ink."""

    width: int
    height: int
    rows: bytes
    side: Side = "left"


Mark = PrintedLine | PrintedGap | PrintedQr | PrintedImage


class Paper(Struct, frozen=True):
    """One piece of paper, `columns` of font A across, from the top to the cut or the tear."""

    marks: tuple[Mark, ...]
    columns: int
    cut: bool = True

    @property
    def lines(self) -> tuple[PrintedLine, ...]:
        """The lines of text, without codes and pictures."""
        return tuple(mark for mark in self.marks if isinstance(mark, PrintedLine))

    @property
    def qr_codes(self) -> tuple[str, ...]:
        """What the QR codes that the printer drew itself say, from top to bottom."""
        return tuple(mark.data for mark in self.marks if isinstance(mark, PrintedQr))

    @property
    def images(self) -> tuple[PrintedImage, ...]:
        """The pictures, from top to bottom."""
        return tuple(mark for mark in self.marks if isinstance(mark, PrintedImage))

"""Paper as lines of text: beside the till's screen, in a terminal, in a test."""

from typing import Literal

from drivers.simulators.paper import Paper, PrintedGap, PrintedImage, PrintedLine, PrintedQr, Side
from drivers.simulators.symbols import qr_matrix

QrStyle = Literal["blocks", "label"]

_QUIET_MODULES = 2
_GAP_DOTS = 60
"""A gap of a line or less is a detail of print; on a screen it would tear a receipt apart."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def text_lines(paper: Paper, qr: QrStyle = "label") -> list[str]:
    """Return `paper` as lines of at most its columns, without spaces at their ends.

    A QR code is `[QR data]`, or with `blocks` drawn in half-block characters, ink as foreground,
    so that a camera reads it from dark letters on a light pane; one too wide stays a label.
    Large letters are spaced out to the width they take.
    """
    lines: list[str] = []
    for mark in paper.marks:
        match mark:
            case PrintedLine():
                lines.append(_beside("".join(_spaced(mark)), paper.columns, mark.side))
            case PrintedGap():
                lines += [""] * (mark.dots // _GAP_DOTS)
            case PrintedQr():
                drawn = _blocks(mark) if qr == "blocks" else []
                if not drawn or len(drawn[0]) > paper.columns:
                    drawn = _cut_in_lines(_label(mark.data), paper.columns)
                lines += [_beside(line, paper.columns, mark.side) for line in drawn]
            case PrintedImage():
                label = f"[image {mark.width}x{mark.height}]"
                lines.append(_beside(label, paper.columns, mark.side))
    return lines


def text(paper: Paper, qr: QrStyle = "label") -> str:
    """Return `text_lines(paper, qr)` as one string, each line ended by a newline."""
    return "".join(f"{line}\n" for line in text_lines(paper, qr))


def _spaced(line: PrintedLine) -> list[str]:
    return [
        run.text if run.wide == 1 else "".join(char.ljust(run.wide) for char in run.text)
        for run in line.runs
    ]


def _beside(line: str, columns: int, side: Side) -> str:
    line = line.rstrip() if side != "left" else line
    placed = {"left": line, "center": line.center(columns), "right": line.rjust(columns)}[side]
    return placed.rstrip()


def _label(data: str) -> str:
    # A code may hold anything; a terminal must not obey it.
    return "[QR " + "".join(char if char.isprintable() else "\ufffd" for char in data) + "]"


def _cut_in_lines(label: str, columns: int) -> list[str]:
    return [label[start : start + columns] for start in range(0, len(label), columns)]


def _blocks(mark: PrintedQr) -> list[str]:
    matrix = [list(row) for row in qr_matrix(mark.data, mark.correction, _QUIET_MODULES)]
    if len(matrix) % 2:
        matrix.append([False] * len(matrix[0]))
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(matrix[::2], matrix[1::2], strict=True)
    ]

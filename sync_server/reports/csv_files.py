"""CSV for spreadsheets: figures as figures, and no text that a spreadsheet would run.

A cell that starts with one of = + - @ or a control character is a formula to some spreadsheet; it
gets an apostrophe in front (OWASP, "CSV Injection"). Integers are ours and stay bare.
"""

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Without it some spreadsheets read UTF-8 as the machine's old code page."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A CSV file (RFC 4180) of `rows` under `header`, with a byte order mark."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def safe_cell(cell: str | int) -> str | int:
    """`cell`, made inert when it is a text that a spreadsheet might run."""
    if isinstance(cell, int):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS_A_FORMULA) else cell

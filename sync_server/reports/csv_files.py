"""CSV for spreadsheets: figures as figures, and no text that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence

from loyalty.spreadsheets import safe_cell

BYTE_ORDER_MARK = "\ufeff"
"""Without it some spreadsheets read UTF-8 as the machine's old code page."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A CSV file (RFC 4180) of `rows` under `header`, with a byte order mark."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_cell(cell) for cell in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def _cell(cell: str | int) -> str | int:
    """Integers are ours and stay bare."""
    return cell if isinstance(cell, int) else safe_cell(cell)

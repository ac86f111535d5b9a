"""The rejects file: every line that cannot be a sale, with its number and the reason."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from loyalty.receipt_files.receipt_lines import Reject
from loyalty.spreadsheets import safe_cell
from terminal_app.config import write_whole

HEADER = ("line", "reason", "content")


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write `rejects` to the CSV file `path`, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows((reject.line, reject.reason, safe_cell(reject.content)) for reject in rejects)
    write_whole(path, text.getvalue().encode())

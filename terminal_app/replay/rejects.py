"""The rejects file: every line that cannot be a sale, with its number and the reason."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from terminal_app.replay.receipt_lines import Reject

HEADER = ("line", "reason", "content")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write `rejects` to the CSV file `path`, in one step, so that no half of it is ever read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(
            (reject.line, reject.reason, safe_cell(reject.content)) for reject in rejects
        )
    os.replace(draft, path)

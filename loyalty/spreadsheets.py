"""Cells that a spreadsheet shows as text and never runs."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula, full-width signs included.

OWASP, "CSV Injection".
"""


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it: an apostrophe before what looks like a formula.

    Blanks before it do not hide a formula: some spreadsheets strip them.
    """
    starts = (text.lstrip(" "), text.lstrip())
    return f"'{text}" if any(start.startswith(FORMULA_STARTS) for start in starts) else text

"""Text in lines of a paper's width, counted in columns of font A; every letter is one column."""

from textwrap import wrap

MIN_NAME_COLUMNS = 8
"""A name squeezed narrower than this beside its value is unreadable: the value takes a line."""


def paragraph_lines(text: str, columns: int) -> list[str]:
    """Wrap `text` at words to lines of at most `columns`; a longer word is broken."""
    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) <= columns:
            lines.append(line.rstrip())
        else:
            lines += wrap(line, columns, break_on_hyphens=False, replace_whitespace=False) or [""]
    return lines


def column_lines(left: str, right: str, columns: int) -> list[str]:
    """Lay out a name and its value, the value right-aligned on the last line of the name.

    A value too long to leave the name `MIN_NAME_COLUMNS` stands on lines of its own below it.
    Nothing is cut away: an amount that lost a digit would still look like an amount.
    """
    if not right:
        return paragraph_lines(left, columns)
    left, right = left.rstrip(), right.strip()
    if len(left) + 1 + len(right) <= columns:
        return [left + right.rjust(columns - len(left))]
    name_columns = columns - len(right) - 1
    if name_columns < MIN_NAME_COLUMNS:
        values = [line.rjust(columns) for line in paragraph_lines(right, columns)]
        return [*paragraph_lines(left, columns), *values]
    *above, last = paragraph_lines(left, name_columns)
    return [*above, last + right.rjust(columns - len(last))]

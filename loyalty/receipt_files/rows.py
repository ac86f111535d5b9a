"""Rows of a CSV file of receipt lines, plain or gzip, each with its number and its text.

A torn row must cost itself alone: a quote that is never closed would swallow the lines behind
it, so what does not come out as a row with the header's cells is given up as one bad line, and
reading goes on with the very next one.
"""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, TextIO, cast

import msgspec

from loyalty.errors import FileUnreadable

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
NEEDED = COLUMNS[:-1]
"""`Country` may stand in a file and is not needed for anything."""

OPTIONAL = ("Currency", "Branch", "Category", "Tags")
"""Columns that tell more where a file has them; tags are parted by semicolons."""

MAX_FILE_LINES = 5_000_000
MAX_LINE_CHARACTERS = 65_536
MAX_LINES_A_ROW = 20
"""A description may hold line breaks; past this a quote was left open."""

GZIP_MAGIC = b"\x1f\x8b"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: `line` is where it starts in the file (the header is line 1)."""

    line: int
    cells: tuple[str, ...]
    """The cells of NEEDED, in that order."""

    text: str
    more: tuple[str, ...] = ()
    """The cells of OPTIONAL, in that order; empty when the file has none of these columns."""


class TornRow(msgspec.Struct, frozen=True):
    """A line that is no row of the table, and why."""

    line: int
    reason: str
    text: str
    more: tuple[str, ...] = ()
    """The cells of OPTIONAL, in that order; empty when the file has none of these columns."""


class _Places(msgspec.Struct, frozen=True):
    """Where columns stand in this file: places from 0, -1 for one that it has not."""

    needed: tuple[int, ...]
    optional: tuple[int, ...]
    width: int

    def of(self, cells: list[str]) -> tuple[str, ...]:
        """The optional cells of a row."""
        return tuple([cells[place] if place >= 0 else "" for place in self.optional])


def read_rows(name: str, file: BinaryIO) -> Iterator[Row | TornRow]:
    """The rows of the open `file`, after its header; `name` is its path, as faults name it.

    Raises FileUnreadable when the file is empty, is no gzip though its name says so, is no UTF-8,
    is cut off, lacks a column, or is larger than the limits here.
    """
    try:
        with _as_text(name, file) as stream:
            yield from _rows(name, _Lines(name, stream))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileUnreadable(
            f"{name} is a gzip file that is cut off or damaged.", "Copy it here again."
        ) from None
    except UnicodeDecodeError:
        raise FileUnreadable(
            f"{name} is not UTF-8 text.", "Save it as CSV in UTF-8 and run this again."
        ) from None


@contextmanager
def _as_text(name: str, file: BinaryIO) -> Iterator[TextIO]:
    with ExitStack() as closing:
        is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(0)
        if name.endswith(".gz") and not is_gzip:
            raise FileUnreadable(
                f"{name} is named .gz and is no gzip file.",
                "Name it .csv when it is plain text, or copy it here again.",
            )
        if is_gzip:
            file = cast(BinaryIO, closing.enter_context(gzip.GzipFile(fileobj=file)))
        yield closing.enter_context(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))


class _LineTooLong(Exception):
    """A line has more than MAX_LINE_CHARACTERS."""


class _Lines:
    """Lines of a text for a CSV reader, with those of the present row kept to be given back."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._given_back: deque[str] = deque()
        self._number = 0
        self.taken: list[str] = []

    @property
    def first_line(self) -> int:
        """The number of the line that the present row starts at."""
        return self._number - len(self.taken) + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) == MAX_LINES_A_ROW:
            raise StopIteration
        line = self._given_back.popleft() if self._given_back else self._read_line()
        if not line:
            raise StopIteration
        self._number += 1
        self.taken.append(line)
        self._check()
        if len(line) > MAX_LINE_CHARACTERS:
            raise _LineTooLong
        return line

    def _read_line(self) -> str:
        """The next line; of one that is too long its beginning, the rest being passed over."""
        line = self._stream.readline(MAX_LINE_CHARACTERS + 1)
        rest = line
        while len(rest) > MAX_LINE_CHARACTERS and not rest.endswith(("\n", "\r")):
            rest = self._stream.readline(MAX_LINE_CHARACTERS + 1)
        return line

    def keep_only_first(self) -> None:
        """Give back all lines of the present row but its first."""
        self._given_back.extendleft(reversed(self.taken[1:]))
        self._number -= len(self.taken) - 1
        del self.taken[1:]

    def _check(self) -> None:
        if self._number > MAX_FILE_LINES:
            raise FileUnreadable(
                f"{self._name} has more than {MAX_FILE_LINES:,} lines.",
                "Split it by months and take the parts one after the other.",
            )


def _rows(name: str, lines: _Lines) -> Iterator[Row | TornRow]:
    reader = csv.reader(lines, strict=True)
    places = _header(name, reader)
    needed, width = places.needed, places.width
    while True:
        lines.taken.clear()
        reason = ""
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            cells, reason = [], f"the row is torn ({fault})"
        except _LineTooLong:
            # The reader is in the midst of a row; a new one begins with the next line.
            reader = csv.reader(lines, strict=True)
            cells, reason = [], f"a line is longer than {MAX_LINE_CHARACTERS:,} characters"
        if cells is None:
            return
        if not reason and len(cells) == width:
            wanted = tuple([cells[place] for place in needed])
            more = places.of(cells) if places.optional else ()
            yield Row(lines.first_line, wanted, "".join(lines.taken), more)
            continue
        if not reason and not cells:
            continue  # an empty line separates nothing from nothing
        lines.keep_only_first()
        reason = reason or f"the row has {len(cells)} cells, the header has {width}"
        yield TornRow(lines.first_line, reason, lines.taken[0])


def _header(path: str, reader: Iterator[list[str]]) -> _Places:
    """Where the wanted columns are."""
    try:
        names = [name.strip() for name in next(reader, [])]
    except (csv.Error, _LineTooLong):
        names = []
    if not names:
        raise FileUnreadable(f"{path} is empty or has no header.", _expected())
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise FileUnreadable(f"{path} has no column {', '.join(missing)}.", _expected())
    twice = [name for name in (*NEEDED, *OPTIONAL) if names.count(name) > 1]
    if twice:
        raise FileUnreadable(f"{path} has the column {', '.join(twice)} twice.", _expected())
    optional = [names.index(name) if name in names else -1 for name in OPTIONAL]
    return _Places(
        needed=tuple(names.index(name) for name in NEEDED),
        optional=tuple(optional) if max(optional) >= 0 else (),
        width=len(names),
    )


def _expected() -> str:
    return f"Its first line must be: {','.join(COLUMNS)}"

"""Where each key of a TOML document stands, so that a fault can name its line.

The reader of the standard library keeps no positions. This one runs only over text that it has
read already, so it may take for granted that every bracket is closed.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""How a key is reached from the top: names of tables and places in lists, counted from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})'
    r"|'''[\s\S]*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_PLAIN = re.compile(r"[^,\]}#\n]+")


def located(document: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of every key, table and list element of `document`, which is sound TOML.

    Raises RecursionError where brackets nest deeper than Python goes.
    """
    return _Reader(document).read()


def line_of(places: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the nearest table around it where it is not written; 1 for the
    document itself."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)


class _Reader:
    """One walk over a document; `at` is where it stands."""

    def __init__(self, document: str) -> None:
        self._text = document
        self._breaks = [match.start() for match in re.finditer("\n", document)]
        self._at = 0
        self._places: dict[KeyPath, int] = {}
        self._last: dict[KeyPath, int] = {}
        """Of each list of tables: the place of the one written last."""

    def read(self) -> Mapping[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._entry(table)
            self._skip(_BLANK)
        return self._places

    def _header(self) -> KeyPath:
        """`[table]` or `[[list of tables]]`: what the keys below it are of."""
        start = self._at
        of_list = self._text.startswith("[[", start)
        self._at += 2 if of_list else 1
        names = self._key()
        self._at += 2 if of_list else 1
        table: KeyPath = ()
        for name in names[:-1]:
            table = self._entered((*table, name), start)
        table = (*table, names[-1])
        self._mark(table, start)
        if of_list:
            self._last[table] = self._last.get(table, -1) + 1
            table = (*table, self._last[table])
            self._mark(table, start)
        return table

    def _entered(self, table: KeyPath, start: int) -> KeyPath:
        """`table`, or its last element where it is a list of tables."""
        self._mark(table, start)
        return (*table, self._last[table]) if table in self._last else table

    def _entry(self, table: KeyPath) -> None:
        """`key = value`, in the document or in an inline table."""
        start = self._at
        for name in self._key():
            table = (*table, name)
            self._mark(table, start)
        self._at += 1
        self._skip(_BLANK)
        self._value(table)

    def _key(self) -> list[str]:
        """A key with dots; stands on what follows it then."""
        names = []
        while True:
            self._skip(_BLANK)
            bare = _BARE_KEY.match(self._text, self._at)
            if bare:
                self._at = bare.end()
                names.append(bare.group())
            else:
                start = self._at
                self._skip(_TEXT)
                names.append(str(tomllib.loads(f"key = {self._text[start : self._at]}")["key"]))
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return names
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first == "[":
            self._inside(path, "]")
        elif first == "{":
            self._inside(path, "}")
        else:
            self._skip(_TEXT if first in "\"'" else _PLAIN)

    def _inside(self, path: KeyPath, closing: str) -> None:
        """A list or an inline table: its elements, with commas between them."""
        self._at += 1
        count = 0
        self._skip(_BLANK)
        while self._text[self._at] != closing:
            if closing == "]":
                self._mark((*path, count), self._at)
                self._value((*path, count))
            else:
                self._entry(path)
            count += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _skip(self, form: re.Pattern[str]) -> None:
        match = form.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _mark(self, path: KeyPath, at: int) -> None:
        self._places.setdefault(path, bisect_right(self._breaks, at - 1) + 1)

"""What is wrong with a programme document: collected, so that all of it is told at once."""

import json
import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice

import msgspec

from loyalty.programme.places import KeyPath

MAX_FAULTS_TOLD = 200
"""A document with more is no document that somebody is correcting; the rest is counted."""

MAX_SHOWN_CHARACTERS = 40
MAX_NAMES_TOLD = 40
"""Of those that a key may have: more nobody reads."""

MAX_NAMES_COMPARED = 500
"""With one that is none of them: more nobody waits for."""

_MAX_SHOWN_NUMBER = 10**18
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Finding(msgspec.Struct, frozen=True):
    """One fault: `path` `what`; what is `allowed` there. Read aloud: "earn[2].per is "abc": an
    amount over 0 …"."""

    path: KeyPath
    what: str
    allowed: str


class Findings:
    """The faults of one document in the order they were found.

    `unreadable` are the keys that hold no value of their kind. What stands in their place is not
    the shop's word, so nothing that follows from it is a fault of its own.
    """

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self._unreadable: set[KeyPath] = set()
        self._around_unreadable: set[KeyPath] = set()

    @property
    def are_many(self) -> bool:
        """Whether there are more than anybody is told."""
        return len(self.found) > MAX_FAULTS_TOLD

    def cannot_read(self, path: KeyPath, what: str, allowed: str) -> None:
        """`path` is no value of its kind."""
        self.take_for_unreadable(path)
        self.found.append(Finding(path, what, allowed))

    def take_for_unreadable(self, path: KeyPath) -> None:
        """What is said of `path` would only follow from a fault that is told already."""
        self._unreadable.add(path)
        self._around_unreadable.update(_around(path))

    def add(self, path: KeyPath, what: str, allowed: str, *about: str) -> None:
        """`path` is wrong; for a table, `about` are those of its keys that this was judged by."""
        judged_by = [(*path, key) for key in about] or [path]
        if not any(self.is_unreadable(key) for key in judged_by):
            self.found.append(Finding(path, what, allowed))

    def is_blank(self, path: KeyPath) -> bool:
        """Whether what stands at `path` is all of it not the shop's word."""
        return path in self._unreadable

    def is_unreadable(self, path: KeyPath) -> bool:
        """Whether `path`, something around it or something in it could not be read."""
        return path in self._around_unreadable or not self._unreadable.isdisjoint(_around(path))


def _around(path: KeyPath) -> list[KeyPath]:
    """`path` and all that it lies in."""
    return [path[:length] for length in range(len(path) + 1)]


def spoken(path: KeyPath) -> str:
    """`path` as a person counts: "earn[2].per" is of the second rule. Of the whole: "the
    document"."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            name = step if _BARE_KEY.fullmatch(step) else shown(step)
            words += f".{name}" if words else name
    return words or "the document"


def shown(value: object) -> str:
    """`value` as the document has it, short enough to stand in a sentence."""
    match value:
        case str():
            short = value if len(value) <= MAX_SHOWN_CHARACTERS else value[:MAX_SHOWN_CHARACTERS]
            return _quoted(short) + ("…" if short != value else "")
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if abs(value) <= _MAX_SHOWN_NUMBER else "a number without end"
        case Decimal():
            return str(value)[:MAX_SHOWN_CHARACTERS]
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return str(value)


def listed(names: Iterable[str], none: str = "none") -> str:
    """The first of `names` in quotes, in a row; `none` where there are none."""
    waiting = iter(names)
    told = [shown(name) for name in islice(waiting, MAX_NAMES_TOLD)]
    if next(waiting, None) is not None:
        told.append("…")
    return ", ".join(told) or none


def nearest(name: str, known: Collection[str]) -> str:
    """The one of the first of `known` that `name` was probably meant to be, or nothing."""
    compared = list(islice(known, MAX_NAMES_COMPARED))
    return next(iter(get_close_matches(name[:MAX_SHOWN_CHARACTERS], compared, n=1)), "")


def _quoted(text: str) -> str:
    """`text` in quotes, with nothing in it that a terminal would obey."""
    return "".join(
        letter if letter.isprintable() else f"\\u{ord(letter):04x}"
        for letter in json.dumps(text, ensure_ascii=False)
    )

"""Members and goods from CSV files: UTF-8, a header line, columns by name."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from loyalty.amounts import decimals_of, parse_amount
from loyalty.baskets import MAX_TAGS, tags_in
from loyalty.bounds import MAX_POINTS
from loyalty.errors import AmountInvalid
from loyalty.identifiers import CARD_DIGITS, is_card_number
from loyalty.members import (
    LANGUAGES,
    MAX_SEGMENT_CHARACTERS,
    MAX_SEGMENTS,
    Member,
    read_birthday,
)
from sync_server.errors import ConfigInvalid
from sync_server.store.register import Product

MAX_FILE_BYTES = 256 << 20
MAX_CELL_CHARACTERS = 300

_YES = frozenset({"1", "y", "yes", "true", "t", "x"})
_NO = frozenset({"", "0", "n", "no", "false", "f"})

_Thing = TypeVar("_Thing")


class RejectedLine(msgspec.Struct, frozen=True):
    """A line that was not taken, and why; lines count from 1, the header included."""

    line: int
    reason: str


class _Unusable(Exception):
    """A row that is no member or product; its text says why."""


def read_members(path: Path, now_ms: int) -> tuple[list[Member], list[RejectedLine]]:
    """The members in `path`, enrolled at `now_ms`, and the lines that are none.

    Only column `card` is needed; what the file does not say is empty, the language too, for
    register.put_members to leave as it is or fill in. Raises ConfigInvalid when the file is no
    such table.
    """
    return _read(path, "card", lambda row: _member(row, now_ms), lambda member: member.card)


def read_products(path: Path, currency: str) -> tuple[list[Product], list[RejectedLine]]:
    """The goods in `path` and the lines that are none; prices are in major units of `currency`
    ("4.50").

    Columns `category` and `tags` (a semicolon between two) are the words by which a programme may
    name the goods.

    Raises ConfigInvalid when the file is no such table.
    """
    decimals = decimals_of(currency)
    return _read(path, "code", lambda row: _product(row, decimals), lambda product: product.code)


class Opening(msgspec.Struct, frozen=True):
    """Points that a member brings from another system."""

    card: str
    points: int


def read_openings(path: Path) -> tuple[list[Opening], list[RejectedLine]]:
    """The opening balances in `path` (columns `card` and `points`) and the lines that are none.

    Raises ConfigInvalid when the file is no such table.
    """
    return _read(path, "card", _opening, lambda opening: opening.card)


def read_codes(path: Path) -> tuple[list[str], list[RejectedLine]]:
    """The codes in `path` (column `code`) and the lines that are none.

    Raises ConfigInvalid when the file is no such table.
    """
    return _read(path, "code", _code, str)


def _read(
    path: Path,
    key_column: str,
    made: Callable[[Mapping[str, str]], _Thing],
    key: Callable[[_Thing], str],
) -> tuple[list[_Thing], list[RejectedLine]]:
    things: dict[str, _Thing] = {}
    rejected = []
    for line, row in _rows(path, key_column):
        try:
            thing = made(row)
            if key(thing) in things:
                raise _Unusable(f"{key_column} {key(thing)} stands in an earlier line")
        except _Unusable as fault:
            rejected.append(RejectedLine(line, str(fault)))
        else:
            things[key(thing)] = thing
    return list(things.values()), rejected


def _rows(path: Path, key_column: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigInvalid(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            if key_column not in (reader.fieldnames or ()):
                raise ConfigInvalid(
                    f"{path} has no column {key_column!r}.",
                    "Its first line must name the columns, separated by commas.",
                )
            for row in reader:
                if "" in row:
                    row = {key_column: "", "": ""}  # noqa: PLW2901 - too many cells: refused below
                yield reader.line_num, {name: cell.strip() for name, cell in row.items()}
    except UnicodeDecodeError:
        raise ConfigInvalid(f"{path} is not UTF-8 text.", "Save it as CSV UTF-8.") from None
    except csv.Error as fault:
        raise ConfigInvalid(f"{path} is not a CSV file: {fault}.") from None
    except OSError as fault:
        raise ConfigInvalid(f"{path} cannot be read: {fault.strerror}.") from None


def _opening(row: Mapping[str, str]) -> Opening:
    card = _card(row)
    written = row.get("points", "")
    if not (written.isascii() and written.isdigit() and 0 < int(written) <= MAX_POINTS):
        raise _Unusable(f"points {written!r} is no whole number from 1 to {MAX_POINTS:,}")
    return Opening(card, int(written))


def _code(row: Mapping[str, str]) -> str:
    _require_plain(row)
    if not row["code"]:
        raise _Unusable("the code is empty")
    return row["code"]


def _card(row: Mapping[str, str]) -> str:
    _require_plain(row)
    card = _digits_of(row["card"])
    if not is_card_number(card):
        raise _Unusable(f"{row['card']!r} is no card number of {CARD_DIGITS} digits")
    return card


def _digits_of(card: str) -> str:
    return card.replace(" ", "").replace("-", "")


def _member(row: Mapping[str, str], now_ms: int) -> Member:
    card = _card(row)
    language = row.get("language", "").lower()
    if language and language not in LANGUAGES:
        raise _Unusable(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    consent = row.get("email_consent", "").lower()
    if consent not in _YES | _NO:
        raise _Unusable(f"email_consent {consent!r} is neither yes nor no")
    birthday = read_birthday(row.get("birthday", ""))
    if row.get("birthday") and not birthday:
        raise _Unusable(f"birthday {row['birthday']!r} is no day, such as 1990-02-28 or 02-28")
    segments = tags_in(row.get("segments", ""))
    if len(segments) > MAX_SEGMENTS or any(len(one) > MAX_SEGMENT_CHARACTERS for one in segments):
        raise _Unusable(
            f"it has more than {MAX_SEGMENTS} segments, or one of over "
            f"{MAX_SEGMENT_CHARACTERS} characters"
        )
    family = _digits_of(row.get("family", ""))
    if family and not is_card_number(family):
        raise _Unusable(f"family {row['family']!r} is no card number of {CARD_DIGITS} digits")
    return Member(
        member_id=card,
        card=card,
        name=row.get("name", ""),
        phone=row.get("phone", ""),
        email=row.get("email", ""),
        email_consent=consent in _YES and bool(row.get("email")),
        language=language,
        branch=row.get("branch", ""),
        enrolled_at_ms=now_ms,
        birthday=birthday,
        segments=segments,
        family=family,
    )


def _product(row: Mapping[str, str], decimals: int) -> Product:
    _require_plain(row)
    if not row["code"]:
        raise _Unusable("the code is empty")
    try:
        price_minor = parse_amount(row.get("price", "") or "0", decimals)
    except AmountInvalid as fault:
        raise _Unusable(fault.message.rstrip(".")) from None
    if price_minor < 0:
        raise _Unusable("the price is below zero")
    tags = tags_in(row.get("tags", ""))
    if len(tags) > MAX_TAGS:
        raise _Unusable(f"it has more than {MAX_TAGS} tags")
    return Product(
        row["code"], row.get("description", ""), price_minor, row.get("category", ""), tags
    )


def _require_plain(row: Mapping[str, str]) -> None:
    if "" in row:
        raise _Unusable("it has more cells than the header has columns")
    for name, cell in row.items():
        if len(cell) > MAX_CELL_CHARACTERS or "\0" in cell:
            raise _Unusable(f"{name} is too long or holds a NUL")

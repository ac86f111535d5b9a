"""ESC/POS bytes in whole commands: how long each one is, and nothing of what it means.

Lengths are those of the Epson ESC/POS command reference. A command that is not in the tables is
given out as two bytes that were not understood, and the bytes behind it as text, as a printer
does it.
"""

from collections.abc import Callable

from msgspec import Struct

MAX_PENDING_BYTES = 4 * 1024 * 1024
"""The longest command waited for; a picture of one metre of paper has 600 kB."""

_INTRODUCERS = frozenset(b"\x10\x1b\x1c\x1d")

_PARAMETERS = {
    b"\x10\x04": 1, b"\x10\x05": 1, b"\x10\x14": 3,
    b"\x1b ": 1, b"\x1b!": 1, b"\x1b$": 2, b"\x1b%": 1, b"\x1b-": 1, b"\x1b2": 0, b"\x1b3": 1,
    b"\x1b=": 1, b"\x1b?": 1, b"\x1b@": 0, b"\x1bA": 1, b"\x1bE": 1, b"\x1bG": 1, b"\x1bJ": 1,
    b"\x1bK": 1, b"\x1bL": 0, b"\x1bM": 1, b"\x1bR": 1, b"\x1bS": 0, b"\x1bT": 1, b"\x1bU": 1,
    b"\x1bV": 1, b"\x1bW": 8, b"\x1b\\": 2, b"\x1ba": 1, b"\x1bc": 2, b"\x1bd": 1, b"\x1be": 1,
    b"\x1bi": 0, b"\x1bm": 0, b"\x1bp": 3, b"\x1br": 1, b"\x1bt": 1, b"\x1bu": 1, b"\x1bv": 0,
    b"\x1b{": 1,
    b"\x1c!": 1, b"\x1c&": 0, b"\x1c-": 1, b"\x1c.": 0, b"\x1cC": 1, b"\x1cS": 2, b"\x1cW": 1,
    b"\x1cp": 2,
    b"\x1d!": 1, b"\x1d$": 2, b"\x1d/": 1, b"\x1d:": 0, b"\x1dB": 1, b"\x1dH": 1, b"\x1dI": 1,
    b"\x1dL": 2, b"\x1dP": 2, b"\x1dT": 1, b"\x1dW": 2, b"\x1d\\": 2, b"\x1d^": 3, b"\x1da": 1,
    b"\x1db": 1, b"\x1df": 1, b"\x1dh": 1, b"\x1dr": 1, b"\x1dw": 1,
}  # fmt: skip


class Token(Struct, frozen=True):
    """One command (`name` has two bytes), one control character (one byte) or text (empty name).

    `body` holds the parameters and data of a command, or the letters of a text.
    """

    name: bytes
    body: bytes
    known: bool = True


def next_token(stream: bytes, start: int) -> tuple[Token, int] | None:
    """Return the token that begins at `start` and where it ends; None when more bytes must come."""
    if stream[start] >= 0x20:
        end = start + 1
        while end < len(stream) and stream[end] >= 0x20:
            end += 1
        return Token(b"", stream[start:end]), end
    if stream[start] not in _INTRODUCERS:
        return Token(stream[start : start + 1], b""), start + 1
    name = stream[start : start + 2]
    if len(name) < 2:
        return None
    begin = start + 2
    size = _body_size(name, stream[begin : begin + 8], stream, begin)
    if size is None:
        return None
    if size < 0:
        return Token(name, b"", known=False), begin
    end = begin + size
    return (Token(name, stream[begin:end]), end) if end <= len(stream) else None


def _body_size(name: bytes, head: bytes, stream: bytes, begin: int) -> int | None:
    """Return the size of a command's body, None when its head is incomplete, -1 when unknown."""
    if name in _PARAMETERS:
        return _PARAMETERS[name]
    measure = _MEASURES.get(name)
    if measure is None:
        return -1
    needed, size_of = measure
    if name in _UNTIL_NUL or (name == b"\x1dk" and head and head[0] < 0x41):
        end = stream.find(b"\x00", begin)
        return None if end < 0 else end + 1 - begin
    return size_of(head) if len(head) >= needed else None


def _little_endian(head: bytes, at: int) -> int:
    return head[at] + 256 * head[at + 1]


def _cut_size(head: bytes) -> int:
    return 2 if head[0] in (65, 66, 97, 98, 103, 104) else 1


def _column_image_size(head: bytes) -> int:
    return 3 + _little_endian(head, 1) * (3 if head[0] in (32, 33) else 1)


def _raster_image_size(head: bytes) -> int:
    if head[0] != 0x30:
        return 1
    return 6 + _little_endian(head, 2) * _little_endian(head, 4)


def _large_graphics_size(head: bytes) -> int:
    return 5 + int.from_bytes(head[1:5], "little")


_UNTIL_NUL = frozenset({b"\x1bD"})
_MEASURES: dict[bytes, tuple[int, Callable[[bytes], int]]] = {
    b"\x1bD": (1, len),
    b"\x1b*": (3, _column_image_size),
    b"\x1d(": (3, lambda head: 3 + _little_endian(head, 1)),
    b"\x1d*": (2, lambda head: 2 + head[0] * head[1] * 8),
    b"\x1d8": (5, _large_graphics_size),
    b"\x1dV": (1, _cut_size),
    b"\x1dk": (2, lambda head: 2 + head[1]),
    b"\x1dv": (6, _raster_image_size),
}

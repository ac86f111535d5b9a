"""Bytes that nobody should send: valid ones damaged, cut, joined, and others made to hurt."""

import random
from collections.abc import Sequence

import zstandard

MAX_RANDOM_BYTES = 300
MAX_SLICE_BYTES = 40
BOMB_CHUNK = 1 << 16
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**62, 2**63, 2**64 - 1)

HEADS = (
    *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"),
    *(b"\xdb\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01", b"\xdd\x00\x10\x00\x00"),
    *(b"\xdc\xff\xff", b"\xde\xff\xff", b"\xc1", b"\xc0", b"\xca\x7f\xc0\x00\x00"),
    *(b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
    *(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", b"\xd9\x04\xed\xa0\x80\xff", b"\x28\xb5\x2f\xfd"),
)
"""Beginnings of MessagePack values that claim much or are odd, and of a zstd frame."""


def mutated(dice: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of `seeds` after a few changes."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        _MUTATIONS[dice.randrange(len(_MUTATIONS))](dice, data, seeds)
    return bytes(data)


def noise(dice: random.Random) -> bytes:
    """Random bytes."""
    return dice.randbytes(dice.randrange(MAX_RANDOM_BYTES))


def _place(dice: random.Random, data: bytearray) -> int:
    return dice.randrange(len(data) + 1)


def _flip(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _overwrite(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    place = _place(dice, data)
    piece = dice.choice(HEADS)
    data[place : place + len(piece)] = piece


def _insert(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    place = _place(dice, data)
    data[place:place] = dice.choice(HEADS) if dice.random() < 0.5 else dice.randbytes(4)


def _number(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    width = dice.choice((1, 2, 4, 8))
    value = dice.choice(_NUMBERS) % (1 << 8 * width)
    place = _place(dice, data)
    data[place : place + width] = value.to_bytes(width, "big")


def _cut(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    del data[_place(dice, data) :]


def _leave_out(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    place = _place(dice, data)
    del data[place : place + dice.randrange(1, MAX_SLICE_BYTES)]


def _repeat(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    place = _place(dice, data)
    piece = data[place : place + dice.randrange(1, MAX_SLICE_BYTES)]
    data[place:place] = piece * dice.randrange(1, 20)


def _join(dice: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = dice.choice(seeds)
    data[_place(dice, data) :] = other[dice.randrange(len(other) + 1) :]


def _nest(dice: random.Random, data: bytearray, _seeds: Sequence[bytes]) -> None:
    place = _place(dice, data)
    data[place:place] = dice.choice((b"\x91", b"\x81\xa0", b"[", b'{"a":')) * dice.randrange(5_000)


_MUTATIONS = (
    *(_flip, _flip, _flip, _overwrite, _insert, _number, _number),
    *(_cut, _leave_out, _repeat, _join, _nest),
)


def folded(head: bytes, piece: bytes, count: int, *, tells_size: bool = True) -> bytes:
    """A zstd frame that unfolds to `head` and `count` times `piece`, made without unfolding it."""
    chunk = piece * max(BOMB_CHUNK // len(piece), 1)
    times, rest = divmod(count * len(piece), len(chunk))
    size = len(head) + count * len(piece)
    writer = zstandard.ZstdCompressor(level=1).compressobj(size=size if tells_size else -1)
    parts = [writer.compress(head)]
    parts += [writer.compress(chunk) for _ in range(times)]
    parts += [writer.compress(chunk[:rest]), writer.flush()]
    return b"".join(parts)

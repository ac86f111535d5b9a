"""What is fuzzed: who reads bytes from outside, and which faults they may answer with."""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import msgspec
import zstandard

from loyalty.errors import EntryInvalid, FrameInvalid
from loyalty.journal import MAX_ENTRY_BYTES, decode_entry
from loyalty.scans import VoucherScan, read_scan
from loyalty.snapshots import MAX_RECORD_BYTES, read_parts, verified
from loyalty.vouchers import is_signed_by, read_voucher
from loyalty.wire import MAX_FRAME_BYTES, EpochRequest, SyncReply, SyncRequest, pack, unpack
from sync_server.terminals.inspection import inspect
from tests.fuzz import seeds
from tests.fuzz.mutations import folded, mutated, noise

CHUNK_BYTES = 1 << 16

Make = Callable[[random.Random], bytes]


class Target(msgspec.Struct, frozen=True):
    """A reader, the faults that are an answer of it, and how its inputs are made.

    `read` gives True when the input was good and False when a value said that it was not.
    """

    name: str
    read: Callable[[bytes], bool]
    faults: tuple[type[BaseException], ...]
    make: Make


def _read_request(data: bytes) -> bool:
    unpack(data, SyncRequest)
    return True


def _read_reply(data: bytes) -> bool:
    unpack(data, SyncReply)
    return True


def _read_entry(data: bytes) -> bool:
    decode_entry(data)
    return True


def _inspect(data: bytes) -> bool:
    return not isinstance(inspect(data, "KRK-1", 1, 1), str)


def _read_epoch_request(data: bytes) -> bool:
    msgspec.json.decode(data, type=EpochRequest)
    return True


def _scan(data: bytes) -> bool:
    scan = read_scan(data.decode("utf-8", "surrogateescape"))
    if isinstance(scan, VoucherScan):
        return _is_voucher(scan.code)
    return True


def _read_code(data: bytes) -> bool:
    return _is_voucher(data.decode("utf-8", "surrogateescape"))


def _is_voucher(code: str) -> bool:
    voucher = read_voucher(code)
    return voucher is not None and is_signed_by(voucher, bytes(32)) is False


def _verify_snapshot(data: bytes) -> bool:
    verified(_chunks(data), seeds.PUBLIC_KEY)
    return True


def _read_snapshot(data: bytes) -> bool:
    for _ in read_parts(_chunks(data)):
        pass
    return True


def _chunks(data: bytes) -> Iterator[bytes]:
    """The bytes as a connection gives them, a piece at a time."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


def _snapshots() -> Make:
    """Snapshots damaged anywhere, or with a record that was folded anew from damaged content."""
    records = seeds.snapshot_records()
    whole = [b"".join(one) for one in records]
    large = [_record(b"P", bomb) for bomb in _column_bombs()]

    def make(dice: random.Random) -> bytes:
        way = dice.random()
        if way < 0.3:
            return mutated(dice, whole)
        if way < 0.302:
            return records[0][0] + dice.choice(large)
        pieces = list(records[0])
        place = dice.randrange(len(pieces))
        plain = zstandard.decompress(pieces[place][5:])
        pieces[place] = _record(pieces[place][:1], folded(mutated(dice, [plain]), b"\0", 0))
        return b"".join(pieces)

    return make


def _record(kind: bytes, packed: bytes) -> bytes:
    return kind + len(packed).to_bytes(4, "big") + packed


def _column_bombs() -> list[bytes]:
    """Parts whose columns are as long as a record can hold."""
    bombs = []
    for tag, columns in ((b"members", 9), (b"balances", 7), (b"changes", 1)):
        begin = bytes([0x91 + columns, 0xA0 + len(tag)]) + tag
        for place in range(columns):
            for piece in PIECES:
                head = begin + b"\x90" * place
                count = (MAX_RECORD_BYTES - len(head) - 5) // len(piece)
                bombs.append(folded(head + b"\xdd" + count.to_bytes(4, "big"), piece, count))
    return bombs


def _frames(plain: Sequence[bytes], packed: Sequence[bytes], bombs: Sequence[bytes]) -> Make:
    """Frames damaged outside, frames damaged inside and folded again, noise, and bombs."""

    def make(dice: random.Random) -> bytes:
        way = dice.random()
        if way < 0.2:
            return mutated(dice, packed)
        if way < 0.25:
            return noise(dice)
        if way < 0.252:
            return dice.choice(bombs)
        inside = mutated(dice, plain) if way < 0.9 else noise(dice)
        return folded(inside, b"\0", 0, tells_size=dice.random() > 0.02)

    return make


def _plainly(plain: Sequence[bytes], large: Sequence[bytes] = ()) -> Make:
    def make(dice: random.Random) -> bytes:
        if large and dice.random() < 0.001:
            return dice.choice(large)
        return mutated(dice, plain) if dice.random() < 0.9 else noise(dice)

    return make


PIECES = (
    *(b"\0", b"\xc0", b"\x90", b"\x80", b"\xa0", b"\xc4\x00", b"\x91\xa0", b"\xa1a"),
    *(b"\x93\x01\xa0\x01", b"\x92\xa0\x01", b"\x91\x01", b"\x93\xa6member\x82\xa0\xa0\xa0\xa0\xa0"),
    *(b"\x96\xa7balance\xa0\x00\x00\x00\x00", b"\x92\x01\xa0", b"\x91", b"\x81\xa0"),
)
"""Small values that a frame may repeat millions of times."""


def _bombs(message: SyncRequest | SyncReply) -> list[bytes]:
    """Frames as large as is taken, or larger, with one field of `message` blown up."""
    whole = seeds.encode(message)
    fields = [seeds.encode(value) for value in msgspec.structs.astuple(message)]
    begins = [
        whole[:3] + b"".join(fields[:place]) for place in range(len(fields)) if whole[0] == 0xDC
    ]
    bombs = [folded(b"", b"\0", count) for count in (MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1, 1 << 32)]
    bombs.append(folded(b"", b"\0", 1 << 28, tells_size=False))
    for begin in begins:
        for piece in PIECES:
            count = (MAX_FRAME_BYTES - len(begin) - 5) // len(piece)
            head = begin + b"\xdd" + count.to_bytes(4, "big")
            bombs.append(folded(head, piece, count))
    return bombs


def _large_entries() -> list[bytes]:
    """Entries as large as is taken whose payload is one list of small values."""
    (sale, *_) = seeds.entry_bodies()
    payload = seeds.encode({"lines": [["SKU-1", 1, 999], ["SKU-2", 2, 1_998]]})
    begin = sale[: sale.index(payload)] + b"\x81\xa5lines"
    large = []
    for piece in PIECES:
        count = (MAX_ENTRY_BYTES - len(begin) - 5) // len(piece)
        large.append(begin + b"\xdd" + count.to_bytes(4, "big") + piece * count)
    return large


@lru_cache(maxsize=1)
def targets() -> tuple[Target, ...]:
    """Every target, in a fixed order; made once, because its bombs take a while to fold."""
    requests, replies = seeds.sync_requests(), seeds.sync_replies()
    bodies = seeds.entry_bodies()
    codes = seeds.codes()
    json_faults = (msgspec.MsgspecError, ValueError, RecursionError)
    return (
        Target(
            "sync request",
            _read_request,
            (FrameInvalid,),
            _frames(
                [seeds.encode(one) for one in requests],
                [pack(one) for one in requests],
                _bombs(requests[1]),
            ),
        ),
        Target(
            "sync reply",
            _read_reply,
            (FrameInvalid,),
            _frames(
                [seeds.encode(one) for one in replies],
                [pack(one) for one in replies],
                _bombs(replies[1]),
            ),
        ),
        Target("entry", _read_entry, (EntryInvalid,), _plainly(bodies, _large_entries())),
        Target("entry inspected", _inspect, (), _plainly(bodies, _large_entries())),
        Target("snapshot", _verify_snapshot, (FrameInvalid,), _snapshots()),
        Target("snapshot parts", _read_snapshot, (FrameInvalid,), _snapshots()),
        Target("epoch request", _read_epoch_request, json_faults, _plainly(seeds.epoch_requests())),
        Target("scan", _scan, (), _plainly(codes)),
        Target("voucher code", _read_code, (), _plainly(codes)),
    )

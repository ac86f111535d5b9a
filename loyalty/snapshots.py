"""A snapshot: all that a new till must know, signed by head office, in bytes that stream.

It is a row of records, each a kind, a length and MessagePack behind zstd: a head, parts, an end.
The end signs the SHA-256 of every byte before it, so that a till knows what is whole, and whose,
before it believes any of it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.bounds import Count
from loyalty.errors import FrameInvalid
from loyalty.signatures import is_signed
from loyalty.snapshot_columns import Rows, changes_in, in_columns
from loyalty.wire import COMPRESSION_LEVEL, Change

SNAPSHOT_VERSION = 1
SNAPSHOT_MEDIA_TYPE = "application/vnd.paragon.snapshot"

MAX_RECORD_BYTES = 4 << 20
"""Of a record after decompression; a part that would be larger is split."""

MAX_PACKED_RECORD_BYTES = 5 << 20
MAX_SNAPSHOT_BYTES = 8 << 30
MAX_PARTS = 1_000_000

_HEAD, _PART, _END = b"H", b"P", b"E"
_LENGTH_BYTES = 4
_PREAMBLE_BYTES = 1 + _LENGTH_BYTES


class SnapshotHead(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Whose snapshot it is and of when: head office's feed up to change `cursor`.

    Balances in it leave out what journal (`terminal`, `epoch`) made of them. `branch` is empty
    when all members are in it, else the branch whose working set it is. `members` is how many
    there are to come, for whoever shows progress.
    """

    version: int
    history_id: str
    terminal: str
    epoch: Count
    branch: str
    cursor: Count
    mark: str
    members: Count


class SnapshotEnd(msgspec.Struct, frozen=True, array_like=True):
    """How many parts there were, the SHA-256 of all before it, and head office's signature."""

    parts: Count
    digest: bytes
    signature: bytes


class Verified(msgspec.Struct, frozen=True):
    """A snapshot that is whole and head office's: its head, how many parts it has, and the SHA-256
    that names it."""

    head: SnapshotHead
    parts: int
    digest: bytes


_Record = TypeVar("_Record", SnapshotHead, SnapshotEnd)

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_rows_decoder = msgspec.msgpack.Decoder(Rows)


class SnapshotWriter:
    """Makes the bytes of one snapshot, in order: head, any parts, end."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._hash = hashlib.sha256()
        self._parts = 0

    def head(self, head: SnapshotHead) -> bytes:
        """The first record."""
        return self._record(_HEAD, _encode(head))

    def part(self, changes: Sequence[Change]) -> bytes:
        """A part with `changes`, at most as many as a column holds, all of one kind where they are
        members or balances; more than one record when they are large."""
        raw = _encode(in_columns(changes))
        if len(raw) > MAX_RECORD_BYTES and len(changes) > 1:
            half = len(changes) // 2
            return self.part(changes[:half]) + self.part(changes[half:])
        self._parts += 1
        return self._record(_PART, raw)

    def end(self, key: Ed25519PrivateKey) -> bytes:
        """The last record, signed with head office's `key`."""
        digest = self._hash.digest()
        signature = key.sign(snapshot_words(self._parts, digest))
        return self._record(_END, _encode(SnapshotEnd(self._parts, digest, signature)))

    def _record(self, kind: bytes, raw: bytes) -> bytes:
        packed = self._compressor.compress(raw)
        record = kind + len(packed).to_bytes(_LENGTH_BYTES, "big") + packed
        self._hash.update(record)
        return record


def snapshot_words(parts: int, digest: bytes) -> bytes:
    """What head office signs of a snapshot: no other message of it reads the same."""
    return _encode(("paragon snapshot", parts, digest))


def verified(chunks: Iterable[bytes], public_key: bytes) -> Verified:
    """What the snapshot in `chunks` is of, when every byte of it is head office's, whose
    `public_key` (32 raw bytes) is known; no part is read.

    Raises FrameInvalid when a byte is missing, changed or too many, or the signature is not good.
    """
    hashed = hashlib.sha256()
    head = end = None
    parts = -1
    # To the last byte: what follows the end is refused as well.
    for kind, packed, record in _records(chunks):
        if kind == _END:
            end = _unpacked(packed, SnapshotEnd)
            continue
        hashed.update(record)
        parts += 1
        if kind == _HEAD:
            head = _head(packed)
    if head is None or end is None:
        raise FrameInvalid("The snapshot is cut off.")
    if (end.parts, end.digest) != (parts, hashed.digest()):
        raise FrameInvalid("The snapshot is not what its end says.")
    _require_signature(end, public_key)
    return Verified(head, end.parts, end.digest)


def read_parts(chunks: Iterable[bytes]) -> Iterator[tuple[Change, ...]]:
    """The parts of a snapshot that was verified, each as the changes that it stands for.

    Raises FrameInvalid for bytes that are no part.
    """
    for kind, packed, _record in _records(chunks):
        if kind == _PART:
            yield _changes(packed)


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, packed content and all bytes of each record: one head, parts, and one end."""
    kept = b""
    expected: tuple[bytes, ...] = (_HEAD,)
    count = 0
    for chunk in chunks:
        kept += chunk
        while len(kept) >= _PREAMBLE_BYTES:
            kind, length = kept[:1], int.from_bytes(kept[1:_PREAMBLE_BYTES], "big")
            count += 1
            if kind not in expected or length > MAX_PACKED_RECORD_BYTES or count > MAX_PARTS:
                raise FrameInvalid("Bytes that are no snapshot.")
            whole = _PREAMBLE_BYTES + length
            if len(kept) < whole:
                count -= 1
                break
            record, kept = kept[:whole], kept[whole:]
            expected = () if kind == _END else (_PART, _END)
            yield kind, record[_PREAMBLE_BYTES:], record
    if kept:
        raise FrameInvalid("The snapshot is cut off.")


def _head(packed: bytes) -> SnapshotHead:
    head = _unpacked(packed, SnapshotHead)
    if head.version != SNAPSHOT_VERSION:
        raise FrameInvalid(
            f"A snapshot of version {head.version} is not understood.", "Update the till."
        )
    return head


def _unpacked(packed: bytes, kind: type[_Record]) -> _Record:
    try:
        return msgspec.msgpack.decode(_raw(packed), type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise FrameInvalid(f"Bytes that are no {kind.__name__}: {fault}.") from None


def _changes(packed: bytes) -> tuple[Change, ...]:
    try:
        changes = changes_in(_rows_decoder.decode(_raw(packed)))
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise FrameInvalid(f"Bytes that are no part of a snapshot: {fault}.") from None
    return changes


def _raw(packed: bytes) -> bytes:
    try:
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= MAX_RECORD_BYTES:
            raise FrameInvalid(f"A record that unfolds to {size} bytes is not taken.")
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_RECORD_BYTES)
    except zstandard.ZstdError as fault:
        raise FrameInvalid(f"Bytes that are no record of a snapshot: {fault}.") from None


def _require_signature(end: SnapshotEnd, public_key: bytes) -> None:
    if not is_signed(snapshot_words(end.parts, end.digest), end.signature, public_key):
        raise FrameInvalid("The snapshot is not signed by the head office of this till.")

"""Messages as bytes: MessagePack behind zstd, within their limits."""

from typing import TypeVar

import msgspec
import zstandard
from msgspec.structs import replace

from loyalty.errors import FrameInvalid
from loyalty.tolerance import Things, decode_known
from loyalty.wire.changes import Change, UnknownChange
from loyalty.wire.columns import bodies_of, columns_of
from loyalty.wire.limits import (
    COLUMNS_VERSION,
    COMPRESSION_LEVEL,
    MAX_CHANGES_A_FRAME,
    MAX_FOUND_A_FRAME,
    MAX_FRAME_BYTES,
    MAX_PACKED_BYTES,
    WIRE_VERSION,
)
from loyalty.wire.sync import SyncReply, SyncRequest

_Message = TypeVar("_Message", SyncRequest, SyncReply)
_Request = TypeVar("_Request", bound=SyncRequest)
_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_CHANGES = Things(
    (("changes", MAX_CHANGES_A_FRAME), ("found", MAX_FOUND_A_FRAME)), Change, UnknownChange
)


def pack(message: SyncRequest | SyncReply, *, spoken: int = 1) -> bytes:
    """The bytes of `message` for the wire, to a side that has spoken version `spoken` of it.

    With a compressor of its own each time: two threads that share one garble each other's frames.
    """
    if isinstance(message, SyncRequest) and spoken >= COLUMNS_VERSION:
        return zstandard.compress(_encode(_in_columns(message)), COMPRESSION_LEVEL)
    return zstandard.compress(_encode(message), COMPRESSION_LEVEL)


def unpack(packed: bytes, kind: type[_Message]) -> _Message:
    """The message of type `kind` in `packed`.

    Raises FrameInvalid when the bytes are cut off, too large (also when they only unfold to too
    much), or are no such message.
    """
    if len(packed) > MAX_PACKED_BYTES:
        raise FrameInvalid(f"A frame of {len(packed)} bytes is over {MAX_PACKED_BYTES}.")
    try:
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= MAX_FRAME_BYTES:
            raise FrameInvalid(f"A frame that unfolds to {size} bytes is not taken.")
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_FRAME_BYTES)
        message = _decoded(raw, kind)
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, RecursionError) as fault:
        # ValueError: text that is no UTF-8.
        raise FrameInvalid(f"Bytes that are no {kind.__name__}: {fault}.") from None
    if isinstance(message, SyncRequest):
        return _with_bodies(message)
    return message


def _decoded(raw: bytes, kind: type[_Message]) -> _Message:
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except msgspec.ValidationError:
        if kind is not SyncReply:
            raise
        # A newer head office may tell changes of kinds to come.
        return decode_known(raw, kind, _CHANGES)  # type: ignore[no-any-return]


def _in_columns(request: SyncRequest) -> SyncRequest:
    if not request.bodies:
        return request
    columns = columns_of(request.terminal, request.epoch, request.first_seq, request.bodies)
    return replace(request, bodies=(), columns=columns) if columns else request


def _with_bodies(request: _Request) -> _Request:
    columns = request.columns
    if columns is not None:
        if request.bodies or request.version < COLUMNS_VERSION:
            raise FrameInvalid("A frame tells its entries twice, or in a way not of its version.")
        bodies = bodies_of(request.terminal, request.epoch, request.first_seq, columns)
        request = replace(request, bodies=bodies, columns=None)
    _require_sums(request)
    return request


def _require_sums(request: SyncRequest) -> None:
    if request.version >= WIRE_VERSION and (request.count, request.length) != (
        len(request.bodies),
        sum(map(len, request.bodies)),
    ):
        raise FrameInvalid("A frame holds other entries than it says.")

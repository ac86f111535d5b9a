"""Entries of a frame field by field: what is alike lies together and packs to two thirds.

A column holds one field of every entry; moments are told as differences, which are small. The
bytes of an entry are what is sealed, so they are made again to the last bit, or not sent this way.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from loyalty.errors import FrameInvalid
from loyalty.wire.limits import MAX_ENTRIES_A_FRAME, MAX_FRAME_BYTES

_Most = Meta(max_length=MAX_ENTRIES_A_FRAME)
_Texts = Annotated[tuple[str, ...], _Most]
_Numbers = Annotated[tuple[int, ...], _Most]


class Columns(msgspec.Struct, frozen=True, array_like=True):
    """The fields of entries, each for all of them; what the frame says of itself is left out.

    `occurred` are milliseconds after the entry before, the first after the epoch of time;
    `recorded` are milliseconds after the entry occurred. `payloads` are as they were written.
    """

    kinds: _Texts
    members: _Texts
    points: _Numbers
    amounts_minor: _Numbers
    receipts: _Texts
    programmes: _Texts
    occurred: _Numbers
    recorded: _Numbers
    payloads: Annotated[tuple[Raw, ...], _Most]
    elapsed: _Numbers


class _Fields(msgspec.Struct, frozen=True, array_like=True):
    """An entry in the order in which it is written: `loyalty.journal.Entry`, payload unread."""

    terminal: str
    epoch: int
    seq: int
    kind: str
    member: str
    points: int
    amount_minor: int
    receipt: str
    programme: str
    occurred_at_ms: int
    recorded_at_ms: int
    payload: Raw
    elapsed_ms: int


_decode = msgspec.msgpack.Decoder(_Fields).decode
_encode = msgspec.msgpack.Encoder().encode


def columns_of(
    terminal: str, epoch: int, first_seq: int, bodies: Sequence[bytes]
) -> Columns | None:
    """`bodies`, entries of a journal from `first_seq` on, as columns.

    None when they would not come out as they were written: those of another version, or damaged.
    """
    try:
        entries = [_decode(body) for body in bodies]
        occurred = [entry.occurred_at_ms for entry in entries]
        columns = Columns(
            kinds=tuple([entry.kind for entry in entries]),
            members=tuple([entry.member for entry in entries]),
            points=tuple([entry.points for entry in entries]),
            amounts_minor=tuple([entry.amount_minor for entry in entries]),
            receipts=tuple([entry.receipt for entry in entries]),
            programmes=tuple([entry.programme for entry in entries]),
            occurred=tuple([after - before for before, after in pairwise([0, *occurred])]),
            recorded=tuple([entry.recorded_at_ms - entry.occurred_at_ms for entry in entries]),
            payloads=tuple([entry.payload for entry in entries]),
            elapsed=tuple([entry.elapsed_ms for entry in entries]),
        )
        again = bodies_of(terminal, epoch, first_seq, columns)
    except (msgspec.MsgspecError, ValueError, OverflowError, FrameInvalid):
        # ValueError: text that is no UTF-8.
        return None
    return columns if again == tuple(bodies) else None


def bodies_of(terminal: str, epoch: int, first_seq: int, columns: Columns) -> tuple[bytes, ...]:
    """The bytes of the entries in `columns`, from `first_seq` of the journal on.

    Raises FrameInvalid when the columns do not fit each other.
    """
    count = len(columns.kinds)
    if count * len(terminal.encode()) > MAX_FRAME_BYTES:
        raise FrameInvalid("A frame unfolds to too much.")
    occurred = tuple(accumulate(columns.occurred))
    try:
        recorded = tuple(
            [at_ms + after_ms for at_ms, after_ms in zip(occurred, columns.recorded, strict=True)]
        )
        return tuple(
            [
                _encode((terminal, epoch, seq, *fields))
                for seq, fields in enumerate(
                    zip(
                        columns.kinds,
                        columns.members,
                        columns.points,
                        columns.amounts_minor,
                        columns.receipts,
                        columns.programmes,
                        occurred,
                        recorded,
                        columns.payloads,
                        columns.elapsed,
                        strict=True,
                    ),
                    first_seq,
                )
            ]
        )
    except (ValueError, OverflowError) as fault:
        raise FrameInvalid(f"Columns of a frame that make no entries: {fault}.") from None

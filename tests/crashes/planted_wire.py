"""Defences against frames that nobody should send."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any, get_args, get_origin

import msgspec
from sqlalchemy import Engine

from loyalty.errors import FrameInvalid
from loyalty.journal import next_seal
from loyalty.wire import MAX_FRAME_BYTES, SyncRequest, pack, unpack
from loyalty.wire import frames as wire_frames
from sync_server.store.engine import open_engine
from sync_server.store.schema import migrate
from sync_server.terminals import frames as taken_frames
from sync_server.terminals.chain import Continuation, Head, continue_chain
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal, ShopClock, found_chain, head_office, rows
from tests.crashes.planted import Planted
from tests.crashes.planted_till import StockedTill
from tests.fuzz import running, seeds
from tests.fuzz.mutations import folded
from tests.fuzz.targets import Target

UNFOLDED_BYTES = 1 << 28
NOTICES_PLACE = 10
"""Of a request's fields: the first list of values that take one byte each."""


def _fuzzed(data: bytes) -> str:
    """What the fuzzing's limits on time and memory say of a request of these bytes."""

    def read(given: bytes) -> bool:
        unpack(given, SyncRequest)
        return True

    target = Target("sync request", read, (FrameInvalid,), lambda _: data)
    return "; ".join(found.what for found in running.run([target], 1, 1).findings)


def _bomb(_till: StockedTill) -> str:
    return _fuzzed(folded(b"", b"\0", UNFOLDED_BYTES))


def _huge_count(_till: StockedTill) -> str:
    full = seeds.sync_requests()[1]
    fields = [seeds.encode(value) for value in msgspec.structs.astuple(full)]
    begin = seeds.encode(full)[:3] + b"".join(fields[:NOTICES_PLACE])
    count = MAX_FRAME_BYTES - len(begin) - 5
    return _fuzzed(folded(begin + b"\xdd" + count.to_bytes(4, "big"), b"\xa0", count))


def _as_many_as_come(raw: bytes, kind: type[msgspec.Struct]) -> Any:
    """The message with lists as long as they say they are."""
    fields: list[Any] = [
        (field.name, get_args(field.type)[0] if get_origin(field.type) is Annotated else field.type)
        for field in msgspec.structs.fields(kind)
    ]
    unbounded = msgspec.defstruct("Unbounded", fields, array_like=True)
    return kind(**msgspec.structs.asdict(msgspec.msgpack.decode(raw, type=unbounded)))


@contextmanager
def head_office_beside(till: StockedTill) -> Iterator[tuple[Engine, Ingest]]:
    """The books of another chain, in a file of their own, and who takes frames into them."""
    engine = open_engine(f"sqlite:///{till.room() / 'books.sqlite'}")
    try:
        migrate(engine)
        found_chain(engine)
        yield engine, head_office(engine, ShopClock())
    finally:
        engine.dispose()


def _cut_frame(till: StockedTill) -> str:
    """A frame whose last entry lost its second half on the way comes before the whole one."""
    journal = Journal()
    for amount in (10, 20, 30):
        journal.sale("anna", amount)
    whole = journal.frame()
    half = whole.bodies[-1][: len(whole.bodies[-1]) // 2]
    cut = msgspec.structs.replace(whole, bodies=(*whole.bodies[:-1], half))
    with head_office_beside(till) as (engine, ingest):
        with suppress(FrameInvalid):
            ingest.take(unpack(pack(cut), SyncRequest))
        outcome = ingest.take(unpack(pack(whole), SyncRequest)).outcome
        held = [row["body"] for row in rows(engine, "entries")]
    return "" if held == journal.bodies else f"head office holds other bytes: {outcome}"


def _whatever_seal(
    head: Head, held: Any, first_seq: int, bodies: Sequence[bytes], _last_seal: bytes
) -> Continuation:
    """A frame's entries come to the seal that they come to."""
    seal = head.seal
    for seq, body in enumerate(bodies, first_seq):
        seal = next_seal(seal, body) if seq > head.seq else seal
    return continue_chain(head, held, first_seq, bodies, seal)


def _any_sums(_request: SyncRequest) -> None:
    """A frame holds what it holds."""


WIRE_FAULTS = (
    Planted(
        "a zstd bomb",
        "what claims to unfold to more than a frame may hold is refused unread",
        "the fuzzing's limit on memory",
        _bomb,
        lambda: ((wire_frames, "MAX_FRAME_BYTES", 1 << 40),),
    ),
    Planted(
        "a huge count",
        "every list of a message has a most",
        "the fuzzing's limit on memory",
        _huge_count,
        lambda: ((wire_frames, "_decoded", _as_many_as_come),),
    ),
    Planted(
        "a truncated frame",
        "a frame says how many entries and bytes it holds, and the seal they come to",
        "head office's entries held against the till's",
        _cut_frame,
        lambda: (
            (wire_frames, "_require_sums", _any_sums),
            (taken_frames, "continue_chain", _whatever_seal),
        ),
    ),
)
"""What is planted in frames."""

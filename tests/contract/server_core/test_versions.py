"""One version apart: frames of the first version are taken, and it can read what it is answered."""

import hashlib

import msgspec
import pytest
from sqlalchemy import Engine, update

from loyalty.errors import FrameInvalid
from loyalty.wire import SyncRequest, pack, unpack
from sync_server.store.engine import writing
from sync_server.store.tables import terminals
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.routes import _answer
from tests.contract.server_core import first_wire
from tests.contract.server_core.journals import ShopClock, rows

GOLDEN_ENTRY = (
    "9ca54b524b2d310101a46561726ea4616e6e610acd03e8a25231a9636c61737369634031cf0000019de2fb1900cf"
    "0000019de2fb190081a56c696e65739193a354454101cd03e8"
)
"""Entry 1 as the first version wrote it."""


def test_the_bytes_of_the_first_version_stay_what_they_were() -> None:
    assert first_wire.entry(1, "anna", 10).hex() == GOLDEN_ENTRY


def test_a_till_of_the_first_version_is_served(
    engine: Engine, ingest: Ingest, clock: ShopClock
) -> None:
    bodies = [first_wire.entry(seq, "anna", 10) for seq in (1, 2)]
    with writing(engine) as connection:
        connection.execute(update(terminals).values(token_hash=terminals.c.terminal))
    frame = unpack(first_wire.request(bodies[:1]), SyncRequest)
    assert (frame.count, frame.draws, frame.receipt) == (0, (), None)
    told = first_wire.reply_fields(pack(_answer(engine, clock, ingest, frame, "KRK-1")))
    assert (told["outcome"], told["head_seq"]) == ("accepted", 1)
    assert (
        told["head_seal"]
        == hashlib.sha256(hashlib.sha256(b"paragon journal KRK-1 1").digest() + bodies[0]).digest()
    )
    assert told["more"] is False
    said = {"cursor": told["cursor"], "mark": told["mark"]}
    again = unpack(first_wire.request(bodies, 2, **said), SyncRequest)
    told = first_wire.reply_fields(pack(_answer(engine, clock, ingest, again, "KRK-1")))
    assert (told["head_seq"], told["from_start"]) == (2, False)
    assert [row["body"] for row in rows(engine, "entries")] == bodies
    assert rows(engine, "holdings")[0]["points"] == 20


def test_a_till_of_the_next_version_is_served(engine: Engine, ingest: Ingest) -> None:
    """It adds fields at the end, of frames and of entries, and kinds that nobody knows here."""
    body = msgspec.msgpack.decode(first_wire.entry(1, "anna", 10))
    body[3] = "stamp"
    longer = msgspec.msgpack.encode([*body, 0, "a field of tomorrow"])
    frame = unpack(first_wire.request([longer]), SyncRequest)
    raw = msgspec.msgpack.decode(msgspec.msgpack.encode(frame))
    raw[0], raw[13], raw[14] = 3, 1, len(longer)
    tomorrow = msgspec.msgpack.decode(
        msgspec.msgpack.encode([*raw, "a field of tomorrow"]), type=SyncRequest
    )
    taken = ingest.take(tomorrow)
    assert (taken.head.seq, taken.refused) == (1, ())
    [kept] = rows(engine, "entries")
    assert (kept["kind"], kept["points"], kept["body"]) == ("stamp", 10, longer)
    assert rows(engine, "standings")[0]["earned"] == 0


def test_a_frame_that_says_another_count_is_refused_from_version_2_on() -> None:
    frame = unpack(first_wire.request([first_wire.entry(1, "anna", 10)]), SyncRequest)
    with pytest.raises(FrameInvalid, match="other entries than it says"):
        unpack(pack(msgspec.structs.replace(frame, version=2)), SyncRequest)

"""Defences of sides that are a version apart: a chain is not updated in one night."""

import gzip
from typing import Any

import msgspec
import zstandard

from loyalty.errors import FrameInvalid
from loyalty.wire import SyncReply, SyncRequest, unpack
from loyalty.wire import frames as wire_frames
from sync_server.store.engine import open_engine
from sync_server.store.schema import migrate
from sync_server.terminals.ingest import Ingest
from terminal_app.bootstrap import open_till, utc_now
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import settings
from terminal_app.sync import taking
from terminal_app.sync.rounds import compose
from tests.contract.server_core import first_wire
from tests.contract.server_core.journals import ZONE
from tests.crashes.first_version import FIXTURES, TILLS, unpacked
from tests.crashes.planted import Planted
from tests.crashes.planted_till import StockedTill
from tests.crashes.selling import Told
from tests.crashes.stock import sold_offline
from tests.fuzz import seeds


def _sums_of_every_version(request: SyncRequest) -> None:
    if (request.count, request.length) != (len(request.bodies), sum(map(len, request.bodies))):
        raise FrameInvalid("A frame holds other entries than it says.")


def _golden_frame(till: StockedTill) -> str:
    """The very bytes that a till of the first version sent."""
    books = unpacked("office.sqlite", till.room() / "books.sqlite")
    engine = open_engine(f"sqlite:///{books}")
    try:
        migrate(engine)
        frame = unpack(
            gzip.decompress((FIXTURES / f"{TILLS[0]}.frame.gz").read_bytes()), SyncRequest
        )
        taken = Ingest(engine, utc_now, ZONE, []).take(frame)
    except FrameInvalid as fault:
        return f"an older till's frame is refused: {fault}"
    finally:
        engine.dispose()
    last_seq = frame.first_seq + len(frame.bodies) - 1
    return "" if taken.head.seq == last_seq else f"taken up to {taken.head.seq} of {last_seq}"


def _first_office(till: StockedTill) -> str:
    """A head office of the first version answers: the twelve fields it knows, and no signature."""
    till.put(till.log)
    sold_offline("UNSENT", till.home, 1, Told(), 1)
    with open_till(till.home) as shop:
        request = compose(shop.store, utc_now, "1.0")
        last_seq = request.first_seq + len(request.bodies) - 1
        told = dict.fromkeys(first_wire.REPLY, "")
        fields: dict[str, Any] = {
            **told,
            "version": 1,
            "history_id": request.history_id,
            "outcome": "accepted",
            "head_seq": last_seq,
            "head_seal": request.last_seal,
            "changes": [],
            "cursor": 0,
            "more": False,
            "server_time_ms": request.sent_at_ms,
            "refused": [],
            "from_start": False,
        }
        packed = zstandard.compress(seeds.encode([fields[name] for name in first_wire.REPLY]))
        try:
            taking.take(shop.store, request, unpack(packed, SyncReply), utc_now)
        except (FrameInvalid, HeadOfficeRefused) as fault:
            return f"an older head office's answer is refused: {fault}"
        with shop.store.reading() as connection:
            confirmed_seq = settings.read_sync_state(connection).confirmed_seq
    return "" if confirmed_seq == last_seq else f"confirmed up to {confirmed_seq} of {last_seq}"


def _newer_office(_till: StockedTill) -> str:
    """A newer head office tells a change of a kind to come, among others."""
    raw = msgspec.to_builtins(seeds.sync_replies()[1], builtin_types=(bytes,))
    raw[5] = [["horoscope", "lion", 7], *raw[5]]
    try:
        reply = unpack(zstandard.compress(seeds.encode(raw)), SyncReply)
    except FrameInvalid as fault:
        return f"a newer head office's answer is refused: {fault}"
    same = reply.changes[1:] == seeds.sync_replies()[1].changes
    return "" if same else "changes beside an unknown one are lost"


def _known_alone(raw: bytes, kind: type[msgspec.Struct]) -> Any:
    return msgspec.msgpack.decode(raw, type=kind)


VERSION_FAULTS = (
    Planted(
        "an old till with a new head office",
        "sums are asked of those alone who know of them",
        "a recorded frame of the first version",
        _golden_frame,
        lambda: ((wire_frames, "_require_sums", _sums_of_every_version),),
    ),
    Planted(
        "a new till with an old head office",
        "a signature is asked of those alone who know of it",
        "an answer of the first version's twelve fields",
        _first_office,
        lambda: ((taking, "RIGHTS_VERSION", 1),),
    ),
    Planted(
        "a till with a head office newer than it",
        "changes of kinds to come are passed over",
        "an answer with a kind that nobody knows",
        _newer_office,
        lambda: ((wire_frames, "_decoded", _known_alone),),
    ),
)
"""What is planted between versions."""

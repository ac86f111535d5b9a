"""A newer head office may tell what this version has no name for; all else is taken."""

from typing import Any

import msgspec
import pytest
import zstandard

from loyalty.errors import FrameInvalid
from loyalty.wire import (
    MAX_CHANGES_A_FRAME,
    Outcome,
    ProductChange,
    SyncReply,
    UnknownChange,
    unpack,
)

TEA = ProductChange("5901234123457", "Tea", 450)
REPLY = SyncReply(
    version=3,
    history_id="h",
    outcome=Outcome.ACCEPTED,
    head_seq=0,
    head_seal=b"",
    changes=(TEA,),
    cursor=1,
    more=False,
    server_time_ms=0,
    mark="m",
)
CHANGES = 5
FOUND = 15


def told(changes: list[Any], found: list[Any] | None = None) -> SyncReply:
    fields: list[Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(REPLY))
    fields[CHANGES] = changes
    fields[FOUND] = found or []
    packed = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode([*fields, "to come"]))
    return unpack(packed, SyncReply)


def test_a_kind_to_come_is_passed_over_and_the_rest_is_taken() -> None:
    tea = list(msgspec.to_builtins(TEA))
    reply = told([tea, ["stars", {"count": 7}], tea], [["moons"]])
    assert reply.changes == (TEA, UnknownChange("stars"), TEA)
    assert reply.found == (UnknownChange("moons"),)
    assert (reply.mark, reply.cursor) == ("m", 1)


@pytest.mark.parametrize(
    "changes",
    [
        [["stars"], ["product", "only its code"]],
        [["stars"], 7],
        [["stars"], []],
        [["stars"], [1, 2]],
        [["stars"]] * (MAX_CHANGES_A_FRAME + 1),
    ],
)
def test_what_is_broken_is_refused_whatever_stands_beside_it(changes: list[Any]) -> None:
    with pytest.raises(FrameInvalid):
        told(changes)

"""The wire: what is packed is unpacked, and nothing else is."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.bounds import MAX_MOMENT_MS, MAX_NUMBER, MAX_POINTS
from loyalty.errors import FrameInvalid
from loyalty.members import Member
from loyalty.tallies import DayTally
from loyalty.wire import (
    MAX_ENTRIES_A_FRAME,
    MAX_FRAME_BYTES,
    MAX_PACKED_BYTES,
    MAX_TALLIES_A_FRAME,
    OLDEST_WIRE_VERSION,
    WIRE_VERSION,
    BalanceChange,
    Change,
    Grant,
    Holder,
    MemberChange,
    NoticeChange,
    Outcome,
    ProductChange,
    ProgrammeChange,
    Recall,
    Refused,
    SignedHead,
    SyncReply,
    SyncRequest,
    TerminalChange,
    VoucherChange,
    pack,
    unpack,
)

TEXTS = st.text(max_size=10)
COUNTS = st.integers(0, MAX_NUMBER)
POINTS = st.integers(-MAX_NUMBER, MAX_NUMBER)
AMOUNTS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR)
MOMENTS = st.integers(0, MAX_MOMENT_MS)
TALLIES = st.builds(DayTally, TEXTS, COUNTS, COUNTS)
REQUESTS = st.builds(
    SyncRequest,
    version=st.just(OLDEST_WIRE_VERSION),
    terminal=TEXTS,
    epoch=COUNTS,
    first_seq=COUNTS,
    bodies=st.lists(st.binary(max_size=50), max_size=5).map(tuple),
    last_seal=st.binary(min_size=32, max_size=32),
    history_id=TEXTS,
    cursor=COUNTS,
    sent_at_ms=COUNTS,
    product_version=TEXTS,
    printed_notices=st.lists(TEXTS, max_size=3).map(tuple),
    tallies=st.lists(TALLIES, max_size=3).map(tuple),
    mark=TEXTS,
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(MemberChange, st.builds(Member, member_id=TEXTS, card=TEXTS, name=TEXTS)),
    st.builds(BalanceChange, TEXTS, POINTS, POINTS, POINTS, POINTS),
    st.builds(VoucherChange, TEXTS, TEXTS, AMOUNTS, TEXTS, MOMENTS, TEXTS),
    st.builds(NoticeChange, TEXTS, TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3)),
    st.builds(
        TerminalChange,
        TEXTS,
        TEXTS,
        st.lists(st.tuples(COUNTS, st.binary(min_size=32, max_size=32)), max_size=3).map(tuple),
    ),
    st.builds(ProductChange, TEXTS, TEXTS, AMOUNTS, TEXTS, st.tuples(TEXTS, TEXTS)),
    st.builds(ProgrammeChange, TEXTS),
)
REPLIES = st.builds(
    SyncReply,
    version=st.just(WIRE_VERSION),
    history_id=TEXTS,
    outcome=st.sampled_from(Outcome),
    head_seq=COUNTS,
    head_seal=st.binary(max_size=32),
    changes=st.lists(CHANGES, max_size=5).map(tuple),
    cursor=COUNTS,
    more=st.booleans(),
    server_time_ms=MOMENTS,
    refused=st.lists(st.builds(Refused, COUNTS, TEXTS), max_size=3).map(tuple),
    mark=TEXTS,
    from_start=st.booleans(),
)
REQUEST = SyncRequest(
    version=1,
    terminal="T",
    epoch=1,
    first_seq=1,
    bodies=(b"x" * 200,),
    last_seal=b"s" * 32,
    history_id="h",
    cursor=0,
    sent_at_ms=0,
    product_version="1",
)


def packed(message: object) -> bytes:
    return zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(message))


@given(REQUESTS)
def test_a_request_arrives_as_it_was_sent(request: SyncRequest) -> None:
    assert unpack(pack(request), SyncRequest) == request


@given(REPLIES)
def test_a_reply_arrives_as_it_was_sent(reply: SyncReply) -> None:
    assert unpack(pack(reply), SyncReply) == reply


@given(REQUESTS, st.lists(TEXTS | COUNTS, min_size=1, max_size=3))
def test_fields_of_a_newer_version_are_passed_over(
    request: SyncRequest, added: list[object]
) -> None:
    fields: list[Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(request))
    assert unpack(packed([*fields, *added]), SyncRequest) == request


@given(REPLIES)
def test_a_side_that_lacks_the_last_fields_is_understood(reply: SyncReply) -> None:
    fields: list[Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(reply))
    older = unpack(packed(fields[:9]), SyncReply)
    assert older == msgspec.structs.replace(reply, refused=(), mark="", from_start=False)


def test_every_cut_is_refused() -> None:
    whole = pack(REQUEST)
    for length in range(len(whole)):
        with pytest.raises(FrameInvalid):
            unpack(whole[:length], SyncRequest)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_without_another_fault(junk: bytes) -> None:
    with pytest.raises(FrameInvalid):
        unpack(junk, SyncRequest)
    with pytest.raises(FrameInvalid):
        unpack(zstandard.ZstdCompressor().compress(junk), SyncReply)


def test_a_frame_that_unfolds_to_too_much_is_refused_unread() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(MAX_FRAME_BYTES + 1))
    assert len(bomb) < 4096
    with pytest.raises(FrameInvalid, match="is not taken"):
        unpack(bomb, SyncRequest)


def test_a_frame_that_hides_its_size_is_refused() -> None:
    hidden = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(1 << 20))
    with pytest.raises(FrameInvalid, match="is not taken"):
        unpack(hidden, SyncRequest)


def test_a_frame_that_is_too_large_as_it_comes_is_refused_unread() -> None:
    with pytest.raises(FrameInvalid, match="is over"):
        unpack(bytes(MAX_PACKED_BYTES + 1), SyncRequest)


def test_more_entries_or_days_than_a_frame_holds_are_refused() -> None:
    replace = msgspec.structs.replace
    full = replace(REQUEST, bodies=(b"",) * MAX_ENTRIES_A_FRAME)
    assert unpack(pack(full), SyncRequest) == full
    with pytest.raises(FrameInvalid, match="length <= 1000"):
        unpack(pack(replace(full, bodies=(b"",) * (MAX_ENTRIES_A_FRAME + 1))), SyncRequest)
    days = tuple(DayTally(str(day)) for day in range(MAX_TALLIES_A_FRAME + 1))
    assert unpack(pack(replace(REQUEST, tallies=days[:-1])), SyncRequest).tallies == days[:-1]
    with pytest.raises(FrameInvalid, match="length <= 1000"):
        unpack(pack(replace(REQUEST, tallies=days)), SyncRequest)


def test_a_message_nested_without_end_is_refused() -> None:
    nested = b"\x9d" + b"\x01" * 12 + b"\x91" * 200_000
    with pytest.raises(FrameInvalid):
        unpack(zstandard.ZstdCompressor().compress(nested), SyncRequest)


def test_frames_that_are_packed_at_once_do_not_garble_each_other() -> None:
    bodies = tuple(random.Random(number).randbytes(600) for number in range(1_000))
    frames = [msgspec.structs.replace(REQUEST, terminal=str(n), bodies=bodies) for n in range(60)]
    with ThreadPoolExecutor(8) as threads:
        packed_frames = list(threads.map(pack, frames))
    assert [unpack(one, SyncRequest) for one in packed_frames] == frames


REPLY = SyncReply(
    version=WIRE_VERSION,
    history_id="h",
    outcome=Outcome.ACCEPTED,
    head_seq=0,
    head_seal=b"",
    changes=(),
    cursor=0,
    more=False,
    server_time_ms=0,
)


def told(change: Change) -> dict[str, object]:
    return {"changes": (change,)}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("number", [2**53 + 1, 2**62, 2**63 - 1])
@pytest.mark.parametrize(
    "field",
    ["head_seq", "cursor", "server_time_ms", "rights_until_ms", "fork_seq"],
)
def test_a_reply_with_a_number_out_of_bounds_is_refused(field: str, number: int, sign: int) -> None:
    assert unpack(packed(REPLY), SyncReply) == REPLY
    with pytest.raises(FrameInvalid, match="Expected `int`"):
        unpack(packed(msgspec.structs.replace(REPLY, **{field: sign * number})), SyncReply)


@pytest.mark.parametrize(
    "part",
    [
        {"grants": (Grant(MAX_NUMBER + 1, 1),)},
        {"grants": (Grant(1, MAX_POINTS + 1),)},
        {"grants": (Grant(1, -1),)},
        {"recalls": (Recall("m", -1),)},
        {"recalls": (Recall("m", MAX_NUMBER + 1),)},
        {"refused": (Refused(-1, "why"),)},
        told(BalanceChange("m", MAX_NUMBER + 1, 0, 0, 0)),
        told(BalanceChange("m", 0, -MAX_NUMBER - 1, 0, 0)),
        told(BalanceChange("m", 0, 0, MAX_NUMBER + 1, 0)),
        told(BalanceChange("m", 0, 0, 0, MAX_NUMBER + 1)),
        told(BalanceChange("m", 0, 0, 0, 0, -MAX_NUMBER - 1)),
        told(BalanceChange("m", 0, 0, 0, 0, 0, (Holder("T", MAX_NUMBER + 1),))),
        told(VoucherChange("1", "m", MAX_AMOUNT_MINOR + 1, "PLN", 0, "issued")),
        told(VoucherChange("1", "m", 1, "PLN", MAX_MOMENT_MS + 1, "issued")),
        told(ProductChange("1", "Tea", MAX_AMOUNT_MINOR + 1)),
        told(TerminalChange("T", "B", ((MAX_NUMBER + 1, b"k" * 32),))),
        told(MemberChange(Member(member_id="m", card="m", enrolled_at_ms=MAX_MOMENT_MS + 1))),
        {"found": (BalanceChange("m", 2**63, 0, 0, 0),)},
    ],
)
def test_a_thing_that_is_told_with_a_number_out_of_bounds_is_refused(
    part: dict[str, object],
) -> None:
    with pytest.raises(FrameInvalid, match="Expected `int`"):
        unpack(packed(msgspec.structs.replace(REPLY, **part)), SyncReply)


def test_a_request_with_a_place_out_of_bounds_is_refused() -> None:
    replace = msgspec.structs.replace
    receipt = SignedHead("h", MAX_NUMBER + 1, b"", b"")
    for one in (replace(REQUEST, cursor=2**63), replace(REQUEST, receipt=receipt)):
        with pytest.raises(FrameInvalid, match="Expected `int`"):
            unpack(packed(one), SyncRequest)

"""Entries in columns: the same bytes come out, or they are not sent that way."""

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.errors import FrameInvalid
from loyalty.journal import Entry, encode_entry
from loyalty.wire import COMPRESSION_LEVEL, MAX_ENTRIES_A_FRAME, SyncRequest, pack, unpack
from loyalty.wire.columns import Columns, bodies_of, columns_of

TERMINAL, EPOCH = "KRK-1", 2


def _is_written(entry: Entry) -> bool:
    try:
        encode_entry(entry)
    except OverflowError:
        return False
    return True


INT64 = st.integers(-(2**63), 2**63 - 1)
ENTRIES = st.lists(
    st.builds(
        Entry,
        terminal=st.just(TERMINAL),
        epoch=st.just(EPOCH),
        seq=st.just(0),
        kind=st.sampled_from(["earn", "redeem", "star"]),
        member=st.text(max_size=5),
        points=INT64,
        amount_minor=INT64,
        receipt=st.text(max_size=5),
        programme=st.text(max_size=5),
        occurred_at_ms=st.integers(0, 2**62),
        recorded_at_ms=st.integers(0, 2**62),
        payload=st.dictionaries(st.text(max_size=3), st.integers() | st.lists(st.floats())),
        elapsed_ms=INT64,
    ).filter(_is_written),
    max_size=6,
)


def sale(seq: int, **changed: object) -> Entry:
    entry = Entry(
        terminal=TERMINAL,
        epoch=EPOCH,
        seq=seq,
        kind="earn",
        member="291234500000018",
        points=12,
        amount_minor=12_50,
        receipt=f"{TERMINAL}.{EPOCH}.{seq}",
        programme="classic@1",
        occurred_at_ms=1_750_000_000_000 + 41_000 * seq,
        recorded_at_ms=1_750_000_000_090 + 41_000 * seq,
        payload={"lines": [("SKU-0001", 1, 12_50)]},
        elapsed_ms=41_000,
    )
    return replace(entry, **changed)


def frame(bodies: tuple[bytes, ...], first_seq: int = 1, **said: object) -> SyncRequest:
    request = SyncRequest(
        version=2,
        terminal=TERMINAL,
        epoch=EPOCH,
        first_seq=first_seq,
        bodies=bodies,
        last_seal=b"",
        history_id="h",
        cursor=0,
        sent_at_ms=0,
        product_version="1",
        count=len(bodies),
        length=sum(map(len, bodies)),
    )
    return replace(request, **said)


SALES = tuple(encode_entry(sale(seq)) for seq in range(1, 301))


@given(entries=ENTRIES, first_seq=st.integers(1, 2**40))
def test_entries_come_out_as_they_were_written(entries: list[Entry], first_seq: int) -> None:
    bodies = [encode_entry(replace(entry, seq=seq)) for seq, entry in enumerate(entries, first_seq)]
    columns = columns_of(TERMINAL, EPOCH, first_seq, bodies)
    assert columns is not None
    assert bodies_of(TERMINAL, EPOCH, first_seq, columns) == tuple(bodies)


def test_a_head_office_that_reads_columns_is_sent_a_smaller_frame() -> None:
    request = frame(SALES)
    in_bodies, in_columns = pack(request), pack(request, spoken=2)
    assert unpack(in_bodies, SyncRequest) == unpack(in_columns, SyncRequest) == request
    assert len(in_columns) < 0.7 * len(in_bodies)


@pytest.mark.parametrize(
    "odd",
    [
        encode_entry(sale(2, terminal="WAW-1")),
        encode_entry(sale(2, epoch=3)),
        encode_entry(sale(4)),
        # Of a version with fewer fields, of one with more, and what is no entry.
        msgspec.msgpack.encode(msgspec.structs.astuple(sale(2))[:-1]),
        msgspec.msgpack.encode((*msgspec.structs.astuple(sale(2)), "a field to come")),
        encode_entry(sale(2))[:-1],
        b"\xd9\x05\xffabcd",
        b"",
        # The same value in more bytes than it needs.
        encode_entry(sale(2)).replace(b"\x0c", b"\xcc\x0c", 1),
    ],
)
def test_entries_that_would_come_out_otherwise_go_as_they_are(odd: bytes) -> None:
    bodies = (SALES[0], odd, SALES[2])
    assert columns_of(TERMINAL, EPOCH, 1, bodies) is None
    assert unpack(pack(frame(bodies), spoken=2), SyncRequest).bodies == bodies


def in_columns(changed: dict[str, object], **said: object) -> bytes:
    """A frame whose columns were `changed`, as it is on the wire."""
    columns = columns_of(TERMINAL, EPOCH, 1, SALES[:2])
    assert columns is not None
    request = replace(
        frame(SALES[:2]), columns=replace(columns, **changed), **{"bodies": (), **said}
    )
    return zstandard.compress(msgspec.msgpack.encode(request), COMPRESSION_LEVEL)


@pytest.mark.parametrize(
    "changed",
    [
        {"points": (1,)},
        {"recorded": (1, 2, 3)},
        {"kinds": ("earn",)},
        {"occurred": (2**63 - 1, 2**63 - 1)},
        {"recorded": (2**64 - 1, 2**64 - 1)},
        {"points": (1,) * (MAX_ENTRIES_A_FRAME + 1)},
    ],
)
def test_columns_that_do_not_fit_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(FrameInvalid):
        unpack(in_columns(changed), SyncRequest)


def test_columns_that_unfold_to_too_much_are_refused() -> None:
    with pytest.raises(FrameInvalid, match="unfolds to too much"):
        unpack(in_columns({}, terminal="K" * (5 << 20)), SyncRequest)

    with pytest.raises(FrameInvalid, match="unfolds to too much"):
        unpack(in_columns({}, terminal="\N{CUNEIFORM SIGN A}" * (5 << 18)), SyncRequest)


def test_a_frame_of_a_version_without_columns_has_none() -> None:
    with pytest.raises(FrameInvalid, match="not of its version"):
        unpack(in_columns({}, version=1), SyncRequest)


def test_a_frame_tells_its_entries_once() -> None:
    with pytest.raises(FrameInvalid, match="twice"):
        unpack(in_columns({}, bodies=SALES[:2]), SyncRequest)


def test_entries_that_would_unfold_to_too_much_go_as_they_are() -> None:
    terminal = "K" * (5 << 20)
    bodies = tuple(encode_entry(sale(seq, terminal=terminal)) for seq in (1, 2))
    assert columns_of(terminal, EPOCH, 1, bodies) is None


def test_a_frame_without_entries_has_no_columns() -> None:
    assert pack(frame(()), spoken=2) == pack(frame(()))


def test_nothing_is_nothing_in_columns() -> None:
    assert columns_of(TERMINAL, EPOCH, 1, ()) == Columns(*[()] * 10)

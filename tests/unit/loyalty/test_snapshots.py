"""Snapshots: what is written is read, and a byte that is missing, changed or added is found."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loyalty import snapshots
from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.bounds import MAX_MOMENT_MS, MAX_NUMBER
from loyalty.errors import FrameInvalid
from loyalty.identifiers import minted_card
from loyalty.members import MAX_SEGMENTS, Member
from loyalty.snapshot_columns import MAX_ROWS_A_PART, BalanceRows, ChangeRows, MemberRows
from loyalty.snapshots import (
    MAX_PACKED_RECORD_BYTES,
    MAX_RECORD_BYTES,
    SNAPSHOT_VERSION,
    SnapshotHead,
    SnapshotWriter,
    read_parts,
    snapshot_words,
    verified,
)
from loyalty.wire import (
    BalanceChange,
    Change,
    Holder,
    MemberChange,
    ProductChange,
    SumsChange,
    VoucherChange,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
HEAD = SnapshotHead(
    version=SNAPSHOT_VERSION,
    history_id="history-1",
    terminal="KRK-1",
    epoch=2,
    branch="KRK",
    cursor=7,
    mark="mark",
    members=3,
)
TEXTS = st.text(max_size=10)
IDS = st.one_of(TEXTS, st.integers(0, 99).map(lambda count: minted_card(7, count)))
POINTS = st.integers(-(2**40), 2**40)
MOMENTS = st.integers(0, MAX_MOMENT_MS)
AMOUNTS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR)
MEMBERS = st.builds(
    Member,
    member_id=IDS,
    card=IDS.filter(bool),
    name=TEXTS,
    phone=TEXTS,
    email=TEXTS,
    email_consent=st.booleans(),
    language=TEXTS,
    branch=TEXTS,
    enrolled_at_ms=MOMENTS,
    birthday=TEXTS,
    segments=st.lists(TEXTS, max_size=MAX_SEGMENTS).map(tuple),
    family=TEXTS,
)
HOLDERS = st.lists(st.builds(Holder, TEXTS, POINTS), max_size=3).map(tuple)
BALANCES = st.builds(BalanceChange, IDS, POINTS, POINTS, POINTS, POINTS, POINTS, HOLDERS)
OTHERS = st.one_of(
    st.builds(ProductChange, TEXTS, TEXTS, AMOUNTS),
    st.builds(SumsChange, IDS, st.dictionaries(TEXTS, POINTS, max_size=3)),
)
PARTS = st.one_of(
    st.lists(st.builds(MemberChange, MEMBERS), max_size=5),
    st.lists(BALANCES, max_size=5),
    st.lists(st.one_of(OTHERS, st.builds(MemberChange, MEMBERS), BALANCES), max_size=5),
)


def written(*parts: Sequence[Change], head: SnapshotHead = HEAD) -> bytes:
    writer = SnapshotWriter()
    return b"".join([writer.head(head), *map(writer.part, parts), writer.end(KEY)])


def in_chunks(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def record(kind: bytes, content: object, *, packed: bytes | None = None) -> bytes:
    raw = msgspec.msgpack.encode(content)
    body = zstandard.compress(raw) if packed is None else packed
    return kind + len(body).to_bytes(4, "big") + body


def test_a_small_snapshot_has_these_bytes() -> None:
    """The form is for ever: a till of another version reads it."""
    member = MemberChange(Member(member_id="2900007000000017", card="2900007000000017"))
    records = written([member])
    snapshot = verified([records], PUBLIC_KEY)
    assert (snapshot.head, snapshot.parts) == (HEAD, 1)
    assert snapshot.digest == hashlib.sha256(records[: records.rindex(b"E\0\0\0")]).digest()
    assert records[:1] == b"H"
    rows = zstandard.decompress(records[records.index(b"P") + 5 :])
    # A tag, then one array a column.
    assert rows == msgspec.msgpack.encode(
        [
            "members",
            [2900007000000017],
            [""],
            [""],
            [""],
            [""],
            [False],
            ["en"],
            [""],
            [0],
            *3 * [[]],
        ]
    )


@given(parts=st.lists(PARTS, max_size=4), size=st.integers(1, 300))
def test_what_is_written_is_read(parts: list[list[Change]], size: int) -> None:
    content = written(*parts)
    assert verified(in_chunks(content, size), PUBLIC_KEY).head == HEAD
    assert list(read_parts(in_chunks(content, size))) == [tuple(part) for part in parts]


@given(st.data())
def test_one_changed_byte_is_found(data: st.DataObject) -> None:
    content = bytearray(written([ProductChange("590", "Tea", 450)]))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FrameInvalid):
        verified([bytes(content)], PUBLIC_KEY)


def test_a_cut_or_a_longer_snapshot_is_found() -> None:
    content = written([ProductChange("590", "Tea", 450)])
    for length in range(len(content)):
        with pytest.raises(FrameInvalid):
            verified([content[:length]], PUBLIC_KEY)
    for more in (b"x", content, record(b"P", ChangeRows(()))):
        with pytest.raises(FrameInvalid):
            verified([content + more], PUBLIC_KEY)


def test_a_part_left_out_or_moved_is_found() -> None:
    writer = SnapshotWriter()
    head = writer.head(HEAD)
    first, second = (writer.part([ProductChange(code, "", 1)]) for code in "12")
    end = writer.end(KEY)
    for wrong in ([head, second, end], [head, second, first, end], [head, first, first, end]):
        with pytest.raises(FrameInvalid, match="not what its end says"):
            verified(wrong, PUBLIC_KEY)
    for wrong in ([first, end], [end], [head, head, end], []):
        with pytest.raises(FrameInvalid):
            verified(wrong, PUBLIC_KEY)


def test_only_the_own_head_office_is_believed() -> None:
    content = written()
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    for key in (stranger, b"", bytes(31)):
        with pytest.raises(FrameInvalid, match="not signed by the head office"):
            verified([content], key)


def test_what_is_signed_is_said_of_a_snapshot_alone() -> None:
    assert snapshot_words(1, b"d") == msgspec.msgpack.encode(("paragon snapshot", 1, b"d"))


def test_a_form_of_tomorrow_is_not_guessed_at() -> None:
    content = written(head=msgspec.structs.replace(HEAD, version=SNAPSHOT_VERSION + 1))
    with pytest.raises(FrameInvalid) as caught:
        verified([content], PUBLIC_KEY)
    assert caught.value.hint == "Update the till."


BOMB = zstandard.compress(bytes(MAX_RECORD_BYTES + 1))
NO_SIZE = zstandard.ZstdCompressor(write_content_size=False).compress(b"\xc0")


@pytest.mark.parametrize(
    "bad",
    [
        record(b"P", "no rows"),
        record(b"P", None, packed=b"no zstd"),
        record(b"P", None, packed=BOMB),
        record(b"P", None, packed=NO_SIZE),
        record(b"P", None, packed=zstandard.compress(b"\xd9\x01\xff")),
        record(b"P", MemberRows((1,), (), (), (), (), (), (), (), ())),
        record(b"P", BalanceRows((1, 2), (0,), (0,), (0,), (0,), (0,), ((),))),
        record(b"P", BalanceRows((-1,), (0,), (0,), (0,), (0,), (0,), ((),))),
        record(b"P", BalanceRows((10**16,), (0,), (0,), (0,), (0,), (0,), ((),))),
        record(b"P", BalanceRows((1,), (0,), (2**63,), (0,), (0,), (0,), ((),))),
        record(b"P", BalanceRows((1,), (4 * MAX_NUMBER,), (0,), (0,), (0,), (0,), ((),))),
        record(b"P", BalanceRows((1,), (0,), (0,), (0,), (0,), (-(2**62),), ((),))),
        record(b"P", MemberRows((1,), ("",), ("",), ("",), ("",), (False,), ("",), ("",), (-1,))),
        record(
            b"P", ["members", *([one, one] for one in (1, "", "", "", "", False, "", "", 2**44))]
        ),
        record(b"P", ChangeRows((ProductChange("", "", MAX_AMOUNT_MINOR + 1),))),
        record(b"P", ChangeRows((ProductChange("", "", 0),) * (MAX_ROWS_A_PART + 1))),
        b"P" + (MAX_PACKED_RECORD_BYTES + 1).to_bytes(4, "big"),
        b"X\0\0\0\0",
    ],
)
def test_bytes_that_are_no_part_are_refused(bad: bytes) -> None:
    writer = SnapshotWriter()
    with pytest.raises(FrameInvalid):
        list(read_parts([writer.head(HEAD) + bad + writer.end(KEY)]))


@pytest.mark.parametrize("bad", [b"\xc1", b"\x90", b"\x93\x01\xc4\x00\xd9\x01\xff"])
def test_a_head_or_end_that_is_none_is_refused(bad: bytes) -> None:
    packed = zstandard.compress(bad)
    writer = SnapshotWriter()
    for content in (
        record(b"H", None, packed=packed) + writer.end(KEY),
        writer.head(HEAD) + record(b"E", None, packed=packed),
    ):
        with pytest.raises(FrameInvalid):
            verified([content], PUBLIC_KEY)


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written(*[[ProductChange("1", "", 1)]] * 3)
    monkeypatch.setattr(snapshots, "MAX_PARTS", 4)
    with pytest.raises(FrameInvalid):
        verified([content], PUBLIC_KEY)


def test_a_part_too_large_for_a_record_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [ProductChange(str(code), "x" * 100, code) for code in range(7)]
    monkeypatch.setattr(snapshots, "MAX_RECORD_BYTES", 300)
    content = written(products)
    parts = list(read_parts([content]))
    assert [change for part in parts for change in part] == products
    assert len(parts) == 4
    assert verified([content], PUBLIC_KEY).head == HEAD


def test_a_million_members_would_be_small() -> None:
    """Bytes a member: cards minted in a row, a name, a balance."""
    rows = 2_000
    ids = [minted_card(1 + count // 500, count % 500) for count in range(rows)]
    names = ("Anna", "Jan", "Zofia", "Piotr", "Ewa", "Łukasz", "Olga")
    members: list[Any] = [
        MemberChange(
            Member(
                member_id=one,
                card=one,
                name=f"{names[place % 7]} {names[place * 31 % 5]}{place * 7919 % 97}",
                language="pl",
                branch="KRK",
                enrolled_at_ms=1_700_000_000_000 + place * 86_413_777,
            )
        )
        for place, one in enumerate(ids)
    ]
    balances = [
        BalanceChange(one, 37 * place % 500, 37 * place % 5_000, 0, 0, 37 * place % 500)
        for place, one in enumerate(ids)
    ]
    vouchers = [VoucherChange("T.1.1", ids[0], 500, "PLN", 1, "issued")]
    assert len(written(members, balances, vouchers)) < 40 * rows

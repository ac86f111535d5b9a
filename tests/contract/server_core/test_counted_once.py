"""Entries of a till and those that were written again for them: each thing counts once."""

import tracemalloc

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from loyalty.journal import (
    EARN,
    REDEEM,
    RIGHTS_RELEASE,
    VOUCHER_ISSUED,
    Entry,
    decode_entry,
    encode_entry,
)
from loyalty.wire import COUNTS_ALREADY
from sync_server.terminals import counted_once
from sync_server.terminals.counted_once import MAX_NEARBY, NEARBY, spans_about
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal, rows


def written_again(entry: Entry, into: Journal, **changed: object) -> None:
    """As a till does that goes on in a journal of its own."""
    salvaged = {"salvaged": [entry.epoch, entry.seq]} | entry.payload
    moved = {"epoch": into.epoch, "seq": into.next_seq, "elapsed_ms": 0, "payload": salvaged}
    into.bodies.append(encode_entry(replace(entry, **{**moved, **changed})))


def counted(engine: Engine) -> list[tuple[int, int]]:
    return sorted((row["epoch"], row["seq"]) for row in rows(engine, "entries"))


def points(engine: Engine) -> int:
    return sum(row["points"] for row in rows(engine, "standings"))


def branches() -> tuple[Journal, Journal]:
    """A journal, and the one that its last two sales were written again in, between others."""
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    first.sale("anna", 1)
    hidden = [first.sale("anna", 10), first.sale("", 3)]
    written_again(hidden[0], second, recorded_at_ms=hidden[0].recorded_at_ms + 7)
    second.sale("anna", 100)
    written_again(hidden[1], second)
    return first, second


def test_what_is_held_under_its_first_number_does_not_count_again(
    engine: Engine, ingest: Ingest
) -> None:
    first, second = branches()
    ingest.take(first.frame())
    taken = ingest.take(second.frame())
    told = [(refused.seq, refused.reason) for refused in taken.refused]
    assert told == [
        (1, f"{COUNTS_ALREADY}, as entry 2 of journal 1"),
        (3, f"{COUNTS_ALREADY}, as entry 3 of journal 1"),
    ]
    assert ingest.take(second.frame()).refused == taken.refused
    assert taken.head.seq == 3
    assert counted(engine) == [(1, 1), (1, 2), (1, 3), (2, 2)]
    assert points(engine) == 111


def test_what_was_written_again_and_came_first_is_what_counts(
    engine: Engine, ingest: Ingest
) -> None:
    first, second = branches()
    ingest.take(second.frame())
    told = [refused.seq for refused in ingest.take(first.frame()).refused]
    assert told == [2, 3]
    assert counted(engine) == [(1, 1), (2, 1), (2, 2), (2, 3)]
    assert points(engine) == 111


def test_two_journals_that_the_same_was_written_again_in(engine: Engine, ingest: Ingest) -> None:
    hidden = Journal("KRK-1", epoch=1).sale("anna", 10)
    for epoch in (3, 2):
        own = Journal("KRK-1", epoch)
        written_again(hidden, own)
        written_again(hidden, own)
        ingest.take(own.frame())
    assert counted(engine) == [(3, 1)]
    assert points(engine) == 10


@pytest.mark.parametrize("salvaged", [None, [1], [1, "2"], [0, 2], [1, 2**64 - 1], [1.5, 2]])
def test_a_place_that_is_none_is_no_place(engine: Engine, ingest: Ingest, salvaged: object) -> None:
    first, _ = branches()
    ingest.take(first.frame())
    strange = Journal("KRK-1", epoch=3)
    strange.sale("anna", 10, payload={"salvaged": salvaged})
    assert ingest.take(strange.frame()).refused == ()
    assert points(engine) == 21


def test_another_branch_under_the_same_number_counts_beside_it(
    engine: Engine, ingest: Ingest
) -> None:
    """Two copies sold under one number, and rights move in both journals."""
    held, copy, own = (Journal("KRK-1", epoch) for epoch in (1, 1, 2))
    held.sale("anna", 10)
    written_again(copy.sale("anna", 10, receipt="another"), own)
    for journal in (held, own):
        journal.add(RIGHTS_RELEASE, "anna", payload={"points": 1})
        assert ingest.take(journal.frame()).refused == ()
    assert points(engine) == 20


HELD = 300
LARGE_BYTES = 20_000
GREATEST = 2**63 - 1


@pytest.mark.parametrize(
    "salvaged",
    [[1, GREATEST], [1, GREATEST - NEARBY + 1], [GREATEST, 1], [GREATEST, GREATEST], [True, True]],
)
def test_a_place_that_no_journal_reaches_stops_nothing(
    engine: Engine, ingest: Ingest, salvaged: object
) -> None:
    first, _ = branches()
    ingest.take(first.frame())
    forged = Journal("KRK-1", epoch=2)
    forged.sale("anna", 50, payload={"salvaged": salvaged})
    forged.sale("anna", 5)
    taken = ingest.take(forged.frame())
    assert (taken.head.seq, taken.refused) == (2, ())
    assert points(engine) == 11 + 55


ODD_MAPS = {
    "integers": b"\x82\x01\x01\x02\x02",
    "an integer beside text": b"\x82\x01\x01\xa1a\x02",
    "nil": b"\x81\xc0\x01",
    "bytes": b"\x81\xc4\x01a\x01",
    "an array": b"\x81\x91\x01\x01",
    "no number, twice": b"\x82" + b"\xcb\x7f\xf8\0\0\0\0\0\0\x01" * 2,
    "a moment": b"\x81\xd6\xff\x00\x00\x00\x01\x01",
}
"""Maps in MessagePack whose keys are no text: they are read, and are not encoded again."""


@pytest.mark.parametrize("odd", ODD_MAPS.values(), ids=ODD_MAPS.keys())
def test_what_no_till_can_write_again_is_like_no_other(
    engine: Engine, ingest: Ingest, odd: bytes
) -> None:
    """Neither where it is held nor where it arrives does it stop what is about it."""
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    hidden = first.sale("anna", 10)
    strange = first.add(EARN, "anna", 1, receipt=hidden.receipt)
    first.bodies[-1] = odd_body(strange, {"odd": msgspec.Raw(odd)})
    written_again(hidden, second)
    moved = replace(strange, epoch=2, seq=second.next_seq)
    second.bodies.append(odd_body(moved, {"odd": msgspec.Raw(odd), "salvaged": [1, 2]}))
    second.sale("anna", 100)
    assert ingest.take(first.frame()).refused == ()
    taken = ingest.take(second.frame())
    assert [(one.seq, one.reason) for one in taken.refused] == [
        (1, f"{COUNTS_ALREADY}, as entry 1 of journal 1")
    ]
    assert taken.head.seq == 3
    assert points(engine) == 10 + 1 + 1 + 100


def odd_body(entry: Entry, payload: dict[str, object]) -> bytes:
    return msgspec.msgpack.encode(replace(entry, payload=payload))


def test_a_receipt_with_a_part_that_is_like_no_other_is_another(
    engine: Engine, ingest: Ingest
) -> None:
    """Its number was changed as well, so that nothing but the receipt could tell it."""
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    for journal in (first, second):
        sold = journal.sale("anna", 10, receipt="R", occurred_at_ms=9)
        strange = journal.add(EARN, "anna", 1, receipt="R", occurred_at_ms=9)
        journal.bodies[-1] = odd_body(strange, {"odd": msgspec.Raw(ODD_MAPS["integers"])})
    second.bodies[0] = encode_entry(replace(sold, payload={"salvaged": [1, 7]} | sold.payload))
    ingest.take(first.frame())
    assert ingest.take(second.frame()).refused == ()
    assert points(engine) == 22


def test_how_deep_a_payload_is_stops_nothing(engine: Engine, ingest: Ingest) -> None:
    """What was read where little was under way may be too deep to be read where more is."""
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    for depth in range(1, 1_000):
        nested = msgspec.Raw(b"\x91" * depth + b"\x90")
        first.bodies.append(odd_body(_plain(first), {"deep": nested}))
        second.bodies.append(odd_body(_plain(second), {"deep": nested, "salvaged": [1, depth]}))
    held = ingest.take(first.frame())
    assert 0 < len(held.refused) < 900
    taken = ingest.take(second.frame())
    assert taken.head.seq == 999
    assert sum(one.reason.startswith(COUNTS_ALREADY) for one in taken.refused) > 100
    second.sale("anna", 5)
    assert ingest.take(second.frame(1_000)).head.seq == 1_000


def _plain(journal: Journal) -> Entry:
    """The entry that would be next, in a journal that shares its moments with its copies."""
    return replace(Journal(journal.terminal, journal.epoch).sale("", 1), seq=journal.next_seq)


def test_only_what_is_about_each_number_is_read() -> None:
    assert spans_about([]) == []
    assert spans_about([(1, 5_000)]) == [(1, 5_000 - NEARBY, 5_000 + NEARBY)]
    assert spans_about([(1, 60_000), (1, 1)]) == [
        (1, 1, 1 + NEARBY),
        (1, 60_000 - NEARBY, 60_000 + NEARBY),
    ]
    touching = [(1, NEARBY + 1), (1, 3 * NEARBY + 2), (2, 4 * NEARBY)]
    assert spans_about(touching) == [(1, 1, 4 * NEARBY + 2), (2, 3 * NEARBY, 5 * NEARBY)]
    assert spans_about([(1, GREATEST)]) == [(1, GREATEST - NEARBY, GREATEST)]


def test_of_numbers_far_from_each_other_nothing_is_read_but_themselves() -> None:
    """However many a frame may hold, and of however many journals."""
    far = [(epoch, 10_000 * number) for epoch in range(1, 11) for number in range(1, 101)]
    assert spans_about(far) == [(epoch, seq, seq) for epoch, seq in far]
    beside = [(epoch, seq + 1) for epoch, seq in far]
    assert spans_about([*beside, *far]) == [(epoch, seq, seq + 1) for epoch, seq in far]
    few = [(1, 10_000 * number) for number in range(1, MAX_NEARBY // (2 * NEARBY + 1) + 1)]
    assert [last - first for _, first, last in spans_about(few)] == [2 * NEARBY] * len(few)


def test_what_stands_far_from_each_other_does_not_count_again(
    engine: Engine, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_once, "MAX_NEARBY", 0)
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    sold = [first.sale("anna", 1) for _ in range(9)]
    for entry in (sold[8], sold[0], sold[1]):
        written_again(entry, second)
    ingest.take(first.frame())
    assert [one.seq for one in ingest.take(second.frame()).refused] == [1, 2, 3]
    assert points(engine) == 9


@pytest.mark.parametrize("where", ["places", "moments"])
def test_what_is_compared_with_is_not_in_memory_at_once(
    engine: Engine, ingest: Ingest, where: str
) -> None:
    """Large entries, all of one receipt and moment, and two forged ones that have them all read."""
    first, second = Journal("KRK-1", epoch=1), Journal("KRK-1", epoch=2)
    held, forged = (first, second) if where == "places" else (second, first)
    common = {"receipt": "R", "occurred_at_ms": 9}
    for seq in range(1, HELD + 1):
        large = {"salvaged": [1, 5_000 + seq], "note": "x" * LARGE_BYTES}
        held.add(EARN, "anna", 1, payload=large, **common)
    for seq in (1, HELD):
        forged.add(EARN, "anna", 1, payload={"salvaged": [1, seq]}, **common)
    assert ingest.take(held.frame()).refused == ()
    frame = forged.frame()
    tracemalloc.start()
    try:
        taken = ingest.take(frame)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (taken.head.seq, taken.refused) == (2, ())
    assert peak_bytes < HELD * LARGE_BYTES / 2


def sealed_anew(journal: Journal, without: int) -> Journal:
    """What somebody makes of `journal` who takes an entry out and knows how it is sealed."""
    left = [decode_entry(body) for body in journal.bodies]
    del left[without - 1]
    other = Journal(journal.terminal, journal.epoch)
    other.bodies = [encode_entry(replace(one, seq=seq)) for seq, one in enumerate(left, 1)]
    return other


@pytest.mark.parametrize("first_told", [1, 2])
def test_what_stood_behind_an_entry_that_was_taken_out_does_not_count_again(
    engine: Engine, ingest: Ingest, first_told: int
) -> None:
    whole = Journal("KRK-1", epoch=1)
    whole.sale("anna", 700)
    whole.sale("anna", 5)
    whole.sale("bob", 3)
    whole.reward("anna")
    whole.goods_return("anna", 20)
    short, own = sealed_anew(whole, without=2), Journal("KRK-1", epoch=2)
    for body in short.bodies[1:]:
        written_again(decode_entry(body), own)
    own.sale("bob", 11)
    journals = (whole, own) if first_told == 1 else (own, whole)
    told = [ingest.take(journal.frame()).refused for journal in journals]
    assert told[0] == ()
    assert all(refused.reason.startswith(COUNTS_ALREADY) for refused in told[1])
    assert [one.seq for one in told[1]] == ([1, 2, 3, 4] if first_told == 1 else [3, 4, 5, 6])
    assert points(engine) == 700 + 5 + 3 - 500 - 20 + 11


def test_a_receipt_that_was_given_again_with_another_voucher_is_another(
    engine: Engine, ingest: Ingest
) -> None:
    """The copy's voucher is out on paper, so what was redeemed for it counts as well."""
    held, copy, own = (Journal("KRK-1", epoch) for epoch in (1, 1, 2))
    for journal in (held, copy):
        journal.sale("anna", 1_000)
    copy.sale("bob", 1)
    for journal in (held, copy):
        journal.add(REDEEM, "anna", -500, receipt="R", occurred_at_ms=9)
        number = f"KRK-1.1.{journal.next_seq}"
        facts = {"number": number, "amount_minor": 5, "currency": "GBP", "expires_at_ms": 10}
        journal.add(VOUCHER_ISSUED, "anna", receipt="R", occurred_at_ms=9, payload=facts)
    for body in copy.bodies[1:]:
        written_again(decode_entry(body), own)
    ingest.take(held.frame())
    assert ingest.take(own.frame()).refused == ()
    assert points(engine) == 1

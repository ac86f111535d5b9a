"""Entries of a till and those that were written again for them: each thing counts once."""

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from loyalty.journal import (
    REDEEM,
    RIGHTS_RELEASE,
    VOUCHER_ISSUED,
    Entry,
    decode_entry,
    encode_entry,
)
from loyalty.wire import COUNTS_ALREADY
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

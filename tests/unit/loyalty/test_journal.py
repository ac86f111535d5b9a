"""The journal's chain: nothing in the middle can be changed without being found."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.errors import EntryInvalid
from loyalty.journal import (
    EARN,
    ENROL,
    KINDS,
    REDEEM,
    Entry,
    Finding,
    Sealed,
    decode_entry,
    encode_entry,
    sealed_chain,
    verify_chain,
)

TERMINAL = "KRK-1"
EPOCH = 1

TEXTS = st.text(max_size=12)
NUMBERS = st.integers(-(2**53), 2**53)
PAYLOADS = st.dictionaries(
    TEXTS,
    st.recursive(NUMBERS | TEXTS | st.none(), lambda inner: st.lists(inner, max_size=3)),
    max_size=4,
)
DRAFTS = st.tuples(st.sampled_from([*sorted(KINDS), "tier"]), TEXTS, NUMBERS, NUMBERS, PAYLOADS)
JOURNALS = st.lists(DRAFTS, min_size=3, max_size=8)

Draft = tuple[str, str, int, int, dict[str, object]]


def entries_of(drafts: list[Draft]) -> list[Entry]:
    return [
        Entry(
            terminal=TERMINAL,
            epoch=EPOCH,
            seq=seq,
            kind=kind,
            member=member,
            points=points,
            amount_minor=amount_minor,
            receipt=f"R{seq}",
            programme="classic@1",
            occurred_at_ms=seq,
            recorded_at_ms=seq,
            payload=payload,
        )
        for seq, (kind, member, points, amount_minor, payload) in enumerate(drafts, 1)
    ]


def chain_of(drafts: list[Draft]) -> list[Sealed]:
    return list(sealed_chain(TERMINAL, EPOCH, map(encode_entry, entries_of(drafts))))


def findings(kept: list[Sealed]) -> list[Finding]:
    return list(verify_chain(TERMINAL, EPOCH, kept))


@given(JOURNALS)
def test_a_journal_as_written_holds(drafts: list[Draft]) -> None:
    chain = chain_of(drafts)
    assert [row.seq for row in chain] == list(range(1, len(drafts) + 1))
    assert findings(chain) == []
    assert [decode_entry(row.body) for row in chain] == entries_of(drafts)


@given(JOURNALS, st.data())
def test_any_changed_byte_is_found_at_its_entry(drafts: list[Draft], data: st.DataObject) -> None:
    chain = chain_of(drafts)
    at = data.draw(st.integers(0, len(chain) - 1))
    row = chain[at]
    place = data.draw(st.integers(0, len(row.body) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    body = row.body[:place] + bytes([row.body[place] ^ bit]) + row.body[place + 1 :]
    chain[at] = Sealed(row.seq, body, row.seal)
    assert Finding(row.seq, "its bytes or the entry before it were changed") in findings(chain)


@given(JOURNALS, st.data())
def test_a_changed_seal_is_found(drafts: list[Draft], data: st.DataObject) -> None:
    chain = chain_of(drafts)
    at = data.draw(st.integers(0, len(chain) - 1))
    seal = bytes([chain[at].seal[0] ^ 1]) + chain[at].seal[1:]
    chain[at] = Sealed(chain[at].seq, chain[at].body, seal)
    assert findings(chain)[0].seq == at + 1


@given(JOURNALS, st.data())
def test_an_entry_taken_out_is_named(drafts: list[Draft], data: st.DataObject) -> None:
    chain = chain_of(drafts)
    at = data.draw(st.integers(0, len(chain) - 2))
    del chain[at]
    assert findings(chain) == [Finding(at + 2, f"entry {at + 1} is missing")]


@given(JOURNALS, st.data())
def test_an_entry_taken_out_and_the_rest_renumbered_is_found(
    drafts: list[Draft], data: st.DataObject
) -> None:
    chain = chain_of(drafts)
    at = data.draw(st.integers(0, len(chain) - 2))
    kept = chain[:at] + chain[at + 1 :]
    moved = [Sealed(seq, row.body, row.seal) for seq, row in enumerate(kept, 1)]
    assert findings(moved)[0].seq == at + 1


@given(JOURNALS, st.data())
def test_an_entry_put_in_is_found(drafts: list[Draft], data: st.DataObject) -> None:
    chain = chain_of(drafts)
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = Sealed(at + 1, encode_entry(entries_of(drafts)[at]), b"\x00" * 32)
    rows = [*chain[:at], forged, *chain[at:]]
    renumbered = [Sealed(seq, row.body, row.seal) for seq, row in enumerate(rows, 1)]
    assert findings(renumbered)[0].seq == at + 1
    assert findings(rows)


@given(JOURNALS, st.data())
def test_two_entries_swapped_are_found(drafts: list[Draft], data: st.DataObject) -> None:
    chain = chain_of(drafts)
    one = data.draw(st.integers(0, len(chain) - 1))
    other = data.draw(st.integers(0, len(chain) - 1))
    assume(one != other)
    chain[one], chain[other] = chain[other], chain[one]
    assert findings(chain)
    renumbered = [Sealed(seq, row.body, row.seal) for seq, row in enumerate(chain, 1)]
    assert findings(renumbered)


@given(JOURNALS)
def test_the_journal_of_another_terminal_or_epoch_does_not_pass(drafts: list[Draft]) -> None:
    chain = chain_of(drafts)
    assert list(verify_chain("KRK-2", EPOCH, chain))
    assert list(verify_chain(TERMINAL, EPOCH + 1, chain))


def test_sealed_bytes_that_are_no_entry_are_named() -> None:
    chain = list(sealed_chain(TERMINAL, EPOCH, [b"\x00"]))
    assert len(findings(chain)) == 1
    assert "no journal entry" in findings(chain)[0].what


def test_each_broken_place_is_named_once() -> None:
    chain = chain_of([(EARN, "m", 1, 100, {})] * 9)
    chain[3] = Sealed(4, encode_entry(entries_of([(REDEEM, "x", 0, 0, {})] * 9)[3]), chain[3].seal)
    del chain[6]
    assert [finding.seq for finding in findings(chain)] == [4, 8]


@given(DRAFTS, st.lists(NUMBERS | TEXTS, min_size=1, max_size=3))
def test_fields_of_a_newer_version_pass_unread(draft: Draft, added: list[object]) -> None:
    entry = entries_of([draft])[0]
    fields = msgspec.msgpack.decode(encode_entry(entry))
    assert decode_entry(msgspec.msgpack.encode([*fields, *added])) == entry


@given(DRAFTS)
def test_the_same_entry_has_the_same_bytes(draft: Draft) -> None:
    kind, member, points, amount_minor, payload = draft
    turned = dict(reversed(payload.items()))
    one = entries_of([draft])[0]
    other = entries_of([(kind, member, points, amount_minor, turned)])[0]
    assert encode_entry(one) == encode_entry(other)


@given(st.binary(max_size=64))
def test_bytes_by_chance_are_refused(body: bytes) -> None:
    with pytest.raises(EntryInvalid, match="no journal entry"):
        decode_entry(body)


def test_bytes_nested_without_end_are_refused() -> None:
    entry = entries_of([(ENROL, "m", 0, 0, {})])[0]
    fields = msgspec.msgpack.encode(entry)[:-1]
    with pytest.raises(EntryInvalid):
        decode_entry(fields + b"\x81\xa1a" + b"\x91" * 100_000 + b"\x00")

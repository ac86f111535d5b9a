"""Continuing a chain: the one decision that sync stands on, tried on every kind of frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.errors import FrameInvalid
from loyalty.journal import first_seal, next_seal
from loyalty.wire import Outcome
from sync_server.terminals.chain import Continuation, Head, continue_chain

bodies_of_a_journal = st.lists(st.binary(max_size=8), min_size=1, max_size=12)


def seals(bodies: list[bytes]) -> list[bytes]:
    """The seals of a journal; place 0 is the one before its first entry."""
    found = [first_seal("KRK-1", 1)]
    for body in bodies:
        found.append(next_seal(found[-1], body))
    return found


def sent(bodies: list[bytes], head_seq: int, first: int, last: int) -> Continuation:
    """Entries `first` to `last` of a journal whose first `head_seq` are held."""
    chain = seals(bodies)
    held = dict(enumerate(bodies[:head_seq], 1))
    return continue_chain(
        Head(head_seq, chain[head_seq]), held, first, bodies[first - 1 : last], chain[last]
    )


@given(bodies_of_a_journal, st.data())
def test_any_frame_that_touches_the_head_is_continued(
    bodies: list[bytes], data: st.DataObject
) -> None:
    head_seq = data.draw(st.integers(0, len(bodies)))
    first = data.draw(st.integers(1, head_seq + 1))
    last = data.draw(st.integers(first - 1, len(bodies)))
    found = sent(bodies, head_seq, first, last)
    assert found.outcome is Outcome.ACCEPTED
    assert [entry.seq for entry in found.fresh] == list(range(head_seq + 1, last + 1))
    assert found.head == Head(max(head_seq, last), seals(bodies)[max(head_seq, last)])
    assert found.evidence == ()


@given(bodies_of_a_journal, st.data())
def test_a_gap_is_behind_and_takes_nothing(bodies: list[bytes], data: st.DataObject) -> None:
    head_seq = data.draw(st.integers(0, len(bodies) - 1))
    first = data.draw(st.integers(head_seq + 2, len(bodies) + 1))
    found = sent(bodies, head_seq, first, len(bodies))
    assert found == Continuation(Outcome.BEHIND, Head(head_seq, seals(bodies)[head_seq]))


@given(bodies_of_a_journal, st.data())
def test_one_other_byte_under_a_held_number_is_a_fork(
    bodies: list[bytes], data: st.DataObject
) -> None:
    changed = data.draw(st.integers(1, len(bodies)))
    other = [*bodies]
    other[changed - 1] += b"!"
    head = Head(len(bodies), seals(bodies)[-1])
    found = continue_chain(head, dict(enumerate(bodies, 1)), 1, other, seals(other)[-1])
    assert (found.outcome, found.head, found.fresh) == (Outcome.FORKED, head, ())
    assert [entry.seq for entry in found.evidence] == list(range(changed, len(bodies) + 1))


@given(bodies_of_a_journal, st.data())
def test_new_entries_must_come_to_the_seal(bodies: list[bytes], data: st.DataObject) -> None:
    damaged = [*bodies]
    damaged[data.draw(st.integers(0, len(bodies) - 1))] += b"!"
    with pytest.raises(FrameInvalid, match="paragon ledger verify"):
        continue_chain(Head(0, first_seal("KRK-1", 1)), {}, 1, damaged, seals(bodies)[-1])


def test_an_empty_frame_from_a_till_that_lost_its_end_is_answered_with_the_head() -> None:
    found = sent([b"a", b"b", b"c"], 3, 2, 1)
    assert (found.outcome, found.head.seq) == (Outcome.ACCEPTED, 3)

"""Balances are sums: whatever the order, whatever the kinds."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.balances import NO_BALANCE, Balance, after, fold
from loyalty.journal import EARN, KINDS, REDEEM, REVERSE, Entry

MEMBERS = st.sampled_from(["", "a", "b", "c"])
ENTRIES = st.builds(
    Entry,
    terminal=st.just("T"),
    epoch=st.just(1),
    seq=st.integers(1, 100),
    kind=st.sampled_from([*sorted(KINDS), "tier"]),
    member=MEMBERS,
    points=st.integers(-1000, 1000),
    amount_minor=st.integers(-1000, 1000),
    receipt=st.just("R"),
    programme=st.just("classic@1"),
    occurred_at_ms=st.just(0),
    recorded_at_ms=st.just(0),
    payload=st.just({}),
)


@given(st.lists(ENTRIES))
def test_the_fold_is_the_sum(entries: list[Entry]) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.member] += entry.points
    folded = fold(entries)
    assert "" not in folded
    assert {member: balance.points for member, balance in folded.items()} == {
        member: sums[member] for member in sums if member
    }


@given(st.lists(ENTRIES))
def test_the_order_of_entries_does_not_matter(entries: list[Entry]) -> None:
    shuffled = sorted(entries, key=lambda entry: (entry.points, entry.kind, entry.seq))
    assert fold(shuffled) == fold(entries)


@given(st.lists(ENTRIES.filter(lambda entry: entry.kind in {EARN, REVERSE, REDEEM})))
def test_points_are_what_they_are_made_of(entries: list[Entry]) -> None:
    for balance in fold(entries).values():
        assert balance.points == balance.earned - balance.clawed_back - balance.redeemed


@given(ENTRIES.filter(lambda entry: entry.kind == "tier" and entry.points != 0))
def test_a_kind_of_a_newer_version_counts_in_the_total_alone(entry: Entry) -> None:
    assert after(NO_BALANCE, entry) == Balance(points=entry.points)


@given(ENTRIES.map(lambda entry: replace(entry, points=0)))
def test_an_entry_without_points_leaves_the_balance(entry: Entry) -> None:
    before = Balance(3, 5, 1, 1)
    assert after(before, entry) == before


@given(ENTRIES, st.integers(1, 1000))
def test_what_is_earned_and_taken_back_is_nothing(entry: Entry, points: int) -> None:
    earned = replace(entry, member="a", kind=EARN, points=points)
    taken = replace(entry, member="a", kind=REVERSE, points=-points)
    assert fold([earned, taken])["a"] == Balance(0, points, points, 0)

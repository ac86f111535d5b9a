"""Balances are sums: whatever the order, whatever the kinds."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.balances import NO_BALANCE, Balance, after, fold
from loyalty.journal import EARN, GIFT, KINDS, REDEEM, REVERSE, WALLET, Entry

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


def entry_of(points: int) -> Entry:
    return Entry(
        terminal="T",
        epoch=1,
        seq=1,
        kind=WALLET,
        member="a/stamps",
        points=points,
        amount_minor=0,
        receipt="R",
        programme="classic@1",
        occurred_at_ms=0,
        recorded_at_ms=0,
        payload={},
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


@given(
    st.lists(
        st.builds(
            lambda entry, kind: replace(entry, kind=kind),
            ENTRIES,
            st.sampled_from([EARN, REVERSE, REDEEM, WALLET]),
        )
    )
)
def test_points_are_what_they_are_made_of(entries: list[Entry]) -> None:
    for balance in fold(entries).values():
        assert balance.points == balance.earned - balance.clawed_back - balance.redeemed


def test_another_wallet_is_earned_and_taken_back_like_the_main_one() -> None:
    filled = entry_of(5)
    assert fold([filled, entry_of(-2)])[filled.member] == Balance(3, earned=5, clawed_back=2)


def test_a_gift_card_is_paid_in_and_pays() -> None:
    entries = [replace(entry_of(points), kind=GIFT, member="GIFT/T.1.1") for points in (50, -20)]
    assert fold(entries)["GIFT/T.1.1"] == Balance(30, earned=50, redeemed=20)


@given(ENTRIES.filter(lambda entry: entry.points != 0).map(lambda one: replace(one, kind="tier")))
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

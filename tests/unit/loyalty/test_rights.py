"""Rights: folded from entries; what may be spent never passes balance or rights."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.journal import EARN, RIGHTS_GRANT, RIGHTS_RELEASE, Entry
from loyalty.rights import (
    NO_RIGHTS,
    Rights,
    fold_rights,
    points_of,
    releasable,
    rights_after,
    spendable,
    voucher_of,
)

POINTS = st.integers(-1_000, 1_000)


def entry(kind: str, *, member: str = "m1", seq: int = 1, **payload: Any) -> Entry:
    return Entry(
        terminal="T1",
        epoch=1,
        seq=seq,
        kind=kind,
        member=member,
        points=7 if kind == EARN else 0,
        amount_minor=0,
        receipt="",
        programme="classic@1",
        occurred_at_ms=0,
        recorded_at_ms=0,
        payload=payload,
    )


def test_grants_and_releases_are_summed_by_member() -> None:
    entries = [
        entry(RIGHTS_GRANT, draw=1, points=300),
        entry(RIGHTS_GRANT, draw=2, points=50, member="m2"),
        entry(EARN),
        entry(RIGHTS_RELEASE, points=120),
        entry(RIGHTS_GRANT, draw=3, points=1),
        entry(RIGHTS_RELEASE, points=9, member=""),
    ]
    assert fold_rights(entries) == {"m1": Rights(301, 120), "m2": Rights(50, 0)}


def test_entries_of_vouchers_and_other_kinds_move_no_points() -> None:
    held = Rights(10, 4)
    assert rights_after(held, entry(EARN, points=5)) == held
    assert rights_after(held, entry(RIGHTS_GRANT, draw=1, voucher="T1.1.3")) == held
    assert rights_after(held, entry(RIGHTS_RELEASE, voucher="T1.1.3")) == held
    assert fold_rights([entry(RIGHTS_RELEASE, voucher="T1.1.3")]) == {"m1": NO_RIGHTS}


def test_what_an_entry_moves_is_read_with_care() -> None:
    assert points_of(entry(RIGHTS_GRANT, points=3)) == 3
    assert points_of(entry(RIGHTS_GRANT, points="many")) == 0
    assert voucher_of(entry(RIGHTS_GRANT, voucher="T1.1.3")) == "T1.1.3"
    assert voucher_of(entry(RIGHTS_GRANT, voucher=3)) == ""
    assert voucher_of(entry(RIGHTS_GRANT)) == ""


@pytest.mark.parametrize(
    ("balance", "held", "overdraft", "safe"),
    [
        (500, 120, 0, 120),
        (500, 600, 0, 500),
        (500, 120, 100, 220),
        (500, -50, 0, 0),
        (500, -50, 100, 50),
        (-20, 120, 0, 0),
        (80, 60, 500, 80),
    ],
)
def test_what_may_be_spent(balance: int, held: int, overdraft: int, safe: int) -> None:
    assert spendable(balance, held, overdraft) == safe


@given(POINTS, POINTS, st.integers(0, 500))
def test_never_more_than_the_balance_or_the_rights(balance: int, held: int, over: int) -> None:
    safe = spendable(balance, held, over)
    assert 0 <= safe <= max(balance, 0)
    assert safe <= max(held + over, 0)


@pytest.mark.parametrize(
    ("points", "held", "counting"), [(5, 9, 5), (9, 5, 5), (9, 0, 0), (9, -4, 0)]
)
def test_no_more_is_given_back_than_was_held(points: int, held: int, counting: int) -> None:
    assert releasable(points, held) == counting

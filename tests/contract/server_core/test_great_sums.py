"""Entries of forged sizes: what would bring a member's sums beyond their bounds does not count."""

import pytest
from sqlalchemy import Engine

from loyalty.bounds import MAX_NUMBER, MAX_POINTS
from loyalty.journal import EARN
from loyalty.wire import Outcome
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading
from sync_server.terminals.great_sums import LARGE_POINTS, MAX_STANDING
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ZONE, Journal, rows

TO_THE_BOUND = MAX_STANDING // MAX_POINTS


def standing_of(engine: Engine, member: str) -> dict[str, int]:
    (row,) = [row for row in rows(engine, "standings") if row["member_id"] == member]
    return row


def holds(engine: Engine) -> bool:
    with reading(engine) as connection:
        return list(verify_books(connection, ZONE)) == []


def test_what_would_bring_a_balance_beyond_its_bounds_is_refused_and_stops_nothing(
    engine: Engine, ingest: Ingest
) -> None:
    forger, other = Journal("KRK-1"), Journal("WAW-1")
    for _ in range(TO_THE_BOUND + 3):
        forger.add(EARN, "anna", MAX_POINTS)
    forger.sale("anna", 7)
    forger.sale("bob", 5)
    other.add(EARN, "anna", MAX_POINTS)
    other.sale("anna", 3)
    beyond = (TO_THE_BOUND + 1, TO_THE_BOUND + 2, TO_THE_BOUND + 3)

    taken = ingest.take(forger.frame())
    assert taken.outcome is Outcome.ACCEPTED
    assert {(one.seq, one.reason) for one in taken.refused} == {
        (seq, "a sum of member anna would leave its bounds") for seq in beyond
    }
    assert [one.seq for one in ingest.take(other.frame()).refused] == [1]

    assert standing_of(engine, "anna")["points"] == MAX_STANDING + 7 + 3
    assert standing_of(engine, "anna")["points"] < MAX_NUMBER, "tills read it"
    assert standing_of(engine, "bob")["points"] == 5
    named = {(case["terminal"], case["seq"]) for case in rows(engine, "cases")}
    assert {*(("KRK-1", seq) for seq in beyond), ("WAW-1", 1)} <= named
    assert holds(engine)


def test_it_does_not_depend_on_where_frames_begin_and_end(engine: Engine, ingest: Ingest) -> None:
    forger = Journal("KRK-1")
    for _ in range(TO_THE_BOUND + 2):
        forger.add(EARN, "anna", MAX_POINTS)
    refused = []
    for first_seq in range(1, len(forger.bodies) + 1, 300):
        refused += [one.seq for one in ingest.take(forger.frame(first_seq, 300)).refused]
    assert refused == [TO_THE_BOUND + 1, TO_THE_BOUND + 2]


@pytest.mark.parametrize("is_money", [False, True])
def test_sums_that_only_grow_have_bounds_as_well(
    engine: Engine, ingest: Ingest, *, is_money: bool
) -> None:
    """Earned and taken back in turn the balance stays small, what was earned does not."""
    forger = Journal("KRK-1")
    for _ in range(TO_THE_BOUND + 1):
        if is_money:
            forger.add(EARN, "anna", 1, amount_minor=MAX_POINTS)
        else:
            forger.add(EARN, "anna", MAX_POINTS)
            forger.goods_return("anna", MAX_POINTS // 10**4)
            forger.add("of-tomorrow", "anna", MAX_POINTS // 10**4 - MAX_POINTS)
    refused = ingest.take(forger.frame()).refused
    assert refused
    assert refused[0].seq == len(forger.bodies) - (0 if is_money else 2)
    sums = standing_of(engine, "anna")
    assert all(abs(sums[name]) <= MAX_STANDING for name in ("points", "earned", "sales_minor"))
    assert holds(engine)


def test_large_entries_within_the_bounds_count(engine: Engine, ingest: Ingest) -> None:
    shop = Journal("KRK-1")
    shop.add(EARN, "anna", LARGE_POINTS + 1)
    shop.add(EARN, "", LARGE_POINTS + 1)
    assert not ingest.take(shop.frame()).refused
    assert standing_of(engine, "anna")["points"] == LARGE_POINTS + 1

"""Rights of a silent till: taken back after its lease and the grace, and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ShopClock, rows
from tests.contract.server_core.rights_tills import (
    RightsTill,
    Tills,
    books_hold,
    held_at,
    in_touch,
    pool_of,
)

LEASE = timedelta(days=7)
LEASE_AND_GRACE = timedelta(days=14, minutes=1)


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    """Two tills; the first holds the rights to 500 points of anna."""
    return in_touch(engine, ingest, clock, "KRK-1", "WAW-1")


def cases(engine: Engine) -> list[dict[str, Any]]:
    return rows(engine, "cases")


def draw(till: RightsTill, ingest: Ingest, points: int) -> int:
    """What the till may spend of anna after a draw."""
    till.draw("anna", points)
    till.sync(ingest)
    return till.may_spend("anna")


def test_nothing_is_taken_back_before_lease_and_grace_are_over(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    clock.move(timedelta(days=14))
    assert draw(tills[1], ingest, 500) == 0
    assert cases(engine) == []


def test_what_a_silent_till_holds_is_taken_back_when_it_is_needed(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    clock.move(LEASE_AND_GRACE)
    assert draw(second, ingest, 300) == 300
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (0, 200)
    [case] = cases(engine)
    assert (case["kind"], case["terminal"], case["member_id"]) == ("reclaimed", "KRK-1", "anna")
    assert "500 points" in case["detail"]
    second.sync(ingest)
    books_hold(engine)
    # It comes back: until it has given up what it no longer has, it spends nothing.
    back = first.sync(ingest, keeps=["anna"])
    assert [recall.points for recall in back.rights.recalls] == [500]
    assert first.may_spend("anna") == 0
    first.sync(ingest)
    first.sync(ingest)
    assert (first.is_leased(), first.held("anna")) == (True, 0)
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (0, 200)
    assert rows(engine, "recalls") == []
    books_hold(engine)


def test_what_it_had_spent_comes_out_of_the_pool_while_that_has_it(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    first.redeem("anna", 150)
    clock.move(LEASE_AND_GRACE)
    assert draw(second, ingest, 300) == 300
    first.sync(ingest)
    first.sync(ingest)
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (0, 50)
    assert first.is_leased()
    second.sync(ingest)
    books_hold(engine)
    assert [case["kind"] for case in cases(engine)] == ["reclaimed"]


def test_what_was_spent_twice_is_a_debt_of_the_till_that_was_silent(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    first.redeem("anna", 400)
    clock.move(LEASE_AND_GRACE)
    assert draw(second, ingest, 500) == 500
    second.redeem("anna", 500)
    second.sync(ingest)
    first.sync(ingest)
    first.sync(ingest)
    assert sorted(case["kind"] for case in cases(engine)) == ["overspent", "reclaimed"]
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (-400, 0)
    assert first.held("anna") == 0
    # What is earned there works the debt off before anyone may spend it.
    first.sale("anna", 450)
    first.sync(ingest)
    assert first.may_spend("anna") == 0
    first.sync(ingest)
    first.sync(ingest)
    assert (held_at(engine, "KRK-1", "anna"), first.held("anna")) == (50, 50)
    assert (pool_of(engine, "anna"), first.is_leased()) == (0, True)
    books_hold(engine)


def test_a_grant_that_never_arrived_is_withdrawn_and_not_given_later(
    engine: Engine, ingest: Ingest, clock: ShopClock, pooled: Tills
) -> None:
    first, second = pooled
    second.draw("anna", 500)
    second.sync(ingest, is_lost=True)
    clock.move(LEASE_AND_GRACE)
    first.sync(ingest)
    assert draw(first, ingest, 500) == 500
    second.sync(ingest)
    assert (second.held("anna"), second.is_leased()) == (0, True)
    first.sync(ingest)
    books_hold(engine)


def test_a_withdrawn_grant_that_was_taken_after_all_is_asked_back(
    engine: Engine, ingest: Ingest, clock: ShopClock, pooled: Tills
) -> None:
    first, second = pooled
    second.draw("anna", 500)
    second.sync(ingest)
    assert second.may_spend("anna") == 500
    clock.move(LEASE_AND_GRACE)
    first.sync(ingest)
    assert draw(first, ingest, 500) == 500
    second.sync(ingest)
    assert second.may_spend("anna") == 0
    second.sync(ingest)
    assert second.is_leased()
    assert (held_at(engine, "WAW-1", "anna"), pool_of(engine, "anna")) == (0, 0)
    first.sync(ingest)
    books_hold(engine)

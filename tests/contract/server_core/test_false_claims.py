"""What a till claims of rights beyond what it was given moves nothing, and a case names it."""

import pytest
from sqlalchemy import Engine

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ShopClock, meddling, rows
from tests.contract.server_core.rights_tills import (
    Tills,
    books_hold,
    findings,
    held_at,
    in_touch,
    pool_of,
)


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    """Two tills; the first earned 500 for anna."""
    return in_touch(engine, ingest, clock, "KRK-1", "KRK-2")


def strange(engine: Engine) -> list[tuple[str, int]]:
    """The journals and numbers of entries that cases call strange; there are no other cases."""
    cases = rows(engine, "cases")
    assert {case["kind"] for case in cases} <= {"strange"}
    return [(case["terminal"], case["seq"]) for case in cases]


def test_no_more_is_released_than_is_held(engine: Engine, ingest: Ingest, tills: Tills) -> None:
    first, second = tills
    first.release("anna", 1_000_000)
    first.sync(ingest)
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (0, 500)
    second.draw("anna", 10_000)
    second.sync(ingest)
    assert second.may_spend("anna") == 500
    second.sync(ingest)
    assert strange(engine) == [("KRK-1", 2)]
    books_hold(engine)


@pytest.mark.parametrize("together", [True, False])
def test_it_counts_what_was_held_at_that_entry(
    engine: Engine, ingest: Ingest, tills: Tills, together: bool
) -> None:
    """However the entries are cut into frames."""
    first, _ = tills
    for points in (450, 100, 30):
        first.release("anna", points)
        first.sale("anna", 10)
        if not together:
            first.sync(ingest)
    first.sync(ingest)
    # 450 of 500; 60 of 60; 10 of 10; and 10 earned since.
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (10, 520)
    assert strange(engine) == [("KRK-1", 4), ("KRK-1", 6)]
    books_hold(engine)


def test_a_grant_is_not_given_back_before_its_entry(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    second.draw("anna", 300)
    second.sync(ingest, is_lost=True)
    second.release("anna", 300)
    second.sync(ingest)
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (300, 200)
    assert strange(engine) == [("KRK-2", 1)]
    second.sync(ingest)
    books_hold(engine)


def test_a_grant_that_was_never_given_counts_for_nothing(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    second.add(RIGHTS_GRANT, "anna", payload={"draw": 77, "points": 10**12})
    second.add(RIGHTS_RELEASE, "anna", payload={"points": 10**12})
    second.sync(ingest)
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (0, 0)
    assert rows(engine, "grants") == []
    assert strange(engine) == [("KRK-2", 1), ("KRK-2", 2)]
    books_hold(engine)
    first.release("anna", 500)
    first.sync(ingest)
    assert pool_of(engine, "anna") == 500


@pytest.mark.parametrize(
    ("member", "facts"),
    [("anna", {"points": 10**6}), ("boris", {"points": 100}), ("anna", {"voucher": "KRK-1.1.9"})],
)
def test_a_grant_counts_as_it_was_given(
    engine: Engine, ingest: Ingest, tills: Tills, member: str, facts: dict[str, object]
) -> None:
    first, second = tills
    first.release("anna", 400)
    first.sync(ingest)
    number = second.draw("anna", 100)
    second.sync(ingest, is_lost=True)
    second.open.clear()
    for _ in range(2):
        second.add(RIGHTS_GRANT, member, payload={"draw": number, **facts})
    second.sync(ingest)
    [grant] = rows(engine, "grants")
    assert (grant["member_id"], grant["points"], grant["voucher"]) == ("anna", 100, "")
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (100, 300)
    assert held_at(engine, "KRK-2", "boris") == 0
    assert strange(engine) == [("KRK-2", 1), ("KRK-2", 2)]
    books_hold(engine)


def test_without_its_case_a_false_claim_shows_in_the_books(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    tills[1].add(RIGHTS_GRANT, "anna", payload={"draw": 77, "points": 5})
    tills[1].sync(ingest)
    with meddling(engine) as connection:
        connection.exec_driver_sql("DELETE FROM cases")
    assert findings(engine) == [
        "journal KRK-2, epoch 1: entry 1: it takes a grant that is not written down so"
    ]


def test_a_voucher_that_no_points_were_redeemed_for_has_a_case(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    first.reward("anna")
    # A receipt that two frames cut in two is none.
    ingest.take(first.frame(2, 1, tallies=()))
    first.sync(ingest)
    assert strange(engine) == []
    second.issue("anna", "R")
    second.sync(ingest)
    assert strange(engine) == [("KRK-2", 1)]


def test_a_redemption_of_what_nobody_issues_has_a_case(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    tills[1].spend("WAW-1.1.99")
    tills[1].spend("nonsense")
    tills[1].sync(ingest)
    assert strange(engine) == [("KRK-2", 2)]


def test_a_voucher_is_not_held_by_who_was_never_granted_it(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    number = first.reward("anna")
    first.release("anna", voucher=number)
    first.sync(ingest)
    second.add(RIGHTS_GRANT, "anna", payload={"draw": 9, "voucher": number})
    second.sync(ingest)
    [voucher] = rows(engine, "vouchers")
    assert voucher["held_terminal"] is None
    assert strange(engine) == [("KRK-2", 1)]
    books_hold(engine)


def test_points_of_an_unknown_kind_count_and_have_one_case(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    for points in (10**12, 7):
        tills[1].add("present", "anna", points)
    tills[1].sync(ingest)
    assert held_at(engine, "KRK-2", "anna") == 10**12 + 7
    assert strange(engine) == [("KRK-2", 1)]
    books_hold(engine)

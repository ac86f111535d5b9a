"""Vouchers against entries and grants: whoever writes the right to one elsewhere is found out."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loyalty.wire import Grant
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ZONE, Journal, ShopClock, meddling, rows
from tests.contract.server_core.rights_tills import RightsTill, Tills, rights_tills


def found(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


def meddle(engine: Engine, statement: str) -> None:
    with meddling(engine) as connection:
        connection.exec_driver_sql(statement)


def issue(till: RightsTill) -> str:
    till.sale("anna", 500)
    number = till.reward("anna")
    till.vouchers.add(number)
    return number


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    """Two tills; the first issued three vouchers, gave one back and took one, and the second was
    granted the one that came back."""
    first, second = rights_tills(engine, clock, "KRK-1", "WAW-1")
    kept, moved, spent = issue(first), issue(first), issue(first)
    assert (kept, moved, spent) == ("KRK-1.1.3", "KRK-1.1.6", "KRK-1.1.9")
    first.release("anna", voucher=moved)
    first.spend(spent)
    first.sync(ingest)
    second.draw("anna", voucher=moved)
    second.sync(ingest)
    return first, second


HOLD = "UPDATE vouchers SET held_terminal = {}, held_epoch = {} WHERE number = '{}'"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            HOLD.format("'WAW-1'", 1, "KRK-1.1.3"),
            "voucher KRK-1.1.3: it is kept as held by journal WAW-1, epoch 1, which no entry or "
            "grant gave it to",
        ),
        (
            HOLD.format("'WAW-1'", 1, "KRK-1.1.3"),
            "voucher KRK-1.1.3: journal KRK-1, epoch 1 has the right to take it; it is kept as "
            "held by journal WAW-1, epoch 1",
        ),
        (
            HOLD.format("NULL", 0, "KRK-1.1.3"),
            "voucher KRK-1.1.3: journal KRK-1, epoch 1 has the right to take it; it is kept as "
            "held by head office",
        ),
        (
            HOLD.format("'KRK-1'", 2, "KRK-1.1.3"),
            "voucher KRK-1.1.3: it is kept as held by journal KRK-1, epoch 2",
        ),
        (
            HOLD.format("'KRK-1'", 1, "KRK-1.1.6"),
            "voucher KRK-1.1.6: it is kept as held by journal KRK-1, epoch 1, which no entry",
        ),
        (
            HOLD.format("'KRK-1'", 1, "KRK-1.1.9"),
            "voucher KRK-1.1.9: it is redeemed, and kept as held by journal KRK-1, epoch 1",
        ),
        (
            "UPDATE grants SET taken_at_ms = NULL, voucher = 'KRK-1.1.3'",
            "voucher KRK-1.1.3: journal WAW-1, epoch 1 has the right to take it",
        ),
    ],
)
def test_a_right_that_was_put_elsewhere_shows(
    engine: Engine, tills: Tills, statement: str, said: str
) -> None:
    assert found(engine) == []
    meddle(engine, statement)
    assert any(one.startswith(said) for one in found(engine)), found(engine)


def test_a_right_that_was_taken_back_is_known_by_its_being_asked_for(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    _, second = tills
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", voucher="KRK-1.1.3")
    second.sync(ingest)
    assert found(engine) == []
    meddle(engine, "DELETE FROM recalls WHERE voucher <> ''")
    assert [one for one in found(engine) if "voucher KRK-1.1.3: journal KRK-1, epoch 1 has" in one]


def test_a_grant_to_a_till_that_does_not_know_whose_the_voucher_is_stays_written_down(
    engine: Engine, ingest: Ingest, clock: ShopClock
) -> None:
    first, second = rights_tills(engine, clock, "KRK-1", "WAW-1")
    number = issue(first)
    first.release("anna", voucher=number)
    first.sync(ingest)
    second.draw("", voucher=number)
    second.sync(ingest, is_lost=True)
    second.draw("anna", 9_000)
    second.sync(ingest, is_lost=True)
    assert second.sync(ingest).rights.grants[0] == Grant(1, 1)
    assert second.vouchers == {number}
    assert found(engine) == []
    second.sync(ingest)
    written = [row for row in rows(engine, "grants") if row["voucher"]]
    assert [(row["number"], row["taken_at_ms"] is not None) for row in written] == [(1, True)]
    assert found(engine) == []


def test_books_that_were_put_back_may_hear_of_rights_in_any_order(
    engine: Engine, tills: Tills
) -> None:
    meddle(engine, "INSERT INTO settings VALUES ('least_epoch', '1001')")
    meddle(engine, HOLD.format("NULL", 0, "KRK-1.1.3"))
    assert found(engine) == []
    meddle(engine, HOLD.format("'WAW-1'", 1, "KRK-1.1.3"))
    assert len(found(engine)) == 1


def test_a_redemption_whose_issue_cannot_come_any_more_is_a_case(
    engine: Engine, ingest: Ingest
) -> None:
    issuer, taker = Journal("KRK-1"), Journal("WAW-1")
    issuer.sale("anna", 5)
    issuer.sale("anna", 5)
    ingest.take(issuer.frame())
    taker.spend("KRK-1.1.2")
    taker.spend("KRK-1.1.3")
    taker.spend("KRK-1.1.none")
    taker.spend("WAW-1.1.1")
    taker.spend("WAW-1.1.9")
    ingest.take(taker.frame())
    strange = [(case["seq"], case["detail"]) for case in rows(engine, "cases")]
    assert strange == [
        (1, "It redeems voucher 'KRK-1.1.2', which entry 2 of journal 1 of KRK-1 does not issue."),
        (3, "It redeems voucher 'KRK-1.1.none' that nobody issues."),
        (4, "It redeems voucher 'WAW-1.1.1', which entry 1 of journal 1 of WAW-1 does not issue."),
    ]
    assert found(engine) == [], "a case has named them"


def test_an_issue_that_turns_out_not_to_come_is_found(engine: Engine, ingest: Ingest) -> None:
    issuer, taker = Journal("KRK-1"), Journal("WAW-1")
    taker.spend("KRK-1.1.2")
    ingest.take(taker.frame())
    issuer.sale("anna", 5)
    ingest.take(issuer.frame())
    assert (found(engine), rows(engine, "cases")) == ([], [])
    issuer.sale("anna", 5)
    ingest.take(issuer.frame(2))
    assert found(engine) == [
        "voucher KRK-1.1.2: it was redeemed; the entry that it is numbered by issues none"
    ]


def test_an_issue_may_come_as_long_as_its_journal_has_a_second_history(
    engine: Engine, ingest: Ingest
) -> None:
    held, hidden, taker = Journal("KRK-1"), Journal("KRK-1"), Journal("WAW-1")
    held.sale("anna", 500)
    hidden.bodies = list(held.bodies)
    held.sale("anna", 1)
    held.sale("anna", 2)
    number = hidden.reward("anna")
    taker.spend(number)
    ingest.take(taker.frame())
    ingest.take(held.frame())
    assert len(found(engine)) == 1
    ingest.take(hidden.frame())
    assert found(engine) == []

"""Rights between tills: drawn once, recalled from who has them, never given twice."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from loyalty.clock import epoch_ms
from loyalty.journal import RIGHTS_GRANT
from loyalty.wire import Draw, Grant, Recall
from sync_server.store.engine import writing
from sync_server.store.history import go_on, note_restored
from sync_server.store.settings import RECOVERING, YES, write_setting
from sync_server.store.tables import journals
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.journals import next_epoch
from tests.contract.server_core.journals import TILLS, ShopClock, rows
from tests.contract.server_core.rights_tills import (
    RightsTill,
    Tills,
    books_hold,
    held_at,
    in_touch,
    pool_of,
)


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    """Three tills that were in touch; the first earned 500 for anna."""
    return in_touch(engine, ingest, clock, *TILLS)


def test_what_a_till_earned_is_its_own_to_spend(engine: Engine, tills: Tills) -> None:
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (500, 0)
    assert tills[0].may_spend("anna") == 500
    assert tills[1].may_spend("anna") == 0
    books_hold(engine)


def test_a_release_goes_to_the_pool_and_a_draw_comes_out_of_it(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second, _ = tills
    first.release("anna", 400)
    first.sync(ingest)
    assert pool_of(engine, "anna") == 400
    number = second.draw("anna", 300)
    assert second.sync(ingest).rights.grants == (Grant(number, 300),)
    # It counts from the moment it is written down, before the till has said that it took it.
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (300, 100)
    [grant] = rows(engine, "grants")
    assert (grant["points"], grant["taken_at_ms"]) == (300, None)
    second.sync(ingest)
    [grant] = rows(engine, "grants")
    assert grant["taken_at_ms"] is not None
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (300, 100)
    books_hold(engine)


def test_a_draw_whose_answer_was_lost_is_given_once(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    second.draw("anna", 300)
    second.sync(ingest, is_lost=True)
    assert [grant.points for grant in second.sync(ingest).rights.grants] == [300]
    assert (second.may_spend("anna"), pool_of(engine, "anna")) == (300, 200)
    second.sync(ingest)
    books_hold(engine)


def test_what_others_hold_is_asked_back_and_then_drawn(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second, third = tills
    third.sale("anna", 100)
    third.sync(ingest)
    number = second.draw("anna", 550)
    assert second.sync(ingest).rights.grants == (Grant(number, 0, "held-elsewhere"),)
    # Who has most is asked first, and no more than is missing.
    assert {(row["terminal"], row["points"]) for row in rows(engine, "recalls")} == {
        ("KRK-1", 500),
        ("WAW-1", 50),
    }
    assert first.sync(ingest, keeps=["anna"]).rights.recalls == (Recall("anna", 500),)
    assert first.sync(ingest).rights.recalls == (Recall("anna", 500),)
    third.sync(ingest)
    for till in (first, third):
        assert till.sync(ingest).rights.recalls == ()
    assert rows(engine, "recalls") == []
    second.draw("anna", 550)
    second.sync(ingest)
    assert (first.may_spend("anna"), second.may_spend("anna")) == (0, 550)
    second.sync(ingest)
    books_hold(engine)


def test_two_tills_cannot_spend_501_of_500(engine: Engine, ingest: Ingest, tills: Tills) -> None:
    first, second, _ = tills
    second.draw("anna", 500)
    second.sync(ingest)
    first.sync(ingest)
    first.sync(ingest)
    second.draw("anna", 300)
    second.sync(ingest)
    # Both are offline now.
    first.redeem("anna", first.may_spend("anna"))
    second.redeem("anna", second.may_spend("anna"))
    first.sync(ingest)
    second.sync(ingest)
    [standing] = rows(engine, "standings")
    assert (standing["redeemed"], standing["points"], standing["pool"]) == (300, 200, 200)
    assert [case["kind"] for case in rows(engine, "cases")] == []
    books_hold(engine)


def test_draws_of_a_copy_that_is_behind_get_nothing(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    second.sale("boris", 5)
    second.sync(ingest)
    old = second.frame(1, 0, draws=(Draw(1, "anna", 500),), tallies=())
    assert ingest.take(old).rights.grants == ()
    assert pool_of(engine, "anna") == 500


def test_nonsense_draws_get_nothing(engine: Engine, ingest: Ingest, tills: Tills) -> None:
    draws = (
        Draw(1, "anna", 0),
        Draw(2, "anna", -5),
        Draw(3, "a\0", 5),
        Draw(-4, "anna", 5),
        Draw(5, "nobody", 5),
        Draw(6, "anna", 10**15),
        Draw(7, "anna", 1, "no voucher"),
    )
    till = tills[1]
    answers = ingest.take(till.frame(1, draws=draws, tallies=())).rights.grants
    assert answers == tuple(Grant(draw.number, 0, "none") for draw in draws)
    assert [row["points"] for row in rows(engine, "grants")] == [0]


def test_a_number_that_stands_twice_in_a_frame_is_one_draw(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    twice = (Draw(1, "anna", 100), Draw(1, "anna", 200), Draw(2, "anna", 50))
    for _ in range(2):
        answers = ingest.take(second.frame(1, draws=twice, tallies=())).rights.grants
        assert answers == (Grant(1, 100), Grant(2, 50))
    assert pool_of(engine, "anna") == 350


def test_a_draw_that_got_nothing_gets_nothing_for_ever(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    """The till may have closed it: what it was given later would be nobody's to spend."""
    first, second, _ = tills
    second.draw("anna", 500)
    empty = second.sync(ingest, is_lost=True)
    first.release("anna", 500)
    first.sync(ingest)
    again = second.sync(ingest, is_lost=True)
    assert [grant.points for grant in again.rights.grants] == [0]
    second.hear(empty)
    assert (second.may_spend("anna"), pool_of(engine, "anna")) == (0, 500)
    for wanted in (200, 400, 100):
        second.draw("anna", wanted)
    second.sync(ingest)
    assert second.may_spend("anna") == 500
    second.sync(ingest)
    assert [row["points"] for row in rows(engine, "grants")] == [200, 300, 0]
    books_hold(engine)


def test_a_number_that_was_granted_is_for_what_it_was_granted_alone(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    """Data of a till that was put back counts its draws anew, and asks for another member."""
    first, second, _ = tills
    first.sale("boris", 60)
    for member in ("anna", "boris"):
        first.release(member, 50)
    first.sync(ingest)
    second.draw("anna", 50)
    second.sync(ingest, is_lost=True)
    for other in (Draw(1, "boris", 50), Draw(1, "anna", 1, "KRK-1.1.5"), Draw(1, "", 1, "V")):
        answers = ingest.take(second.frame(1, draws=(other,), tallies=())).rights.grants
        assert answers == (Grant(1, 0, "asked-before", 1),)
    assert (pool_of(engine, "anna"), pool_of(engine, "boris")) == (0, 50)
    assert second.sync(ingest).rights.grants == (Grant(1, 50),)
    second.sync(ingest)
    books_hold(engine)


def test_nothing_new_is_granted_while_head_office_recovers(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    second.draw("anna", 200)
    second.sync(ingest, is_lost=True)
    with writing(engine) as connection:
        write_setting(connection, RECOVERING, YES)
    later = second.draw("anna", 100)
    assert second.sync(ingest).rights.grants == (
        Grant(1, 200),
        Grant(later, 0, "recovering"),
    )


def test_a_grant_that_a_restored_head_office_forgot_counts(
    engine: Engine, ingest: Ingest, pooled: Tills
) -> None:
    second = pooled[1]
    with writing(engine) as connection:
        note_restored(connection, 1, "a test put them back")
    # The grant was given in a time that the books do not know.
    second.add(RIGHTS_GRANT, "anna", payload={"draw": 1, "points": 300})
    second.sync(ingest)
    assert (held_at(engine, "KRK-2", "anna"), pool_of(engine, "anna")) == (300, 200)
    books_hold(engine)


def test_a_copy_that_was_heard_does_not_speak_for_the_journal_of_its_twin(
    engine: Engine, ingest: Ingest, clock: ShopClock, pooled: Tills
) -> None:
    first, second, third = pooled
    twin = RightsTill("KRK-2", clock, epoch=2)
    with writing(engine) as connection:
        twin_key = {"public_key": bytes(32), "number": 900, "reason": "copy"}
        connection.execute(insert(journals).values(terminal="KRK-2", epoch=2, **twin_key))
        new = note_restored(connection, 1, "a test put them back").history_id
        epoch = next_epoch(connection, "KRK-2")
        late_key = {"public_key": bytes(32), "number": 901, "reason": "copy"}
        connection.execute(insert(journals).values(terminal="KRK-2", epoch=epoch, **late_key))
    for till in (first, second, third):
        ingest.take(till.request(history_id=new))
    with writing(engine) as connection:
        go_on(connection)
    begun_since = RightsTill("KRK-2", clock, epoch)
    for till in (second, begun_since, twin):
        till.add(RIGHTS_GRANT, "anna", payload={"draw": 1, "points": 300})
        ingest.take(till.request(history_id=new))
    # The second was heard whole, and the last was given nothing before the books were put back.
    assert [held_at(engine, "KRK-2", "anna", at) for at in (1, epoch, 2)] == [0, 0, 300]
    twin.add(RIGHTS_GRANT, "anna", payload={"draw": 2, "points": 50})
    ingest.take(twin.request(history_id=new))
    assert held_at(engine, "KRK-2", "anna", 2) == 300, "all of it was heard by now"
    books_hold(engine)


def test_a_lease_runs_from_the_last_contact(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first = tills[0]
    assert first.lease_until_ms == epoch_ms(clock()) + 7 * 86_400_000
    clock.move(timedelta(days=7, seconds=1))
    assert first.may_spend("anna") == 0
    first.sync(ingest)
    assert first.may_spend("anna") == 500

"""Head office's own journal: what it posts itself, and points that are gone."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import ADJUST, EXPIRE, TRANSFER
from loyalty.programme.document import classic_document
from sync_server.bookkeeping.daily import DailyBooks
from sync_server.bookkeeping.expiring import Expiring
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.reconcile.days import DayState, compare_days
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import put_in_force
from sync_server.store.settings import OFFICE
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import (
    PROGRAMME,
    START,
    Journal,
    ShopClock,
    rows,
)
from tests.contract.server_core.rights_tills import RightsTill, findings, one_journal_each

ANN, BOB = "9000000000017", "9000000000025"
EXPIRING = (
    classic_document().replace("version = 1", "version = 2")
    + "\n[wallets.points.expiry]\ndays = 30\n"
)
INACTIVE = EXPIRING.replace("version = 2", "version = 3").replace("days = 30", "inactive_days = 30")


@pytest.fixture
def own(engine: Engine, clock: ShopClock, ingest: Ingest) -> OwnJournal:
    one_journal_each(engine)
    return OwnJournal(engine, clock, ingest)


def opening(account: str, points: int, receipt: str) -> Posting:
    return Posting(
        account=account,
        kind=ADJUST,
        points=points,
        receipt=receipt,
        programme=PROGRAMME,
        occurred_at_ms=epoch_ms(START),
        payload={"reason": "opening balance"},
    )


def points_of(engine: Engine) -> dict[str, tuple[int, int]]:
    """What each member has, and how much of it lies in the pool."""
    return {row["member_id"]: (row["points"], row["pool"]) for row in rows(engine, "standings")}


def assert_books_hold(engine: Engine) -> None:
    assert findings(engine) == []
    with reading(engine) as connection:
        assert {day.state for day in compare_days(connection, OFFICE)} == {DayState.AGREES}
    assert rows(engine, "cases") == []


def test_what_is_posted_is_in_the_books_and_in_the_pool(engine: Engine, own: OwnJournal) -> None:
    postings = [opening(ANN, 340, "opening:1"), opening(BOB, 7, "opening:2")]
    assert own.post(postings) == Outcomes(posted=2)
    assert own.post([*postings, opening(BOB, 1, "opening:3")]) == Outcomes(posted=1, before=2)
    assert points_of(engine) == {ANN: (340, 340), BOB: (8, 8)}
    assert_books_hold(engine)


def test_nothing_is_posted_twice_in_one_go(engine: Engine, own: OwnJournal) -> None:
    assert own.post([opening(ANN, 5, "opening:1")] * 2) == Outcomes(posted=1, before=1)
    assert points_of(engine) == {ANN: (5, 5)}


def test_what_a_till_holds_is_asked_back_before_it_is_taken(
    engine: Engine, clock: ShopClock, ingest: Ingest, own: OwnJournal
) -> None:
    till = RightsTill("KRK-1", clock)
    till.sale(ANN, 100)
    till.sync(ingest)
    own.post([opening(ANN, 20, "opening:1")])
    taking = opening(ANN, -70, "correction:1")
    assert own.post([taking]) == Outcomes(waiting=1)
    assert points_of(engine) == {ANN: (120, 20)}
    till.sync(ingest)
    till.sync(ingest)
    assert own.post([taking]) == Outcomes(posted=1)
    assert points_of(engine)[ANN][0] == 50
    assert_books_hold(engine)


@pytest.fixture
def expiring(engine: Engine, clock: ShopClock, own: OwnJournal) -> Expiring:
    with writing(engine) as connection:
        put_in_force(connection, EXPIRING, epoch_ms(START))
    return Expiring(engine, clock, own)


def released_sale(clock: ShopClock, ingest: Ingest, points: int, label: str = "classic@2") -> None:
    """A till sells for so many points and gives their rights back."""
    till = RightsTill("KRK-1", clock)
    till.sale(ANN, points, programme=label)
    till.release(ANN, points)
    till.sync(ingest)


def test_points_are_gone_after_their_last_day_and_booked_once(
    engine: Engine, clock: ShopClock, ingest: Ingest, expiring: Expiring
) -> None:
    released_sale(clock, ingest, 100)
    clock.move(timedelta(days=29))
    assert list(expiring.gone()) == []
    clock.move(timedelta(days=3))
    (gone,) = expiring.gone()
    assert (gone.account, gone.points, gone.source) == (ANN, 100, ("KRK-1", 1, 1))
    assert expiring.book() == Outcomes(posted=1)
    assert expiring.book() == Outcomes()
    assert points_of(engine) == {ANN: (0, 0)}
    kinds = [(row["terminal"], row["kind"], row["points"]) for row in rows(engine, "entries")]
    assert (OFFICE, EXPIRE, -100) in kinds
    assert_books_hold(engine)


def test_points_of_a_version_without_an_end_stay(
    engine: Engine, clock: ShopClock, ingest: Ingest, expiring: Expiring
) -> None:
    till = Journal()
    till.sale(ANN, 100)
    ingest.take(till.frame())
    clock.move(timedelta(days=400))
    assert list(expiring.gone()) == []
    assert points_of(engine) == {ANN: (100, 0)}


def test_what_was_not_gone_after_all_comes_back(
    engine: Engine, clock: ShopClock, ingest: Ingest, expiring: Expiring
) -> None:
    with writing(engine) as connection:
        put_in_force(connection, INACTIVE, epoch_ms(START))
    released_sale(clock, ingest, 100, "classic@3")
    clock.move(timedelta(days=40))
    assert expiring.book() == Outcomes(posted=1)
    assert points_of(engine) == {ANN: (0, 0)}
    offline = RightsTill("WAW-1", clock)
    bought_at = epoch_ms(START + timedelta(days=20))
    offline.sale(ANN, 7, programme="classic@3", occurred_at_ms=bought_at)
    offline.sync(ingest)
    assert expiring.book() == Outcomes(posted=1)
    assert points_of(engine)[ANN] == (107, 100)
    assert expiring.book() == Outcomes()
    assert findings(engine) == []


def test_the_day_is_booked_once_a_day(
    engine: Engine, clock: ShopClock, ingest: Ingest, expiring: Expiring
) -> None:
    released_sale(clock, ingest, 100)
    daily = DailyBooks(engine, clock, ingest)
    daily.look()
    assert points_of(engine) == {ANN: (100, 100)}
    clock.move(timedelta(days=32))
    daily.look()
    assert points_of(engine) == {ANN: (0, 0)}
    daily.look()
    assert_books_hold(engine)


def test_points_that_were_handed_on_are_gone_on_the_day_they_had(
    engine: Engine, clock: ShopClock, ingest: Ingest, expiring: Expiring
) -> None:
    till = RightsTill("KRK-1", clock)
    till.sale(ANN, 100, programme="classic@2")
    clock.move(timedelta(days=20))
    at_ms = epoch_ms(clock())
    said = {"receipt": "T", "programme": "classic@2", "occurred_at_ms": at_ms}
    till.add(TRANSFER, ANN, -60, **said, payload={"with": BOB})
    till.add(TRANSFER, BOB, 60, **said, payload={"with": ANN})
    till.release(ANN, 40)
    till.release(BOB, 60)
    till.sync(ingest)
    clock.move(timedelta(days=12))
    gone = {one.account: (one.points, one.expired_at_ms) for one in expiring.gone()}
    assert {account: points for account, (points, _) in gone.items()} == {ANN: 40, BOB: 60}
    assert gone[ANN][1] == gone[BOB][1]
    assert expiring.book() == Outcomes(posted=2)
    assert points_of(engine) == {ANN: (0, 0), BOB: (0, 0)}


def test_what_head_office_moves_to_another_account_goes_in_one_receipt(
    engine: Engine, own: OwnJournal
) -> None:
    own.post([opening(ANN, 50, "opening:1")])
    moving = Posting(
        account=ANN,
        kind=TRANSFER,
        points=-50,
        receipt="family:1",
        programme=PROGRAMME,
        occurred_at_ms=epoch_ms(START),
        to=BOB,
    )
    assert own.post([moving]) == Outcomes(posted=1)
    assert own.post([moving]) == Outcomes(before=1)
    assert points_of(engine) == {ANN: (0, 0), BOB: (50, 50)}
    assert_books_hold(engine)

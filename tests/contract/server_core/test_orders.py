"""Orders in the books: kept as claims arrive, moved by head office, cancelled with their points."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import ADJUST, REDEEM, RIGHTS_GRANT, Entry
from loyalty.life_cycles import CANCELLED, COMPLAINT, ORDERED, RECEIVED, SENT, SETTLED
from sync_server.audience.explanation import explain
from sync_server.bookkeeping.orders import Orders
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal
from sync_server.bookkeeping.stocking import Stock, Stocking, stock_of
from sync_server.errors import OrderRefused, UnknownSubject
from sync_server.store.engine import reading, writing
from sync_server.store.orders import add_codes, codes_of, hand_out_codes, list_orders
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, ZONE, ShopClock, rows
from tests.contract.server_core.rights_tills import RightsTill, findings, one_journal_each

ANN, BOB = "9000000000017", "9000000000025"
LABEL = "gifts@1"
DOCUMENT = """
name = "gifts"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[[rewards]]
name = "case"
title = { en = "Case", pl = "Walizka", ru = "Чемодан" }
cost = 50
gives = "gift"
handed = "ordered"
stock = 5
a_member = 3
[[rewards]]
name = "film"
title = { en = "Cinema", pl = "Kino", ru = "Кино" }
cost = 20
gives = "code"
"""


class Office:
    """Head office with one till, whose members have points."""

    def __init__(self, engine: Engine, clock: ShopClock, ingest: Ingest) -> None:
        with writing(engine) as connection:
            put_in_force(connection, DOCUMENT, epoch_ms(START) + 1)
        self.engine, self.clock, self.ingest = engine, clock, ingest
        self.journal = OwnJournal(engine, clock, ingest)
        self.orders = Orders(engine, clock, self.journal)
        self.till = RightsTill("KRK-1", clock)
        for member in (ANN, BOB):
            self.till.sale(member, 200, programme=LABEL)

    def stock(self, document: str = "") -> Outcomes:
        if document:
            with writing(self.engine) as connection:
                put_in_force(connection, document, epoch_ms(START) + 1)
        return Stocking(self.engine, self.clock, self.journal).stock()

    def left(self) -> list[Stock]:
        with reading(self.engine) as connection:
            return stock_of(connection)

    def draw(self, reward: str, count: int) -> None:
        """Let the till hold the right to give out so many."""
        self.till.draw(f"STOCK/{reward}", count)
        self.till.sync(self.ingest)
        self.till.sync(self.ingest)

    def claim(self, member: str, reward: str, cost: int, count: int = 1) -> str:
        """A claim at the till, told; gives the order's number."""
        till, receipt = self.till, f"C-{self.till.next_seq}"
        fields: dict[str, Any] = {"receipt": receipt, "programme": LABEL}
        taken = {"reason": "claimed"}
        till.add(ADJUST, f"STOCK/{reward}", -count, payload=taken, **fields)
        payload: dict[str, Any] = {"reward": reward, "cost": cost, "count": count}
        if reward == "case":
            payload["sums"] = {"reward:case|ever": count}
        entry: Entry = till.add(REDEEM, member, -cost * count, payload=payload, **fields)
        till.sync(self.ingest)
        return f"{entry.terminal}.{entry.epoch}.{entry.seq}"

    def states(self) -> dict[str, str]:
        with reading(self.engine) as connection:
            return {order.order_id: order.state for order in list_orders(connection)}

    def points(self, account: str) -> int:
        told = {row["member_id"]: row["points"] for row in rows(self.engine, "standings")}
        return int(told.get(account, 0))

    def codes(self, *codes: str) -> tuple[int, int]:
        with writing(self.engine) as connection:
            return add_codes(connection, "film", codes), hand_out_codes(connection, "film", 5)


@pytest.fixture
def office(engine: Engine, clock: ShopClock, ingest: Ingest) -> Office:
    one_journal_each(engine)
    return Office(engine, clock, ingest)


def assert_holds(office: Office) -> None:
    assert rows(office.engine, "cases") == []
    assert findings(office.engine) == []


def test_a_claim_of_what_is_sent_is_an_order(office: Office) -> None:
    assert office.stock() == Outcomes(posted=1)
    assert office.stock() == Outcomes()
    office.draw("case", 2)
    order = office.claim(ANN, "case", 50, 2)
    assert office.states() == {order: ORDERED}
    [kept] = rows(office.engine, "orders")
    assert (kept["account"], kept["reward"], kept["count"], kept["points"]) == (ANN, "case", 2, 100)
    assert office.left() == [Stock("case", 5, 3), Stock("film", 0, 0)]
    with reading(office.engine) as connection:
        assert explain(connection, ANN, ZONE).entries[0].rule == "paid for 2 of case"
    office.ingest.take(office.till.frame(1))
    assert office.states() == {order: ORDERED}
    assert_holds(office)


def test_an_order_goes_its_way_and_no_other(office: Office) -> None:
    office.stock()
    office.draw("case", 1)
    order = office.claim(ANN, "case", 50)
    with pytest.raises(OrderRefused, match="it cannot be received"):
        office.orders.move(order, RECEIVED)
    assert office.orders.move(order, SENT, "parcel 7").note == "parcel 7"
    with pytest.raises(OrderRefused) as refused:
        office.orders.cancel(order)
    assert refused.value.hint == "From there it may become: complaint, received."
    for state in (RECEIVED, COMPLAINT, SENT, COMPLAINT, SETTLED):
        moved = office.orders.move(order, state)
        assert (moved.state, moved.note) == (state, "parcel 7")
    with pytest.raises(OrderRefused) as settled:
        office.orders.move(order, SENT)
    assert settled.value.hint == "From there it may become: nothing more."
    with pytest.raises(UnknownSubject):
        office.orders.move("KRK-1.1.999", SENT)
    assert office.points(ANN) == 150


def test_a_cancelled_order_gives_points_and_stock_back_once(office: Office) -> None:
    office.stock()
    office.draw("case", 2)
    order = office.claim(ANN, "case", 50, 2)
    assert office.orders.cancel(order, "sold out") == Outcomes(posted=2)
    assert office.orders.cancel(order) == Outcomes(before=2)
    assert office.states() == {order: CANCELLED}
    assert office.points(ANN) == 200
    assert office.left()[0] == Stock("case", 5, 5)
    assert office.stock() == Outcomes()
    counted = [row for row in rows(office.engine, "sums") if row["member_id"] == ANN]
    assert len(counted) == 2, "what the till counted, and what head office took back of it"
    assert_holds(office)
    with pytest.raises(UnknownSubject):
        office.orders.cancel("KRK-1.1.999")


def test_a_version_with_more_or_less_changes_the_stock(office: Office) -> None:
    office.stock()
    more = DOCUMENT.replace("version = 1", "version = 2").replace("stock = 5", "stock = 8")
    assert office.stock(more) == Outcomes(posted=1)
    assert office.left()[0] == Stock("case", 8, 8)
    less = more.replace("version = 2", "version = 3").replace("stock = 8", "stock = 2")
    office.draw("case", 7)
    assert office.stock(less) == Outcomes(waiting=1), "the till holds seven of eight"
    [asked] = office.till.sync(office.ingest).rights.recalls
    assert (asked.member_id, asked.points) == ("STOCK/case", 5)
    office.till.sync(office.ingest)
    assert office.stock() == Outcomes(posted=1)
    assert office.left()[0] == Stock("case", 2, 2)
    assert_holds(office)


def test_codes_go_out_in_their_order_each_once(office: Office) -> None:
    assert office.codes("A", "B", "A") == (2, 0)
    assert office.codes("B", "C") == (1, 0)
    office.stock()
    assert office.left()[1] == Stock("film", 3, 3)
    office.draw("film", 3)
    first, second = office.claim(ANN, "film", 20), office.claim(BOB, "film", 20, 2)
    with reading(office.engine) as connection:
        assert (codes_of(connection, first), codes_of(connection, second)) == (["A"], ["B", "C"])
    assert office.states() == {first: SENT, second: SENT}
    told = {row["member_id"]: row["texts"] for row in rows(office.engine, "notices")}
    assert told[ANN] == {"en": "Cinema: A", "pl": "Kino: A", "ru": "Кино: A"}
    assert told[BOB]["pl"] == "Kino: B, C"
    assert_holds(office)


def test_an_order_waits_for_codes_and_has_them_with_the_next(office: Office) -> None:
    office.codes("A", "B")
    office.stock()
    office.draw("film", 2)
    with writing(office.engine) as connection:
        connection.exec_driver_sql("DELETE FROM reward_codes WHERE code = 'B'")
    first, second = office.claim(ANN, "film", 20), office.claim(BOB, "film", 20)
    assert office.states() == {first: SENT, second: ORDERED}
    assert office.orders.cancel(second) == Outcomes(posted=2)
    assert office.codes("D") == (1, 0), "nobody waits any more"
    third = office.claim(BOB, "film", 20)
    assert office.states()[third] == SENT
    assert office.points(BOB) == 180


@pytest.mark.parametrize(
    ("meddled", "found"),
    [
        ("UPDATE orders SET points = 90000", "it is kept otherwise than its claim says"),
        ("UPDATE orders SET account = '9000000000025'", "it is kept otherwise than its claim says"),
        ("UPDATE orders SET state = 'lost'", "it is kept as lost, which no order is"),
        ("UPDATE orders SET order_id = 'KRK-1.1.1'", "no entry claims it"),
        ("UPDATE orders SET order_id = 'nothing'", "no entry claims it"),
        ("DELETE FROM orders", "it is given to an order that is not there"),
    ],
)
def test_orders_that_nobody_claimed_are_found(office: Office, meddled: str, found: str) -> None:
    office.codes("A")
    office.stock()
    office.draw("film", 1)
    office.claim(ANN, "film", 20)
    assert findings(office.engine) == []
    with writing(office.engine) as connection:
        connection.exec_driver_sql(meddled)
    assert any(found in told for told in findings(office.engine))


def test_a_claim_that_took_nothing_from_the_stock_is_shown(office: Office) -> None:
    payload = {"reward": "film", "cost": 20, "count": 1}
    office.till.add(REDEEM, ANN, -20, payload=payload, programme=LABEL)
    office.till.sync(office.ingest)
    [case] = rows(office.engine, "cases")
    assert case["detail"].endswith("it gave out 1 of film, its stock lost 0.")
    assert RIGHTS_GRANT not in {row["kind"] for row in rows(office.engine, "entries")}

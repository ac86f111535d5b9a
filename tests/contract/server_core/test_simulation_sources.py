"""A chain's own sales as a simulation is fed with them, from either database."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.errors import SalesUnusable
from loyalty.journal import EARN
from loyalty.simulation.sales import PastSale
from sync_server.simulating.sources import LeftOut, ledger_source
from sync_server.store.engine import reading, writing
from sync_server.store.register import Product, put_products
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, hand_in

ZONE = ZoneInfo("Europe/Warsaw")
HOUR_MS = 3_600_000


def sales_in(engine: Engine) -> tuple[list[PastSale], int, list[LeftOut]]:
    with reading(engine) as connection:
        source = ledger_source(connection, ZONE)
        return list(source.sales), source.receipts, source.named


def test_sales_of_all_tills_come_in_the_order_of_time(engine: Engine, ingest: Ingest) -> None:
    here, there = Journal(), Journal("WAW-1")
    here.enrol("anna")
    here.sale("anna", 20)
    here.goods_return("anna", 5)
    there.sale("", 7)
    hand_in(ingest, [here.frame(), there.frame()])
    sales, receipts, left_out = sales_in(engine)
    assert (receipts, left_out) == (3, [])
    assert sales == [
        PastSale(
            member="",
            occurred_at_ms=epoch_ms(START) + HOUR_MS,
            basket=Basket((Line("TEA", "", 1, 700),)),
            branch="WAW",
        ),
        PastSale(
            member="anna",
            occurred_at_ms=epoch_ms(START) + 2 * HOUR_MS,
            basket=Basket((Line("TEA", "", 1, 2_000),)),
            branch="KRK",
        ),
        PastSale(
            member="anna",
            occurred_at_ms=epoch_ms(START) + 3 * HOUR_MS,
            basket=Basket((Line("TEA", "", 1, 500),)),
            is_return=True,
            branch="KRK",
        ),
    ]


def test_what_paid_for_a_sale_is_kept_but_for_the_old_programmes_own(
    engine: Engine, ingest: Ingest
) -> None:
    till = Journal()
    lines = [["TEA", 1, 2_000], ["MUG", 2, 3_000]]
    paid = {"voucher": 500, "points": 100, "gift_card": 200}
    payload = {"lines": lines, "paid": paid, "marks": {"1": ["pottery", "blue"]}, "branch": "OLD"}
    till.sale("anna", 50, payload=payload)
    back = {"lines": [["TEA", 1, 2_000]], "of": ["KRK-1", 1, 1], "returned": [[0, 1, 2_000]]}
    till.add("reverse", "anna", -20, amount_minor=-2_000, payload=back)
    hand_in(ingest, [till.frame()])
    with writing(engine) as connection:
        put_products(
            connection,
            [
                Product("TEA", "Tea", 2_000, "drinks", ("hot",)),
                Product("MUG", "Mug", 1_500, "kitchen"),
            ],
        )
    [sale, returned], _, _ = sales_in(engine)
    assert sale.paid == {"gift_card": 200}
    assert sale.branch == "OLD"
    # What the entry says of goods holds; of the others, what the list of goods says now.
    assert [(line.category, line.tags) for line in sale.basket.lines] == [
        ("drinks", ("hot",)),
        ("pottery", ("blue",)),
    ]
    assert (returned.is_return, returned.has_receipt) == (True, True)


def test_a_sale_that_cannot_be_read_is_left_out_and_named(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.add(EARN, "anna", 5, amount_minor=500, payload={"lines": "torn"})
    till.sale("anna", 20)
    hand_in(ingest, [till.frame()])
    sales, receipts, left_out = sales_in(engine)
    assert (len(sales), receipts) == (1, 2)
    assert left_out == [LeftOut("entry KRK-1.1.1", "its lines cannot be read")]


def test_books_without_a_sale_are_refused(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(SalesUnusable, match="holds no sale yet"):
        ledger_source(connection, ZONE)

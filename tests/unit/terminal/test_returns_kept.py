"""What came back is folded from the journal: no file can say otherwise, and none is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.baskets import Basket, Line
from loyalty.identifiers import card_number
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.returning import ReturnedPart
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands import ledger_checks
from terminal_app.store import journal, returns, settings
from terminal_app.store.settings import Identity
from terminal_app.sync.salvage import write_again
from terminal_app.till.answers import Enrolment, GoodsReturn, KnownReceipt, Reason, Refusal, Sale
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    found_till,
    known,
    posted,
)

CARD = card_number("290000900000001")
TEAS = Basket((Line("TEA", "Tea", 4, 40_00),))
TERMS = """
name = "club"
version = 1
currency = "PLN"
[earning]
per = "1.00"
[returns]
debt = "forgiven"
[reward]
at_points = 25
voucher = "5.00"
"""


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(home, document=TERMS)
    with open_till(home, clock=clock) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD)))
        posted(shop.till.sell(Sale(basket=TEAS, member_id=CARD, reference="R1")))
        goods = GoodsReturn(of_receipt="R1", items=(AskedBack(0, 1),), reference="C1")
        posted(shop.till.take_back(goods))
        yield shop


def findings(shop: Shop) -> list[str]:
    with shop.store.reading() as connection:
        return [finding.what for finding in ledger_checks.verify(connection, shop.identity)]


def move(shop: Shop) -> Identity:
    """Go on in journal 2, with every entry of journal 1 written again in it."""
    with shop.store.writing() as connection:
        identity = settings.require_identity(connection)
        hidden = entries_in(connection)
        moved = Identity(
            **{
                name: getattr(identity, name)
                for name in Identity.__struct_fields__
                if name not in ("epoch", "earlier_epochs")
            },
            epoch=2,
            earlier_epochs=(1,),
        )
        settings.write_identity(connection, moved)
        write_again(connection, moved, hidden)
    return moved


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM returns", "return C1 of sale KRK-1.1.2: None is kept"),
        ("UPDATE returns SET parts = x'c1'", "what cannot be read"),
        ("UPDATE returns SET sale = 'KRK-1.1.9'", "return C1 of sale KRK-1.1.9"),
    ],
)
def test_a_change_of_the_table_is_found_and_rebuilt(shop: Shop, statement: str, said: str) -> None:
    assert findings(shop) == []
    with shop.store.writing() as connection:
        connection.execute(statement)
    assert any(said in what for what in findings(shop)), findings(shop)
    with shop.store.writing() as connection:
        rebuilt = ledger_checks.rebuild(connection, shop.identity)
    assert any(said in what for what in rebuilt.different)
    assert findings(shop) == []
    with shop.store.reading() as connection:
        parts = returns.returned_parts(connection, "KRK-1.1.2")
    assert parts == (ReturnedPart(0, 1, 10_00),)


def test_a_sale_written_again_in_another_journal_keeps_its_name_and_its_returns(
    shop: Shop,
) -> None:
    moved = move(shop)
    seen = shop.till.receipt_sold("R1")
    assert isinstance(seen, KnownReceipt)
    assert [line.quantity for line in seen.left] == [3]
    posted(shop.till.take_back(GoodsReturn(of_receipt="R1", reference="C2")))
    with shop.store.reading() as connection:
        last = journal.latest_of(connection, CARD, 1)[0]
        kept = returns.kept(connection)
    assert (last.epoch, last.payload["of"]) == (2, ["KRK-1", 1, 2])
    assert last.payload["sale"][:3] == ["KRK-1", 1, 2]
    assert set(kept) == {("KRK-1.1.2", "C1"), ("KRK-1.1.2", "C2")}
    with shop.store.reading() as connection:
        found = ledger_checks.verify(connection, moved)
    assert not [one.what for one in found if one.what.startswith("return ")]
    refused = shop.till.take_back(GoodsReturn(of_receipt="R1"))
    assert refused == Refusal(Reason.RECEIPT_RETURNED, {"receipt": "R1"})


def test_a_debt_is_forgiven_where_the_shop_says_so(shop: Shop) -> None:
    """40 earned, 25 of them are a voucher; 10 went with the first tea, 5 are left of 30."""
    receipt = posted(shop.till.take_back(GoodsReturn(of_receipt="R1"))).receipt
    assert (receipt.points, receipt.balance) == (-5, 0)
    with shop.store.reading() as connection:
        last = entries_in(connection)[-1]
    assert last.payload["forgiven"] == 25


def test_goods_without_a_receipt_take_nothing_where_the_shop_says_so(
    tmp_path: Path, clock: ShopClock
) -> None:
    terms = TERMS.replace('debt = "forgiven"', 'without_receipt = "nothing"')
    found_till(tmp_path / "strict", document=terms)
    with open_till(tmp_path / "strict", clock=clock) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD)))
        receipt = posted(shop.till.take_back(GoodsReturn(basket=TEAS, member_id=CARD))).receipt
    assert (receipt.points, receipt.balance, receipt.total_minor) == (0, 0, 40_00)


def test_goods_without_a_receipt_are_paid_out_as_they_are_marked(
    tmp_path: Path, clock: ShopClock
) -> None:
    """The first teas were paid in full; the discount of today would keep a tenth of them back."""
    steps = '[discount]\nsteps = [{ at = "40.00", percent = "10" }]\n'
    found_till(tmp_path / "growing", document=TERMS + steps)
    with open_till(tmp_path / "growing", clock=clock) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD)))
        posted(shop.till.sell(Sale(basket=TEAS, member_id=CARD)))
        receipt = posted(shop.till.take_back(GoodsReturn(basket=TEAS, member_id=CARD))).receipt
        with shop.store.reading() as connection:
            last = entries_in(connection)[-1]
        assert findings(shop) == []
    assert (receipt.total_minor, receipt.discount_minor, receipt.to_pay_minor) == (40_00, 0, 40_00)
    assert "discount_minor" not in last.payload


def test_a_sale_is_found_among_many_that_came_after(shop: Shop) -> None:
    with shop.store.reading() as connection:
        assert returns.sale_entry(connection, 1, "R2") is None
        found = returns.sale_entry(connection, 1, "R1")
        # Of a journal that was left, wherever it stands.
        far = returns.sale_entry(connection, 7, "R1")
    assert found is not None
    assert far == found

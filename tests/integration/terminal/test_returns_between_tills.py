"""Goods bought at one till come back at another, offline, by the paper alone; over a real line."""

from importlib import resources
from pathlib import Path

from loyalty.baskets import Basket, Line
from loyalty.programme.brought_back import AskedBack
from terminal_app.bootstrap import Shop
from terminal_app.till.answers import GoodsReturn, KnownReceipt, Reason, Refusal, Sale
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.people import CARD
from tests.integration.terminal.tills import agreed_points, enrolled, sync, till_of
from tests.unit.terminal.counter import faults_of, known, posted

BASKET = Basket(
    (Line("MUG", "Mug", 3, 30_50), Line("TEA", "Tea", 1, 19_75), Line("", "Gift wrap", 1, 5_00))
)


def code_of(shop: Shop, member: str) -> str:
    """The code on the paper of a sale of `BASKET`."""
    code = posted(shop.till.sell(Sale(basket=BASKET, member_id=member))).receipt.code
    assert code
    return code


def test_a_receipt_seen_only_on_paper_comes_back_with_the_line_down(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "far", "WAW-1") as far,
    ):
        member = enrolled(one, "Ala Kot", CARD)
        sync(one, far)
        office.kill()
        code = code_of(one, member)
        seen = far.till.identify(code)
        assert isinstance(seen, KnownReceipt)
        assert seen.member_name == "Ala Kot"
        goods = GoodsReturn(receipt_code=code, items=(AskedBack(0, 1), AskedBack(1)))
        away = posted(far.till.take_back(goods)).receipt
        assert (away.points, away.total_minor) == (-30, 29_92)
        assert known(far.till.member(member)).balance.points == -30, "it has not heard of the sale"
        office.start()
        # The return is there before its sale.
        sync(far, one, far, one)
        assert agreed_points(one, member) == 25
        assert agreed_points(far, member) == 25
        rest = posted(far.till.take_back(GoodsReturn(receipt_code=code))).receipt
        assert rest.points == -25
        sync(far, one)
        assert agreed_points(one, member) == 0
    assert office.cases() == []
    assert office.disagreements() == 0
    assert faults_of(tmp_path / "one") == []
    assert faults_of(tmp_path / "far", "WAW-1") == []


def test_goods_that_came_back_at_two_tills_offline_are_found(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "far", "WAW-1") as far,
    ):
        member = enrolled(one, "Ala Kot", CARD)
        sync(one, far)
        code = code_of(one, member)
        here = GoodsReturn(of_receipt="KRK-1.1.2", items=(AskedBack(1),))
        there = GoodsReturn(receipt_code=code, items=(AskedBack(1),))
        posted(one.till.take_back(here))
        posted(far.till.take_back(there))
        again = far.till.take_back(there)
        assert isinstance(again, Refusal)
        assert again.reason is Reason.RETURN_TOO_MUCH
        sync(one, far, one)
        assert agreed_points(one, member) == 55 - 2 * 20
    assert office.cases() == ["returned-twice", "returned-twice"]


def test_a_programme_of_rules_goes_back_to_the_point_at_another_till(
    tmp_path: Path,
) -> None:
    """Tiers, caps and sums of the sale's own day go back with the goods; both sides agree."""
    shipped = resources.files("loyalty.programme").joinpath("examples/supermarket.toml")
    document = tmp_path / "supermarket.toml"
    document.write_text(shipped.read_text("utf-8"), "utf-8")
    office = found_under(tmp_path / "office", document)
    office.start()
    try:
        with (
            till_of(office, tmp_path / "one", "KRK-1") as one,
            till_of(office, tmp_path / "far", "WAW-1") as far,
        ):
            member = enrolled(one, "Ala Kot", CARD)
            sync(one, far)
            big = Basket(
                (
                    Line("APPLE", "Apples", 7, 70_35, "fruit"),
                    Line("BREAD", "Bread", 2, 12_90, "bakery"),
                    Line("SMOKE", "Cigarettes", 1, 21_00, "tobacco"),
                )
            )
            for number in range(3):
                sale = Sale(basket=big, member_id=member, reference=f"R{number}")
                receipt = posted(one.till.sell(sale)).receipt
                for items in ((AskedBack(0, 2), AskedBack(2)), (AskedBack(1, 1),), ()):
                    goods = GoodsReturn(receipt_code=receipt.code, items=items)
                    posted(far.till.take_back(goods))
            sync(one, far, one)
            assert agreed_points(one, member) == 0
            assert agreed_points(far, member) == 0
        assert office.cases() == []
        assert office.disagreements() == 0
    finally:
        office.stop()

"""The programmes that ship, from the first sale to the last return: till and head office agree."""

from pathlib import Path

from loyalty.receipts import RulePoints
from tests.integration.programme.conftest import Founded
from tests.integration.programme.examples import agree, bought, brought_back, enrolled, may
from tests.integration.terminal.tills import till_of


def test_a_supermarket_with_tiers_and_excluded_goods(chain: Founded, tmp_path: Path) -> None:
    office = chain("supermarket")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(6, 9))
        large = bought(till, ala, may(6), "=2100.00")
        assert (large.points, large.balance, len(large.vouchers)) == (2_000, 0, 4)
        assert large.tier is not None
        assert (large.tier.title, large.tier.missing) == (
            {"en": "Silver", "pl": "Srebro", "ru": "Серебро"},
            3_900_00,
        )
        tuesday = bought(till, ala, may(7, 17), "=73.50")
        assert tuesday.rules == (RulePoints("Shopping", 91), RulePoints("Tuesday bonus", 20))
        assert (tuesday.points, tuesday.balance) == (111, 111)
        # 10.00 is paid with a voucher: 4.54 of the fruit, 1.68 of the bread. 26 full 1.00 are left
        # beside the tobacco, a quarter more for silver, and one full 10.00 of fruit.
        code = large.vouchers[0].code
        mixed = bought(till, ala, may(8), "SMOKES", "APPLES*2", "BREAD", vouchers=(code,))
        assert (mixed.points, mixed.to_pay_minor, mixed.balance) == (32 + 5, 42_90, 148)
        agree(office, till, ala, 148)
        part = brought_back(till, may(9), mixed, "APPLES")
        rest = brought_back(till, may(10), mixed)
        assert part.points + rest.points == -37
        assert brought_back(till, may(10), tuesday).points == -111
        assert brought_back(till, may(10), large).balance == -2_000, "the vouchers are kept"
        agree(office, till, ala, -2_000)


def test_a_coffee_bar_with_stamps(chain: Founded, tmp_path: Path) -> None:
    office = chain("coffee_bar")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(6, 9))
        round_ = bought(till, ala, may(6), "COF-1*3", "CAKE")
        assert (round_.points, round_.wallet) == (3, "stamps")
        assert bought(till, ala, may(6, 14, 30), "COF-1*2").points == 4, "quiet hours"
        ninth = bought(till, ala, may(7), "COF-1*2")
        [free] = ninth.vouchers
        assert free.amount_minor == 16_00
        assert bought(till, ala, may(8), "COF-1", vouchers=(free.code,)).points == 0
        assert bought(till, ala, may(9), "COF-1*20").points == 12, (
            "a canteen's round does not count"
        )
        assert ninth.balance == 1, "the first stamp was on the card at once"
        agree(office, till, ala, 1 + 12 - 9)
        assert brought_back(till, may(10), round_, "CAKE").points == 0
        assert brought_back(till, may(10), round_, "COF-1").points == -1
        assert brought_back(till, may(10), round_).points == -2
        agree(office, till, ala, 1 + 12 - 12)


def test_cashback_that_pays_for_the_next_purchase(chain: Founded, tmp_path: Path) -> None:
    office = chain("cashback")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9))
        mixed = bought(till, ala, may(1), "OIL*2", "BREAD")
        assert (mixed.points, mixed.wallet) == (1_00 + 26, "money")
        late = bought(till, ala, may(3, 20, 30), "BREAD*10")
        assert late.points == 267 * 3 // 2
        assert bought(till, ala, may(6), "TV*2").points == 50_00, "at most so much a receipt"
        paid = bought(till, ala, may(27), "BREAD*2", pay_points=8_00)
        assert (paid.to_pay_minor, paid.points_paid_minor, paid.points) == (9_80, 8_00, 29)
        agree(office, till, ala, 126 + 400 + 5_000 - 800 + 29)
        half = brought_back(till, may(28), paid, "BREAD")
        rest = brought_back(till, may(28), paid)
        assert half.points + rest.points == 800 - 29
        assert half.to_pay_minor + rest.to_pay_minor == 9_80
        assert brought_back(till, may(28), mixed, "OIL").points == -50
        agree(office, till, ala, 126 - 50 + 400 + 5_000)


def test_a_discount_that_grows(chain: Founded, tmp_path: Path) -> None:
    office = chain("growing_discount")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9))
        first = bought(till, ala, may(1), "TV*6")
        assert (first.discount_minor, first.points) == (0, 0)
        second = bought(till, ala, may(2), "COAT", "SCARF")
        assert (second.discount_minor, second.to_pay_minor) == (120_00, 4_879_99)
        assert bought(till, "", may(2), "COAT").discount_minor == 0, "without a card"
        agree(office, till, ala, 0)
        assert brought_back(till, may(3), second, "COAT").to_pay_minor == 3_880_00
        assert brought_back(till, may(3), second).to_pay_minor == 999_99
        brought_back(till, may(3), first, "TV*2")
        assert bought(till, ala, may(4), "COAT").discount_minor == 0, "4,000.00 are left"
        agree(office, till, ala, 0)


def test_a_pharmacy_where_medicines_earn_nothing(chain: Founded, tmp_path: Path) -> None:
    office = chain("pharmacy")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9), birthday="1960-06-29")
        ola = enrolled(till, may(1, 9), birthday="1960-05-29")
        mixed = bought(till, ala, may(1), "RX-1", "CREAM*2")
        assert (mixed.points, mixed.total_minor) == (25, 90_00)
        assert bought(till, ola, may(1), "RX-1", "CREAM*2").points == 50, "the birthday's month"
        large = bought(till, ala, may(2), "TV*2")
        assert (large.points, len(large.vouchers), large.balance) == (500, 2, 125)
        agree(office, till, ala, 125)
        assert brought_back(till, may(3), mixed, "RX-1").points == 0
        assert brought_back(till, may(3), mixed).points == -25
        gone = brought_back(till, may(3), large)
        assert (len(gone.revoked), gone.balance) == (2, 0)
        agree(office, till, ala, 0)


def test_business_customers_who_collect_for_gifts(chain: Founded, tmp_path: Path) -> None:
    office = chain("business_gifts")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9))
        order = bought(till, ala, may(1), "TV", "T-SAW*3", "PALLET*2")
        assert order.rules == (RulePoints("Turnover", 136), RulePoints("Large order", 50))
        five = bought(till, ala, may(2), *["T-SAW"] * 5)
        assert (five.points, five.rules[-1].points) == (60 + 10, 10)
        agree(office, till, ala, 256)
        part = brought_back(till, may(3), order, "TV")
        assert part.points == -(100 + 50), "what is left is no large order"
        assert brought_back(till, may(3), order, "PALLET*2").points == 0
        assert brought_back(till, may(3), order).points == -36
        agree(office, till, ala, 70)

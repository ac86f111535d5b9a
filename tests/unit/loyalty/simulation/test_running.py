"""A programme run over a few sales comes to what one works out by hand."""

import pytest
from msgspec.structs import replace

from loyalty.errors import SalesUnusable
from loyalty.programme.document import load_programme
from loyalty.simulation import running
from loyalty.simulation.running import Simulation
from tests.unit.loyalty.simulation.made import CLASSIC, WARSAW, sale, simulated


def test_points_and_vouchers_month_by_month() -> None:
    # 700.50 earns 700: a voucher for 500, 200 left. In February it pays 5.00 of 30.00.
    outcome = simulated(
        CLASSIC,
        [
            sale("anna", "2026-01-05 10:00", 70_050),
            sale("", "2026-01-06 10:00", 10_000),
            sale("anna", "2026-02-01 10:00", 3_000),
            sale("bert", "2026-02-28 23:59", 999),
        ],
    )
    january, february = outcome.months
    assert (january.month, february.month) == ("2026-01", "2026-02")
    assert (january.sales, january.members_sales, january.new_members) == (2, 1, 1)
    assert (january.turnover_minor, january.members_turnover_minor) == (80_050, 70_050)
    assert january.of("points").issued == 700
    assert january.of("points").redeemed == 500
    assert (january.vouchers_issued, january.vouchers_issued_minor) == (1, 500)
    assert (february.vouchers_used, february.vouchers_used_minor) == (1, 500)
    # What the voucher paid earns as well: the document excludes no tender.
    assert february.of("points").issued == 30 + 9
    assert february.active_members == 2
    assert outcome.total.given_minor == 500
    assert outcome.total.active_members == 2
    assert outcome.at_the_end.points == {"points": 239}
    assert outcome.at_the_end.points_minor == 239
    assert outcome.at_the_end.liability_minor == 239
    assert outcome.lines == 4
    anna, bert = outcome.members
    assert (anna.member, anna.points, anna.turnover_minor, anna.value_minor) == (
        *("anna", 730, 73_050, 500 + 230),
    )
    assert (bert.member, bert.value_minor) == ("bert", 9)


def test_a_voucher_pays_no_more_than_the_purchase_and_lapses_after_its_days() -> None:
    outcome = simulated(
        CLASSIC,
        [
            sale("anna", "2026-01-01 10:00", 100_000),
            sale("anna", "2026-01-31 23:59", 300),
            sale("anna", "2026-03-01 10:00", 10_000),
        ],
    )
    january, february, march = outcome.months
    # Two vouchers, good up to the end of 31 January: one pays 3.00, the other is gone.
    assert january.vouchers_issued == 2
    assert (january.vouchers_used, january.vouchers_used_minor) == (1, 300)
    assert (january.vouchers_expired, january.vouchers_expired_minor) == (1, 500)
    assert (february.sales, february.vouchers_expired, march.vouchers_used) == (0, 0, 0)
    assert outcome.at_the_end.vouchers == 0


def test_what_expires_is_counted_in_its_own_month() -> None:
    document = CLASSIC + "[wallets.points]\nexpiry = { days = 40 }\n"
    outcome = simulated(
        document,
        [
            sale("anna", "2026-01-01 10:00", 10_000),
            sale("anna", "2026-01-20 10:00", 5_000),
            sale("bert", "2026-04-02 10:00", 100),
        ],
    )
    # 40 days after 1 January is 10 February, after 20 January 1 March.
    assert [month.of("points").expired for month in outcome.months] == [0, 100, 50, 0]
    assert outcome.at_the_end.points == {"points": 1}


def test_points_that_lapse_without_a_purchase_are_kept_by_one() -> None:
    document = CLASSIC + "[wallets.points]\nexpiry = { inactive_days = 30 }\n"
    outcome = simulated(
        document,
        [
            sale("anna", "2026-01-01 10:00", 10_000),
            sale("bert", "2026-01-01 11:00", 10_000),
            sale("anna", "2026-01-30 10:00", 100),
            sale("carl", "2026-02-10 10:00", 100),
        ],
    )
    assert outcome.total.of("points").expired == 100
    assert outcome.at_the_end.points == {"points": 102}


def test_a_return_takes_what_it_would_earn_and_may_leave_a_debt() -> None:
    outcome = simulated(
        CLASSIC,
        [
            sale("anna", "2026-01-01 10:00", 50_000),
            sale("anna", "2026-01-02 10:00", 20_000, is_return=True),
            sale("anna", "2026-01-03 10:00", 15_000),
            sale("", "2026-01-04 10:00", 9_900, is_return=True),
        ],
    )
    total = outcome.total
    assert (total.sales, total.returns) == (2, 2)
    assert total.members_turnover_minor == 45_000
    assert total.turnover_minor == 35_100
    points = total.of("points")
    assert (points.issued, points.redeemed, points.clawed_back) == (650, 500, 200)
    assert outcome.at_the_end.owed_points == {"points": 50}
    assert outcome.at_the_end.points == {"points": 0}
    assert outcome.members[0].points == 450


@pytest.mark.parametrize(
    ("returns", "clawed_back", "forgiven"),
    [('debt = "forgiven"', 200, 200), ('without_receipt = "nothing"', 0, 0)],
)
def test_a_debt_may_be_forgiven_and_a_return_without_receipt_may_do_nothing(
    returns: str, clawed_back: int, forgiven: int
) -> None:
    outcome = simulated(
        f"{CLASSIC}[returns]\n{returns}\n",
        [
            sale("anna", "2026-01-01 10:00", 50_000),
            sale("anna", "2026-01-02 10:00", 20_000, is_return=True),
        ],
    )
    points = outcome.total.of("points")
    assert (points.clawed_back, points.forgiven) == (clawed_back, forgiven)
    assert outcome.at_the_end.owed_points == {"points": 0}


def test_a_return_with_its_receipt_always_takes_points_back() -> None:
    document = f'{CLASSIC}[returns]\nwithout_receipt = "nothing"\n'
    back = sale("anna", "2026-01-02 10:00", 20_000, is_return=True)
    outcome = simulated(
        document, [sale("anna", "2026-01-01 10:00", 30_000), replace(back, has_receipt=True)]
    )
    assert outcome.total.of("points").clawed_back == 200


def test_vouchers_wait_for_a_purchase_that_they_are_taken_for() -> None:
    document = CLASSIC + '[vouchers]\nat_least = "20.00"\nbranches = ["KRK"]\n'
    first = sale("anna", "2026-01-01 10:00", 50_000)
    outcome = simulated(
        document,
        [
            first,
            sale("anna", "2026-01-02 10:00", 1_999),
            sale("anna", "2026-01-03 10:00", 2_000, branch="WAW"),
        ],
    )
    assert outcome.total.vouchers_used == 0
    for branch in ("KRK", ""):
        outcome = simulated(
            document, [first, sale("anna", "2026-01-03 10:00", 2_000, branch=branch)]
        )
        assert outcome.total.vouchers_used_minor == 500


def test_a_voucher_that_earns_nothing_lowers_what_the_purchase_earns() -> None:
    document = CLASSIC + '[excluded]\ntenders = ["voucher", "gift_card"]\n'
    outcome = simulated(
        document,
        [
            sale("anna", "2026-01-01 10:00", 50_000),
            sale("anna", "2026-01-02 10:00", 2_000, paid={"gift_card": 300}),
        ],
    )
    assert outcome.total.of("points").issued == 500 + 12
    # A gift card pays first: a voucher is for what is left.
    outcome = simulated(
        document,
        [
            sale("anna", "2026-01-01 10:00", 50_000),
            sale("anna", "2026-01-02 10:00", 2_000, paid={"gift_card": 2_000}),
        ],
    )
    assert outcome.total.vouchers_used == 0


CASHBACK = """
name = "cashback"
version = 2
currency = "EUR"
earn = [{ name = "all", percent = "3" }]
pay = { points = 1, worth = "0.01", least = 200, percent = "50" }
[wallets.cashback]
kind = "money"
pending_days = 14
expiry = { days = 60 }
"""


def test_money_that_comes_back_waits_pays_a_part_and_expires() -> None:
    outcome = simulated(
        CASHBACK,
        [
            sale("anna", "2026-01-01 10:00", 10_000),  # 3.00, to be spent from the 15th on
            sale("anna", "2026-01-14 23:00", 1_000),  # 0.30; nothing to spend yet
            sale("anna", "2026-01-15 00:00", 500),  # 3.00 of which 2.50 pay the half
            sale("anna", "2026-03-10 10:00", 1_000),  # what is left: 0.50 is gone, 0.45 too little
        ],
    )
    assert outcome.total.points_paid_minor == 250
    points = outcome.total.of("cashback")
    assert (points.issued, points.redeemed, points.expired) == (300 + 30 + 15 + 30, 250, 50)
    assert outcome.at_the_end.points == {"cashback": 75}
    assert outcome.at_the_end.pending_points == {"cashback": 30}
    assert (outcome.main_wallet, outcome.main_kind) == ("cashback", "money")
    assert outcome.at_the_end.liability_minor == 75
    assert outcome.total.given_minor == 250


TIERS = """
name = "tiers"
version = 1
currency = "PLN"
earning = { per = "1.00", points = 1 }
multiply = [{ name = "gold", times = "2", when = { tiers = ["gold"] } }]
tiers = { months = 1, grace_days = 0 }
tier = [{ name = "silver", at = "100.00" }, { name = "gold", at = "500.00" }]
"""


def test_tiers_rise_with_the_next_receipt_and_are_counted_at_each_months_end() -> None:
    outcome = simulated(
        TIERS,
        [
            sale("anna", "2026-01-05 10:00", 60_000),
            sale("anna", "2026-01-06 10:00", 1_000),
            sale("bert", "2026-02-06 10:00", 12_000),
            sale("carl", "2026-03-06 10:00", 500),
        ],
    )
    assert [month.tiers for month in outcome.months] == [
        {"": 0, "silver": 0, "gold": 1},
        {"": 0, "silver": 1, "gold": 1},
        {"": 2, "silver": 1, "gold": 0},
    ]
    assert outcome.total.tiers == outcome.months[-1].tiers
    assert outcome.months[0].of("points").issued == 600 + 20
    assert outcome.at_the_end.points_minor == 0


DISCOUNT = """
name = "discount"
version = 1
currency = "PLN"
[discount]
steps = [{ at = "100.00", percent = "10" }]
"""


@pytest.mark.parametrize(("has_receipt", "taken_back"), [(True, 50), (False, 0)])
def test_a_growing_discount_is_given_and_taken_back_with_the_receipt(
    has_receipt: bool, taken_back: int
) -> None:
    back = sale("anna", "2026-01-07 10:00", 500, is_return=True)
    outcome = simulated(
        DISCOUNT,
        [
            sale("anna", "2026-01-05 10:00", 10_000),
            sale("anna", "2026-01-06 10:00", 1_000),
            replace(back, has_receipt=has_receipt),
        ],
    )
    assert outcome.total.discount_minor == 100 - taken_back
    assert outcome.members[0].value_minor == 100 - taken_back
    assert outcome.at_the_end.liability_minor == 0


def test_what_cannot_be_simulated_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SalesUnusable, match="no sale"):
        simulated(CLASSIC, [])
    with pytest.raises(SalesUnusable, match="do not come in the order"):
        simulated(CLASSIC, [sale("a", "2026-01-02 10:00", 100), sale("a", "2026-01-01 10:00", 100)])
    with pytest.raises(SalesUnusable, match="more than 240 months"):
        simulated(CLASSIC, [sale("a", "1999-01-02 10:00", 100), sale("a", "2026-01-01 10:00", 100)])
    monkeypatch.setattr(running, "MAX_MEMBERS", 1)
    with pytest.raises(SalesUnusable, match="more than 1 members"):
        simulated(CLASSIC, [sale("a", "2026-01-01 10:00", 100), sale("b", "2026-01-01 10:00", 100)])


def test_a_month_begins_at_midnight_by_the_shops_clock() -> None:
    simulation = Simulation(load_programme(CLASSIC), WARSAW)
    simulation.take(sale("a", "2026-03-31 23:59", 100))
    simulation.take(sale("a", "2026-04-01 00:00", 100))
    assert [month.sales for month in simulation.outcome().months] == [1, 1]


def test_each_wallet_has_figures_of_its_own() -> None:
    document = """
name = "two"
version = 1
currency = "PLN"
earn = [
  { name = "all", per = "1.00" },
  { name = "cup", wallet = "stamps", each = "visit" },
]
[wallets.points]
[wallets.stamps]
kind = "stamps"
"""
    outcome = simulated(document, [sale("anna", f"2026-01-0{day} 10:00", 900) for day in (1, 2)])
    assert outcome.main_wallet == "points"
    assert {name: one.issued for name, one in outcome.total.points.items()} == {
        "points": 18,
        "stamps": 2,
    }
    assert outcome.members[0].points == 18

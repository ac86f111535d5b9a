"""Caps of rules and wallets: on a receipt, a day, in a month, in whatever order sales come."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.baskets import MAX_QUANTITY
from loyalty.bounds import MAX_POINTS
from loyalty.programme.awards import award, cap_gains
from loyalty.programme.document import Programme
from loyalty.programme.occasions import WALLET_CAP, Occasion, Standing, cap_key
from tests.unit.loyalty.programme.shop import TUESDAY_NOON, WARSAW, gift, line, programme, sale
from tests.unit.loyalty.programme.strategies import occasions, programmes, standings


def capped(cap: str, wallet_cap: str = "{}") -> Programme:
    """One point for each 1.00, and 5 for a visit, both under caps."""
    return programme(
        f"[wallets.points]\ncap = {wallet_cap}\n"
        f'[[earn]]\nname = "spend"\nper = "1.00"\ncap = {cap}\n'
        '[[earn]]\nname = "visit"\neach = "visit"\npoints = 5\n'
    )


@pytest.mark.parametrize(
    ("cap", "amount_minor", "given_points", "why_not"),
    [
        ("{ receipt = 10 }", 999, 9, ""),
        ("{ receipt = 10 }", 1_000, 10, ""),
        ("{ receipt = 10 }", 1_100, 10, "capped"),
        ("{ receipt = 0 }", 1_100, 0, "capped"),
        ("{ day = 10 }", 1_100, 10, "capped"),
        ("{ month = 10 }", 1_100, 10, "capped"),
        ("{ receipt = 20, day = 30, month = 35 }", 9_900, 20, "capped"),
    ],
)
def test_a_rule_is_cut_to_its_cap(
    cap: str, amount_minor: int, given_points: int, why_not: str
) -> None:
    done = award(capped(cap), sale(amount_minor))
    assert gift(done) == {"spend": (given_points, why_not), "visit": (5, "")}
    assert done.outcomes[0].plain_points == amount_minor // 100


@pytest.mark.parametrize(("earned", "given_points"), [(0, 10), (4, 6), (10, 0), (12, 0), (-3, 10)])
def test_what_was_earned_before_takes_room(earned: int, given_points: int) -> None:
    # Less than nothing earned, after goods came back without their receipt, makes no more room.
    for period, cap in (("2026-11-24", "{ day = 10 }"), ("2026-11", "{ month = 10 }")):
        standing = Standing(earned={cap_key("points", "spend", period): earned})
        assert award(capped(cap), sale(5_000), standing).outcomes[0].points == given_points


def test_what_was_earned_on_other_days_and_by_other_rules_takes_none() -> None:
    others = {
        cap_key("points", "spend", "2026-11-23"): 10,
        cap_key("points", "visit", "2026-11-24"): 10,
        cap_key("stamps", "spend", "2026-11-24"): 10,
        cap_key("points", WALLET_CAP, "2026-11-24"): 10,
    }
    assert award(capped("{ day = 10 }"), sale(5_000), Standing(earned=others)).points == 15


def test_a_wallets_cap_holds_over_its_rules_in_their_order() -> None:
    done = award(capped("{}", "{ receipt = 12 }"), sale(1_000))
    assert gift(done) == {"spend": (10, ""), "visit": (2, "capped")}
    done = award(capped("{ receipt = 9 }", "{ receipt = 8 }"), sale(1_000))
    assert gift(done) == {"spend": (8, "capped"), "visit": (0, "capped")}


def test_a_capped_rule_with_stop_that_gives_nothing_leaves_its_goods() -> None:
    terms = (
        '[[earn]]\nname = "double"\nper = "1.00"\npoints = 2\ncap = { receipt = 0 }\nstop = true\n'
        '[[earn]]\nname = "rest"\nper = "1.00"\n'
    )
    assert gift(award(programme(terms), sale(300))) == {"double": (0, "capped"), "rest": (3, "")}


def test_a_cap_comes_after_multipliers() -> None:
    terms = (
        '[[earn]]\nname = "spend"\nper = "1.00"\ncap = { receipt = 15 }\n'
        '[[multiply]]\nname = "twice"\ntimes = "2"\n'
    )
    assert award(programme(terms), sale(700)).points == 14
    assert award(programme(terms), sale(800)).points == 15


def test_no_wallet_gets_more_than_an_entry_may_hold() -> None:
    terms = '[[earn]]\nname = "it"\neach = "unit"\npoints = 1000000\n'
    terms += '[[earn]]\nname = "more"\neach = "visit"\n'
    giant = sale(line(100, "LATTE", MAX_QUANTITY))
    done = award(programme(terms), giant)
    assert gift(done) == {"it": (MAX_POINTS, "capped"), "more": (0, "capped")}
    assert done.outcomes[0].plain_points == MAX_QUANTITY * 1_000_000
    wide = "[wallets.points]\ncap = { receipt = 999999 }\n" + terms
    assert award(programme(wide), giant).points == 999_999


def test_gains_are_kept_for_the_periods_that_have_a_cap() -> None:
    def gains(terms: Programme) -> dict[str, int]:
        return cap_gains(terms, sale(1_000), award(terms, sale(1_000)))

    assert gains(capped("{ receipt = 7 }")) == {}
    assert gains(capped("{ day = 7 }")) == {"points|spend|2026-11-24": 7}
    assert gains(capped("{ month = 700 }")) == {"points|spend|2026-11": 10}
    assert gains(capped("{ day = 0 }")) == {}
    assert gains(capped("{ day = 7, month = 700 }", "{ month = 9 }")) == {
        "points|spend|2026-11-24": 7,
        "points|spend|2026-11": 7,
        "points|*|2026-11": 9,
    }
    assert gains(capped("{}")) == {}


@pytest.mark.parametrize(
    ("minutes", "day", "month"),
    [(-1, "2026-11-30", "2026-11"), (0, "2026-12-01", "2026-12")],
)
def test_periods_end_at_the_shops_midnight(minutes: int, day: str, month: str) -> None:
    # In Greenwich it is still 30 November, an hour before midnight.
    midnight = datetime(2026, 12, 1, tzinfo=WARSAW)
    rung = sale(300, at=midnight + timedelta(minutes=minutes))
    terms = capped("{ day = 50, month = 500 }")
    assert cap_gains(terms, rung, award(terms, rung)) == {
        f"points|spend|{day}": 3,
        f"points|spend|{month}": 3,
    }


@given(
    programmes(),
    st.lists(st.tuples(occasions(), st.sampled_from(range(0, 40, 13))), min_size=2, max_size=6),
    standings(),
)
def test_no_cap_is_exceeded_in_any_order_of_sales(
    terms: Programme, sales: list[tuple[Occasion, int]], standing: Standing
) -> None:
    # Drawn in any order: of a few days of two months, some of them after later ones.
    by_key: Counter[str] = Counter()
    for drawn, days in sales:
        occasion = replace(drawn, at=TUESDAY_NOON + timedelta(days=days))
        done = award(terms, occasion, replace(standing, earned=by_key))
        by_key.update(cap_gains(terms, occasion, done))
        on_receipt = Counter({one.rule: one.points for one in done.outcomes})
        for rule in terms.rules:
            assert rule.cap.receipt is None or on_receipt[rule.name] <= rule.cap.receipt
        for wallet, points in done.wallets.items():
            limit = terms.wallets[wallet].cap.receipt
            assert limit is None or points <= limit
    for key, earned in by_key.items():
        wallet, name, period = key.split("|")
        cap = terms.wallets[wallet].cap
        if name != WALLET_CAP:
            cap = next(rule.cap for rule in terms.rules if rule.name == name)
        limit = cap.day if len(period) == len("2026-11-24") else cap.month
        assert limit is not None
        assert 0 < earned <= limit

"""Goods brought back with their receipt: a sale and all its returns come to nothing."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.baskets import Line
from loyalty.programme.awards import award
from loyalty.programme.brought_back import AskedBack, all_left, parts_by_place
from loyalty.programme.debts import forgiven_points, revocable_vouchers
from loyalty.programme.document import Programme, classic_document, load_programme
from loyalty.programme.occasions import NEWCOMER, Occasion, Standing
from loyalty.programme.returning import (
    LIFE_CYCLE,
    PARTLY_RETURNED,
    RETURNED,
    UNTOUCHED,
    ReturnAward,
    ReturnedPart,
    SaleAtHand,
    lines_left,
    returned,
    state_of,
)
from loyalty.programme.sale_facts import SaleFacts
from loyalty.programme.standing import sums_of
from tests.unit.loyalty.programme.shop import line, programme, sale
from tests.unit.loyalty.programme.strategies import occasions, programmes, standings

CLASSIC = load_programme(classic_document())
SPEND_TIERS = '[[tier]]\nname = "silver"\nat = "100.00"\n[earning]\nper = "1.00"\n'
PAYING = '[earning]\nper = "1.00"\n[pay]\npoints = 10\nworth = "1.00"\n'


def at_hand(
    terms: Programme,
    occasion: Occasion,
    standing: Standing = NEWCOMER,
    *,
    is_member: bool = True,
    voucher_paid_minor: int = 0,
) -> SaleAtHand:
    """The sale as the till would have written it down."""
    given_then = award(terms, occasion, standing)
    facts = SaleFacts(
        occasion=occasion,
        standing=standing,
        sums=sums_of(terms, occasion, given_then) if is_member else {},
        discount_minor=given_then.discount_minor,
    )
    points = given_then.points if is_member else 0
    return SaleAtHand(facts, points, is_member, voucher_paid_minor)


def brought_back(terms: Programme, at: SaleAtHand, *asked: AskedBack) -> list[ReturnAward]:
    """The returns of one part after the other."""
    before: tuple[ReturnedPart, ...] = ()
    done = []
    for one in asked:
        parts = parts_by_place(at.lines, lines_left(at.lines, before), [one])
        assert isinstance(parts, tuple)
        done.append(returned(terms, at, before, parts))
        before += parts
    return done


@settings(max_examples=60)
@given(st.data())
def test_all_returns_of_a_sale_take_what_it_gave(data: st.DataObject) -> None:
    terms = data.draw(programmes())
    at = at_hand(terms, data.draw(occasions()), data.draw(standings()), voucher_paid_minor=700)
    before: tuple[ReturnedPart, ...] = ()
    points = amount_minor = discount_minor = 0
    sums: Counter[str] = Counter()
    left = at.lines
    for _ in range(6):
        places = [place for place, one in enumerate(left) if one.quantity or one.amount_minor]
        if not places:
            break
        place = data.draw(st.sampled_from(places))
        units = data.draw(st.integers(1, max(left[place].quantity, 1)))
        parts = parts_by_place(at.lines, left, [AskedBack(place, units)])
        assert isinstance(parts, tuple)
        step = returned(terms, at, before, parts)
        before += parts
        left = lines_left(at.lines, before)
        points += step.taken
        assert points <= at.points
        amount_minor += step.amount_minor
        discount_minor += step.discount_minor
        sums.update(step.sums)
    rest = returned(terms, at, before, all_left(left))
    sums.update(rest.sums)
    assert points + rest.taken == at.points
    assert amount_minor + rest.amount_minor == at.facts.occasion.basket.total_minor
    assert discount_minor + rest.discount_minor == at.facts.discount_minor
    assert {key: -value for key, value in sums.items() if value} == dict(at.facts.sums)


@settings(max_examples=40)
@given(programmes(), occasions(), standings(), st.data())
def test_the_order_of_returns_does_not_matter(
    terms: Programme, occasion: Occasion, standing: Standing, data: st.DataObject
) -> None:
    at = at_hand(terms, occasion, standing)
    parts = list(all_left(at.lines))
    some = parts[: len(parts) // 2]
    one_way = returned(terms, at, (), some)
    taken = 0
    before: list[ReturnedPart] = []
    for part in data.draw(st.permutations(some)):
        taken += returned(terms, at, before, [part]).taken
        before.append(part)
    assert taken == one_way.taken


def test_halves_of_a_line_take_what_the_whole_earned() -> None:
    """19.90 earns 1 by full tens, and 9.95 nothing: what is left decides."""
    terms = programme('[earning]\nper = "10.00"\n')
    at = at_hand(terms, sale(line(19_90, quantity=2)))
    first, second = brought_back(terms, at, AskedBack(0, 1), AskedBack(0, 1))
    assert at.points == 1
    assert (first.taken, second.taken) == (1, 0)


def test_the_sale_s_own_version_and_moment_decide() -> None:
    terms = programme(
        '[earning]\nper = "1.00"\n[[multiply]]\nname = "tuesday"\ntimes = "2"\n'
        'when = { weekdays = ["tuesday"] }\n'
    )
    at = at_hand(terms, sale(30_00, 20_00))
    (step,) = brought_back(terms, at, AskedBack(1))
    assert (at.points, step.taken, step.points) == (100, 40, -40)


def test_caps_stay_those_of_the_sale() -> None:
    """30 of 80 goods back leave 50, which still earn the cap of 40."""
    terms = programme('[[earn]]\nname = "all"\nper = "1.00"\ncap = { day = 40 }\n')
    at = at_hand(terms, sale(50_00, 30_00))
    first, second = brought_back(terms, at, AskedBack(1), AskedBack(0, None, 20_00))
    assert (at.points, first.taken, second.taken) == (40, 0, 10)
    assert dict(first.sums) == {}
    assert dict(second.sums) == {"points|all|2026-11-24": -10}


def test_sums_go_back_in_the_sale_s_periods() -> None:
    terms = programme(SPEND_TIERS)
    at = at_hand(terms, sale(30_00, 20_00))
    first, second = brought_back(terms, at, AskedBack(0), AskedBack(1))
    assert dict(first.sums) == {"spend|2026-11": -30_00}
    assert dict(second.sums) == {"spend|2026-11": -20_00}


def test_points_that_paid_come_back_in_proportion() -> None:
    """40.00 of 100.00 were paid with 400 points: a quarter of the goods brings 100 of them."""
    terms = programme(PAYING)
    at = at_hand(terms, sale(25_00, 75_00, paid={"points": 40_00}))
    first, second = brought_back(terms, at, AskedBack(0), AskedBack(1))
    assert (first.points_back, first.points_paid_minor, first.money_minor) == (100, 10_00, 15_00)
    assert (second.points_back, second.points_paid_minor, second.money_minor) == (300, 30_00, 45_00)
    assert first.points == 100 - first.taken


def test_parts_of_a_grosz_come_back_whole_in_the_end() -> None:
    terms = programme(PAYING)
    at = at_hand(terms, sale(1_00, 1_00, 1_00, paid={"points": 1_00}))
    steps = brought_back(terms, at, AskedBack(0), AskedBack(1), AskedBack(2))
    assert [step.points_back for step in steps] == [3, 3, 4]
    assert sum(step.points_paid_minor for step in steps) == 1_00


def test_a_voucher_that_paid_is_no_money() -> None:
    at = at_hand(CLASSIC, sale(50_00, 50_00), voucher_paid_minor=20_00)
    steps = brought_back(CLASSIC, at, AskedBack(0), AskedBack(1))
    assert [(step.voucher_paid_minor, step.money_minor, step.points_back) for step in steps] == [
        (10_00, 40_00, 0),
        (10_00, 40_00, 0),
    ]


def test_goods_without_a_card_take_no_points() -> None:
    at = at_hand(CLASSIC, sale(50_00, 50_00), is_member=False)
    (step,) = brought_back(CLASSIC, at, AskedBack(0))
    assert (step.points, step.amount_minor, dict(step.sums)) == (0, 50_00, {})


def test_a_discount_that_was_given_is_not_paid_out() -> None:
    terms = programme(
        '[earning]\nper = "1.00"\n[discount]\nsteps = [{ at = "100.00", percent = "10" }]\n'
    )
    at = at_hand(terms, sale(30_00, 20_00), Standing(spent_minor=100_00))
    first, second = brought_back(terms, at, AskedBack(0), AskedBack(1))
    assert (first.discount_minor, first.money_minor) == (3_00, 27_00)
    assert (second.discount_minor, second.money_minor) == (2_00, 18_00)


def test_a_basket_that_came_to_nothing_gives_nothing_back() -> None:
    at = at_hand(CLASSIC, sale(10_00, -10_00), voucher_paid_minor=5_00)
    (step,) = brought_back(CLASSIC, at, AskedBack(1))
    assert (step.taken, step.voucher_paid_minor, step.amount_minor) == (-10, 0, -10_00)
    assert at.points == 0


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ((), UNTOUCHED),
        ((ReturnedPart(0, 1, 5_00),), PARTLY_RETURNED),
        ((ReturnedPart(0, 0, 10_00),), PARTLY_RETURNED),
        ((ReturnedPart(0, 2, 10_00),), RETURNED),
    ],
)
def test_where_a_sale_is_in_its_life(parts: tuple[ReturnedPart, ...], state: str) -> None:
    lines = (Line("MUG", "", 2, 10_00),)
    assert state_of(lines, lines_left(lines, parts)) == state
    assert LIFE_CYCLE[RETURNED] == frozenset()
    assert RETURNED in LIFE_CYCLE[UNTOUCHED] & LIFE_CYCLE[PARTLY_RETURNED]


@pytest.mark.parametrize(
    ("debt", "balance", "forgiven"),
    [("owes", 10, 0), ("forgiven", 10, 30), ("forgiven", 40, 0), ("forgiven", -5, 40)],
)
def test_debts_are_owed_or_forgiven(debt: str, balance: int, forgiven: int) -> None:
    terms = programme(f'[earning]\nper = "1.00"\n[returns]\ndebt = "{debt}"\n')
    assert forgiven_points(terms, -40, balance) == forgiven


@pytest.mark.parametrize(
    ("vouchers", "balance_after", "unused", "revoked"),
    [
        ("kept", -150, 3, 0),
        ("revoked", -150, 3, 2),
        ("revoked", -150, 1, 1),
        ("revoked", 5, 3, 0),
    ],
)
def test_vouchers_pay_a_debt_first(
    vouchers: str, balance_after: int, unused: int, revoked: int
) -> None:
    terms = programme(
        '[earning]\nper = "1.00"\n[reward]\nat_points = 100\nvoucher = "10.00"\n'
        f'[returns]\nvouchers = "{vouchers}"\n'
    )
    assert revocable_vouchers(terms, balance_after, unused) == revoked
    without = programme('[earning]\nper = "1.00"\n[returns]\nvouchers = "revoked"\n')
    assert revocable_vouchers(without, balance_after, unused) == 0

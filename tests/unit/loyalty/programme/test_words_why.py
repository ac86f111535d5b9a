"""Why a rule gave what it gave, in words: what was counted, multiplied, cut, or not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.members import LANGUAGES
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.occasions import NEWCOMER, Occasion, RuleOutcome, Standing, cap_key
from loyalty.programme.words.basket import award_told
from loyalty.programme.words.speech import Speech
from loyalty.programme.words.why import why
from tests.unit.loyalty.programme.shop import line, programme, sale
from tests.unit.loyalty.programme.strategies import occasions, programmes, standings

RULE = '[[earn]]\nname = "cups"\n'
SILVER = '[[tier]]\nname = "silver"\nat = "100"\n'
DOUBLE = '[[multiply]]\nname = "double"\ntimes = "2"\n'
HALF_MORE = '[[multiply]]\nname = "half_more"\ntimes = "1.5"\n'


def reason(terms: str, occasion: Occasion, standing: Standing = NEWCOMER) -> str:
    """Why the last rule of `terms` gave what it did, in English."""
    shop = programme(terms)
    return why(award(shop, occasion, standing).outcomes[-1], shop, "en")


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        ('per = "10.00"\npoints = 2', "PLN73.50, 2 points for each full PLN10.00 = 14 points."),
        ('each = "unit"\npoints = 5', "3 units × 5 = 15 points."),
        ('each = "unit"\nevery = 2', "3 units, 1 point for every 2 units = 1 point."),
        ('each = "line"\npoints = 4', "2 lines × 4 = 8 points."),
        ('each = "visit"\npoints = 7', "7 points."),
    ],
)
def test_what_was_counted_is_told_with_its_rate(rate: str, sentence: str) -> None:
    bought = sale(line(5_000, quantity=2), line(2_350, "CUP"))
    assert reason(RULE + rate, bought) == f"Cups: {sentence}"


def test_a_part_in_per_cent_is_told_in_money() -> None:
    terms = '[wallets.cash]\nkind = "money"\n' + RULE + 'percent = "2.5"'
    assert reason(terms, sale(7_350)) == "Cups: 2.5% of PLN73.50 = PLN1.83."


@pytest.mark.parametrize(
    ("stacking", "told"),
    [
        ("best", "× 2 (Double) = 146 points."),
        ("add", "× 2.5 (Double, Half more) = 182 points."),
        ("multiply", "× 3 (Double, Half more) = 219 points."),
    ],
)
def test_multipliers_are_named_with_what_they_come_to(stacking: str, told: str) -> None:
    terms = f'{RULE}per = "1.00"\n{DOUBLE}{HALF_MORE}[stacking]\nmultipliers = "{stacking}"'
    assert reason(terms, sale(7_350)).endswith(f"= 73 points, {told}")


@pytest.mark.parametrize(
    ("rule", "bought", "told"),
    [
        ('per = "1.00"\nwhen = { weekdays = ["friday"] }', 100, "Only on: Friday."),
        ('per = "1.00"\nwhen = { hours = ["14:00-17:00"] }', 100, "Only from 14:00 to 17:00."),
        ('per = "1.00"\nwhen = { dates = ["12-24"] }', 100, "Only on the days: 24 December."),
        ('per = "1.00"\nwhen = { branches = ["B1"] }', 100, "Only in the branches: B1."),
        ('per = "1.00"\nwhen = { tiers = ["silver"] }', 100, "Only with the tier: Silver."),
        ('per = "1.00"\nwhen = { segments = ["a_b"] }', 100, "Only for members of the group: a b."),
        ('per = "1.00"\nwhen = { birthday = "day" }', 100, "Only on the member's birthday."),
        ('per = "1.00"\nwhen = { visit = 2 }', 100, "Only with purchase number 2."),
        (
            'per = "10.00"',
            999,
            "Its goods come to PLN9.99. It gives 1 point for each full PLN10.00.",
        ),
        (
            'each = "visit"\nat_least = "50.00"',
            4_999,
            "Only when what counts comes to at least PLN50.00. It gives 1 point once a receipt.",
        ),
    ],
)
def test_what_gave_nothing_says_why(rule: str, bought: int, told: str) -> None:
    assert reason(f"{SILVER}{RULE}{rule}", sale(bought)) == f"Cups: 0 points. {told}"


def test_goods_that_are_not_there_are_named() -> None:
    terms = '[goods.coffee]\ntitle = "fresh coffee"\ncategories = ["drinks"]\n'
    said = reason(f'{terms}{RULE}goods = ["coffee"]\neach = "unit"', sale(100))
    assert said == "Cups: 0 points. Nothing in this basket counts for it. Only for: fresh coffee."


def test_goods_that_an_earlier_rule_took_are_said_to_have_earned() -> None:
    terms = f'[[earn]]\nname = "first"\nper = "1.00"\nstop = true\n{RULE}per = "1.00"'
    assert reason(terms, sale(100)) == "Cups: 0 points. Its goods earned with an earlier rule."


def test_a_discount_that_takes_the_points_is_named() -> None:
    terms = '[discount]\nsteps = [{ at = "1.00", percent = "10" }]\n'
    said = reason(
        f'{terms}{RULE}per = "1.00"\n[stacking]\ndiscount_earns = false',
        sale(1_000),
        Standing(spent_minor=100),
    )
    assert said == "Cups: 0 points. A receipt with a discount of this programme earns nothing."


def test_a_cap_says_what_it_left() -> None:
    terms = f'{RULE}per = "1.00"\ncap = {{ receipt = 50 }}\n[wallets.points]\ncap = {{ day = 60 }}'
    before = Standing(earned={cap_key("points", "*", "2026-11-24"): 45})
    assert reason(terms, sale(7_350), before) == (
        "Cups: PLN73.50, 1 point for each full PLN1.00 = 73 points. "
        "At most 50 points on one receipt. At most 60 points in one day. That leaves 15 points."
    )


def test_a_multiplier_that_leaves_nothing_is_seen_at_work() -> None:
    terms = f'{RULE}per = "1.00"\n[[multiply]]\nname = "winter"\ntimes = "0.5"'
    assert reason(terms, sale(100)) == (
        "Cups: PLN1.00, 1 point for each full PLN1.00 = 1 point, × 0.5 (Winter) = 0 points."
    )


def test_the_short_form_is_every_purchase() -> None:
    assert reason('[earning]\nper = "1.00"', sale(100)).startswith("Every purchase: PLN1.00")


def test_the_outcome_of_another_programme_is_a_fault() -> None:
    stranger = RuleOutcome(rule="other", wallet="points", points=0, plain_points=0, counted=0)
    with pytest.raises(KeyError, match="other"):
        why(stranger, programme(f'{RULE}per = "1.00"'), "en")


@given(programmes(), occasions(), standings(), st.sampled_from(LANGUAGES))
def test_every_outcome_is_told_with_what_it_gave(
    shop: Programme, occasion: Occasion, standing: Standing, language: str
) -> None:
    speech = Speech(shop, language)
    earned = award(shop, occasion, standing)
    for outcome in earned.outcomes:
        told = why(outcome, shop, language)
        assert told.startswith(f"{speech.rule(outcome.rule)}: ")
        assert told.endswith(".")
        assert speech.gain(outcome.points, outcome.wallet) in told
        assert "…" not in told
    assert award_told(shop, occasion, earned, language).title


def test_a_basket_is_told_with_its_discount_and_every_wallet() -> None:
    shop = programme(
        '[wallets.points]\n[wallets.stamps]\nkind = "stamps"\n[wallets.unused]\n'
        '[[earn]]\nname = "a"\nper = "1.00"\n'
        '[[earn]]\nname = "b"\neach = "unit"\nwallet = "stamps"\n'
        '[discount]\nsteps = [{ at = "100.00", percent = "10" }]\n'
    )
    bought = sale(1_000)
    told = award_told(shop, bought, award(shop, bought, Standing(spent_minor=10_000)), "en")
    assert told.title == "A basket of PLN10.00 on Tuesday, 24 November 2026, at 12:00"
    assert told.sentences[2:] == (
        "Taken off: PLN1.00. Left to pay: PLN9.00.",
        "In all: 9 points and 1 stamp.",
    )
    new = award_told(shop, bought, award(shop, bought), "pl")
    assert new.sentences[2:] == ("Bez rabatu.", "Razem: 10 punktów i 1 pieczątka.")

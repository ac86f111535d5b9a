"""Multipliers: which rules they are of, and how several stand together."""

import pytest

from loyalty.programme.awards import award
from loyalty.programme.occasions import Standing
from tests.unit.loyalty.programme.shop import outcome, programme, sale

SPEND = '[[earn]]\nname = "spend"\nper = "1.00"\n'
TIERS = '[[tier]]\nname = "gold"\nat = "1.00"\n'


def multiplier(name: str, times: str, more: str = "") -> str:
    return f'[[multiply]]\nname = "{name}"\ntimes = "{times}"\n{more}\n'


def stacked(how: str, *times: str) -> str:
    return (
        SPEND
        + "".join(multiplier(f"m{place}", one) for place, one in enumerate(times))
        + f'[stacking]\nmultipliers = "{how}"\n'
    )


@pytest.mark.parametrize(
    ("how", "times", "earned", "names"),
    [
        ("best", ("1.5", "2"), 146, ("m1",)),
        ("best", ("2", "2"), 146, ("m0",)),
        ("best", ("3", "2"), 219, ("m0",)),
        ("best", ("0.5",), 36, ("m0",)),
        ("add", ("1.5", "2"), 182, ("m0", "m1")),  # 73 x 2.5 = 182.5
        ("add", ("0.5", "0.25"), 0, ("m0", "m1")),  # 1 - 0.5 - 0.75: nothing, and not less
        ("add", ("1.5", "0.5"), 73, ("m0", "m1")),
        ("multiply", ("1.5", "2"), 219, ("m0", "m1")),
        ("multiply", ("1.5", "1.5"), 164, ("m0", "m1")),  # 73 x 2.25 = 164.25, floored once
        ("multiply", ("0.1", "0.1"), 0, ("m0", "m1")),
    ],
)
def test_several_multipliers_of_a_rule(
    how: str, times: tuple[str, ...], earned: int, names: tuple[str, ...]
) -> None:
    done = outcome(stacked(how, *times), sale(7_350))
    assert (done.plain_points, done.points, done.multipliers) == (73, earned, names)
    assert done.why_not == ("" if earned else "too-little")


def test_without_a_word_the_best_one_counts() -> None:
    terms = SPEND + multiplier("a", "1.5") + multiplier("b", "2")
    assert outcome(terms, sale(1_000)).points == 20


def test_times_are_exact_where_a_float_is_not() -> None:
    assert int(100 * 1.15) == 114
    assert outcome(stacked("best", "1.15"), sale(10_000)).points == 115
    done = outcome(stacked("multiply", "1.15", "1.15", "1.15"), sale(80_000))
    assert done.points == 800 * 115**3 // 100**3 == 1_216


def test_points_are_floored_after_multipliers_not_by_the_line() -> None:
    terms = '[[earn]]\nname = "it"\neach = "unit"\nevery = 1\npoints = 1\n' + multiplier("m", "1.5")
    assert outcome(terms, sale(100)).points == 1
    assert outcome(terms, sale(100, 100)).points == 3


def test_a_multiplier_that_names_no_rule_is_of_all_of_the_main_wallet() -> None:
    terms = (
        '[wallets.points]\n[wallets.stamps]\nkind = "stamps"\n'
        '[earning]\nper = "1.00"\n'
        '[[earn]]\nname = "named"\nwallet = "points"\nper = "1.00"\n'
        '[[earn]]\nname = "card"\nwallet = "stamps"\neach = "visit"\n'
    )
    everywhere = award(programme(terms + multiplier("m", "2")), sale(1_000))
    assert everywhere.wallets == {"points": 40, "stamps": 1}
    named = award(
        programme(terms + multiplier("m", "2", 'rules = ["earning", "card"]')), sale(1_000)
    )
    assert named.wallets == {"points": 30, "stamps": 2}
    assert [one.multipliers for one in named.outcomes] == [("m",), (), ("m",)]


def test_a_multiplier_applies_when_its_own_conditions_hold() -> None:
    terms = (
        TIERS
        + SPEND
        + multiplier("gold", "3", 'when = { tiers = ["gold"] }')
        + multiplier("tuesday", "2", 'when = { weekdays = ["tuesday"] }')
    )
    assert outcome(terms, sale(1_000)).multipliers == ("tuesday",)
    gold = outcome(terms, sale(1_000), Standing(tier="gold"))
    assert (gold.points, gold.multipliers) == (30, ("gold",))


def test_nothing_is_multiplied_where_nothing_was_earned() -> None:
    done = outcome(SPEND + multiplier("m", "2"), sale(99))
    assert (done.points, done.multipliers) == (0, ())

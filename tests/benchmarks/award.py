"""`award`: what a basket earns under many rules, and under classic's one, in this process."""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter_ns
from zoneinfo import ZoneInfo

from loyalty.baskets import Basket, Line
from loyalty.programme.awards import award, cap_gains
from loyalty.programme.document import Programme, classic_document, load_programme
from loyalty.programme.occasions import NEWCOMER, Occasion, Standing
from tests.benchmarks.figures import Figure, quantile

CALLS_A_ROUND = 20
TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
REGULAR = Standing(tier="gold", spent_minor=60_000, visits=11, birthday="11-03")
"""Who has everything that the rules ask for."""

_TERMS = """
name = "busy"
version = 1
currency = "PLN"
discount = { steps = [{ at = "100.00", percent = "3" }, { at = "500.00", percent = "5" }] }
excluded = { goods = ["tobacco"], tenders = ["voucher"] }
[goods.tobacco]
categories = ["tobacco"]
[goods.own_brand]
tags = ["own"]
[goods.fruit]
starts_with = ["F-"]
[goods.coffee]
items = ["C-0", "C-4", "C-8"]
[wallets.points]
cap = { month = 1000000 }
[wallets.stamps]
kind = "stamps"
[wallets.cash]
kind = "money"
[[tier]]
name = "gold"
at = "500.00"
[[multiply]]
name = "gold"
times = "1.5"
when = { tiers = ["gold"] }
[[multiply]]
name = "lunch"
times = "2"
when = { hours = ["11:00-14:00"] }
"""
_WAYS = (
    'per = "1.00"',
    'wallet = "stamps"\neach = "unit"\nevery = 2',
    'each = "line"\npoints = 2\nwhen = { weekdays = ["monday", "tuesday"] }',
    'each = "visit"\npoints = 20\nwhen = { birthday = "month" }',
    'wallet = "cash"\npercent = "2.5"\nwhen = { from = "2026-01-01", until = "2026-12-31" }',
    'per = "5.00"\npoints = 3\ncap = { receipt = 50, day = 200 }',
)
_GOODS = ("", 'goods = ["own_brand"]', 'goods = ["fruit", "coffee"]', 'goods = ["coffee"]')
_SHELVES = (("C", "drinks", ()), ("F", "food", ("own",)), ("T", "tobacco", ()), ("X", "", ("own",)))


def run(lines: int, rules: int, rounds: int) -> list[Figure]:
    """Time one basket under a programme of every kind of rule, by turns with classic."""
    basket = basket_of(lines)
    busy, classic = busy_programme(rules), load_programme(classic_document())
    rung = Occasion(basket=basket, at=TUESDAY_NOON, branch="KRK", paid={"voucher": 500})
    plain = Occasion(basket=basket, at=TUESDAY_NOON)
    done = award(busy, rung, REGULAR)
    figures = {
        f"award, {lines} lines, {rules} rules, a regular": lambda: award(busy, rung, REGULAR),
        f"award, {lines} lines, {rules} rules, a newcomer": lambda: award(busy, rung, NEWCOMER),
        "what it adds to its caps": lambda: cap_gains(busy, rung, done),
    }
    return [
        _figure(name, work, lambda: award(classic, plain), rounds) for name, work in figures.items()
    ] + [_figure(f"classic, {lines} lines, by a bare division", *_barely(classic, plain), rounds)]


def busy_programme(rules: int) -> Programme:
    """A programme of so many rules of every kind, with groups, conditions, caps, multipliers."""
    told = [
        f'[[earn]]\nname = "rule{at}"\n{_WAYS[at % len(_WAYS)]}\n{_GOODS[at % len(_GOODS)]}\n'
        for at in range(rules)
    ]
    return load_programme(_TERMS + "".join(told))


def basket_of(lines: int) -> Basket:
    """A basket of `lines` different articles from all shelves."""
    rung = []
    for at in range(lines):
        shelf, category, tags = _SHELVES[at % len(_SHELVES)]
        rung.append(Line(f"{shelf}-{at}", "goods", 1 + at % 3, 99 + 137 * at, category, tags))
    return Basket(tuple(rung))


def _barely(
    classic: Programme, occasion: Occasion
) -> tuple[Callable[[], object], Callable[[], object]]:
    return lambda: award(classic, occasion), lambda: occasion.basket.total_minor // 100


def _figure(
    name: str, work: Callable[[], object], floor: Callable[[], object], rounds: int
) -> Figure:
    """The quickest tenth of the rounds of each: what else a machine does is not the award's."""
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for spent, one in zip(both, (work, floor), strict=True):
            spent.append(_microseconds(one))
    measured, least = (quantile(spent, 0.1) for spent in both)
    return Figure(name=name, measured=measured, unit="µs", floor=least)


def _microseconds(work: Callable[[], object]) -> float:
    started = perf_counter_ns()
    for _ in range(CALLS_A_ROUND):
        work()
    return (perf_counter_ns() - started) / 1_000 / CALLS_A_ROUND

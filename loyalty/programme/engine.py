"""A programme compiled once into integers, ready for any number of awards."""

from functools import lru_cache

import msgspec

from loyalty.programme.capping import Limits
from loyalty.programme.conditions import Condition, condition
from loyalty.programme.counting import PER_CENT, GrowingDiscount, Ratio, growing_discount
from loyalty.programme.document import Programme
from loyalty.programme.groups import GoodsGroups
from loyalty.programme.multiplying import TOGETHER, Times, Together, times_of
from loyalty.programme.occasions import WALLET_CAP
from loyalty.programme.terms.conditions import ALWAYS, NO_CAP, When
from loyalty.programme.terms.earning import EarnRule
from loyalty.programme.terms.goods import Tender

MAX_ENGINES = 64
"""Programmes that are kept compiled: those in force, those before them, drafts of a simulation."""

UNCONDITIONAL = -1
"""The number of the `when` that says nothing."""

UNMULTIPLIED = -1
"""The number of no multipliers."""


class Rule(msgspec.Struct, frozen=True):
    """One earning rule. `each` is "" where it counts minor units; they are taken in full steps of
    `step`, or whole in the `part` of a percentage. `least` is `at_least`, never under one minor
    unit: goods that come to nothing earn nothing. `times` is the number of its multipliers."""

    name: str
    wallet: str
    goods: int
    condition: int
    least: int
    each: str
    step: int
    points: int
    part: Ratio | None
    times: int
    limits: Limits | None
    stop: bool


class Engine(msgspec.Struct, frozen=True):
    """All that an award asks of a programme. `conditions` are those of rules and multipliers,
    `times` the multipliers that rules have together, each once, so that an award works each out
    once; `wallet_limits` are those of wallets that have a cap."""

    rules: tuple[Rule, ...]
    conditions: tuple[Condition, ...]
    times: tuple[tuple[Times, ...], ...]
    groups: GoodsGroups
    excluded: int
    tenders: tuple[Tender, ...]
    discount: GrowingDiscount | None
    discount_earns: bool
    together: Together
    main_wallet: str
    wallets: tuple[str, ...]
    wallet_limits: dict[str, Limits]


@lru_cache(maxsize=MAX_ENGINES)
def engine(programme: Programme) -> Engine:
    """`programme` compiled; the same one is compiled once."""
    groups = GoodsGroups(programme.goods)
    main = programme.main_wallet
    whens: dict[When, int] = {ALWAYS: UNCONDITIONAL}
    times: dict[tuple[Times, ...], int] = {(): UNMULTIPLIED}

    def number(when: When) -> int:
        return whens.setdefault(when, len(whens) - 1)

    rules = tuple(
        _rule(
            programme,
            rule,
            groups.counted(rule.goods),
            number(rule.when),
            times.setdefault(times_of(programme, rule, number), len(times) - 1),
        )
        for rule in programme.rules
    )
    return Engine(
        rules=rules,
        conditions=tuple(condition(when) for when in whens if when != ALWAYS),
        times=tuple(several for several in times if several),
        groups=groups,
        excluded=groups.named(programme.excluded.goods),
        tenders=programme.excluded.tenders,
        discount=growing_discount(programme, groups),
        discount_earns=programme.stacking.discount_earns,
        together=TOGETHER[programme.stacking.multipliers],
        main_wallet=main,
        wallets=tuple(dict.fromkeys([main, *programme.wallets, *(rule.wallet for rule in rules)])),
        wallet_limits={
            name: Limits(name, WALLET_CAP, wallet.cap)
            for name, wallet in programme.wallets.items()
            if wallet.cap != NO_CAP
        },
    )


def _rule(programme: Programme, rule: EarnRule, goods: int, number: int, times: int) -> Rule:
    wallet = rule.wallet or programme.main_wallet
    return Rule(
        name=rule.name,
        wallet=wallet,
        goods=goods,
        condition=number,
        least=max(programme.minor(rule.at_least), 1) if rule.at_least else 1,
        each=rule.each,
        step=programme.minor(rule.per) if rule.per else _every(rule),
        points=rule.points,
        part=Ratio.of(rule.percent, PER_CENT) if rule.percent else None,
        times=times,
        limits=Limits(wallet, rule.name, rule.cap) if rule.cap != NO_CAP else None,
        stop=rule.stop,
    )


def _every(rule: EarnRule) -> int:
    return rule.every if rule.each in ("unit", "line") else 1

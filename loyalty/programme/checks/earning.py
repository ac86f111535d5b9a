"""Earning: rules that count one thing each, and multipliers of rules that there are."""

from loyalty.programme.checks.conditions import check_cap, check_when
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import (
    MAX_GROUPS,
    MAX_LISTED,
    MAX_MULTIPLIERS,
    MAX_NAME_CHARACTERS,
    MAX_NAMED,
    MAX_POINTS,
    MAX_RULES,
)
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.earning import EarnRule
from loyalty.programme.terms.programme import BASE_RULE


def check_earning(judge: Judge) -> None:
    """The short form, every rule and every multiplier."""
    programme = judge.programme
    if programme.earning is not None:
        judge.amount(("earning", "per"), programme.earning.per, must=True)
        judge.number(("earning", "points"), programme.earning.points, MAX_POINTS)
    judge.few(("earn",), programme.earn, MAX_RULES)
    short_form = (BASE_RULE,) if programme.earning else ()
    judge.names(("earn",), [rule.name for rule in programme.earn], reserved=short_form)
    for place, rule in enumerate(programme.earn):
        _rule(judge, ("earn", place), rule)
    judge.few(("multiply",), programme.multiply, MAX_MULTIPLIERS)
    judge.names(("multiply",), [one.name for one in programme.multiply])
    rules = [rule.name for rule in programme.rules]
    for place, multiplier in enumerate(programme.multiply):
        here = ("multiply", place)
        judge.title((*here, "title"), multiplier.title)
        judge.times((*here, "times"), multiplier.times)
        judge.few((*here, "rules"), multiplier.rules, MAX_NAMED)
        if not (judge.findings.is_blank(("earn",)) or judge.findings.is_blank(("earning",))):
            judge.all_known((*here, "rules"), multiplier.rules, rules, "earning rules")
        check_when(judge, (*here, "when"), multiplier.when)


def check_goods(judge: Judge) -> None:
    """Groups of goods, and those that are excluded."""
    judge.few(("goods",), judge.programme.goods, MAX_GROUPS)
    for name, group in judge.programme.goods.items():
        here = ("goods", name)
        judge.name(here, name)
        judge.title((*here, "title"), group.title)
        said = {
            "items": group.items,
            "starts_with": group.starts_with,
            "categories": group.categories,
            "tags": group.tags,
        }
        if not any(said.values()):
            what = "is a group of no goods"
            judge.findings.add(here, what, f"at least one of {', '.join(said)}", *said)
        for key, texts in said.items():
            judge.few((*here, key), texts, MAX_LISTED)
            for place, text in enumerate(texts):
                judge.words((*here, key, place), text, MAX_NAME_CHARACTERS)
    judge.groups(("excluded", "goods"), judge.programme.excluded.goods)


def _rule(judge: Judge, here: KeyPath, rule: EarnRule) -> None:
    judge.title((*here, "title"), rule.title)
    judge.wallet((*here, "wallet"), rule.wallet)
    judge.groups((*here, "goods"), rule.goods)
    judge.amount((*here, "per"), rule.per)
    judge.percent((*here, "percent"), rule.percent)
    judge.amount((*here, "at_least"), rule.at_least)
    judge.number((*here, "points"), rule.points, MAX_POINTS)
    judge.number((*here, "every"), rule.every, MAX_POINTS)
    check_when(judge, (*here, "when"), rule.when)
    check_cap(judge, (*here, "cap"), rule.cap)
    _counts_one_thing(judge, here, rule)


def _counts_one_thing(judge: Judge, here: KeyPath, rule: EarnRule) -> None:
    ways = {"per": rule.per, "each": rule.each, "percent": rule.percent}
    said = [key for key, value in ways.items() if value]
    if len(said) != 1:
        what = f"has {' and '.join(said)}" if said else "does not say what it counts"
        judge.findings.add(here, what, "exactly one of per, each and percent", *ways)
    if rule.every != 1 and rule.each not in ("unit", "line"):
        allowed = 'to be left out, except with each = "unit" or "line"'
        judge.findings.add((*here, "every"), f"is {rule.every}", allowed)
    if not rule.percent:
        return
    if rule.points != 1:
        allowed = "to be left out with percent, which says how much is given"
        judge.findings.add((*here, "points"), f"is {rule.points}", allowed)
    if judge.kind(rule.wallet) not in ("", "money"):
        allowed = 'a rule of a wallet with kind = "money"; points and stamps are given with per'
        judge.findings.add((*here, "percent"), f"is {rule.percent}", allowed)

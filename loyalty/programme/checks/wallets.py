"""Wallets, what is done with them, tiers, and the discount that grows."""

from loyalty.programme.checks.conditions import check_cap
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import (
    MAX_BENEFITS,
    MAX_CAP,
    MAX_FAMILY,
    MAX_GRACE_DAYS,
    MAX_MONTHS,
    MAX_PENDING_DAYS,
    MAX_POINTS,
    MAX_STEPS,
    MAX_TIERS,
    MAX_VALID_DAYS,
    MAX_WALLETS,
    MAX_WARN_DAYS,
    MAX_YEARS,
)
from loyalty.programme.faults import shown
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.tiers import DiscountStep
from loyalty.programme.terms.wallets import Expiry


def check_wallets(judge: Judge) -> None:
    """Each wallet by itself; then transfers and family, which are of the main one."""
    judge.few(("wallets",), judge.programme.wallets, MAX_WALLETS)
    for name, wallet in judge.programme.wallets.items():
        here = ("wallets", name)
        judge.name(here, name)
        judge.title((*here, "title"), wallet.title)
        judge.number((*here, "pending_days"), wallet.pending_days, MAX_PENDING_DAYS, least=0)
        judge.number((*here, "warn_days"), wallet.warn_days, MAX_WARN_DAYS, least=0)
        _expiry(judge, (*here, "expiry"), wallet.expiry)
        check_cap(judge, (*here, "cap"), wallet.cap)
    _handing_on(judge)


def check_tiers(judge: Judge) -> None:
    """Tiers rise, each with a name of its own."""
    programme, terms = judge.programme, judge.programme.tiers
    judge.number(("tiers", "months"), terms.months, MAX_MONTHS, least=0)
    judge.number(("tiers", "grace_days"), terms.grace_days, MAX_GRACE_DAYS, least=0)
    judge.few(("tier",), programme.tier, MAX_TIERS)
    judge.names(("tier",), [tier.name for tier in programme.tier])
    by_spend, reached = terms.by == "spend", -1
    for place, tier in enumerate(programme.tier):
        here = ("tier", place)
        judge.title((*here, "title"), tier.title)
        judge.few((*here, "benefits"), tier.benefits, MAX_BENEFITS)
        for row, benefit in enumerate(tier.benefits):
            judge.title((*here, "benefits", row), benefit)
        if judge.findings.is_unreadable(("tiers", "by")):
            continue
        at = (
            judge.amount((*here, "at"), tier.at, least_minor=0, must=True)
            if by_spend
            else judge.whole_text((*here, "at"), tier.at, MAX_CAP, least=0)
        )
        reached = _rising(judge, (*here, "at"), tier.at, at, reached)


def check_discount(judge: Judge) -> None:
    """Steps of the discount rise, and none gives less than the one before it."""
    discount = judge.programme.discount
    if discount is None:
        return
    judge.number(("discount", "months"), discount.months, MAX_MONTHS, least=0)
    judge.groups(("discount", "goods"), discount.goods)
    judge.few(("discount", "steps"), discount.steps, MAX_STEPS)
    if not discount.steps:
        judge.findings.add(("discount", "steps"), "is empty", "at least one step")
    _steps(judge, discount.steps)


def _steps(judge: Judge, steps: tuple[DiscountStep, ...]) -> None:
    reached, percent_before = -1, None
    for place, step in enumerate(steps):
        here = ("discount", "steps", place)
        at = judge.amount((*here, "at"), step.at, least_minor=0, must=True)
        reached = _rising(judge, (*here, "at"), step.at, at, reached)
        percent = judge.percent((*here, "percent"), step.percent, zero=True, must=True)
        if percent is not None and percent_before is not None and percent < percent_before:
            allowed = f"no less than the step before it, {percent_before}"
            judge.wrong((*here, "percent"), step.percent, allowed)
        percent_before = percent if percent is not None else percent_before


def _rising(judge: Judge, path: KeyPath, text: str, at: int | None, reached: int) -> int:
    """`at` is over what was `reached` before it; what is reached with it."""
    if at is None:
        return reached
    if at <= reached:
        judge.wrong(path, text, "more than the one before it: the lowest stands first")
    return max(at, reached)


def _expiry(judge: Judge, here: KeyPath, expiry: Expiry) -> None:
    judge.number((*here, "days"), expiry.days, MAX_VALID_DAYS, least=0)
    judge.number((*here, "inactive_days"), expiry.inactive_days, MAX_VALID_DAYS, least=0)
    judge.number((*here, "years"), expiry.years, MAX_YEARS, least=0)
    judge.day_of_each_year((*here, "on"), expiry.on)
    ways = {"days": expiry.days, "on": expiry.on, "inactive_days": expiry.inactive_days}
    said = [key for key, value in ways.items() if value]
    if len(said) > 1:
        allowed = "exactly one of days, on and inactive_days"
        judge.findings.add(here, f"has {' and '.join(said)}", allowed, *ways)
    if expiry.years and not expiry.on:
        what, allowed = f"is {expiry.years}", "years go with on, the day when they are over"
        judge.findings.add((*here, "years"), what, allowed)


def _handing_on(judge: Judge) -> None:
    programme = judge.programme
    transfers, family = programme.transfers, programme.family
    judge.number(("transfers", "least"), transfers.least, MAX_POINTS)
    judge.number(("transfers", "a_month"), transfers.a_month, MAX_CAP)
    if transfers.a_month is not None and transfers.a_month < transfers.least:
        allowed = f"no less than transfers.least, {shown(transfers.least)}"
        judge.wrong(("transfers", "a_month"), transfers.a_month, allowed)
    if family is not None:
        judge.number(("family", "members"), family.members, MAX_FAMILY, least=2)
    elif transfers.to == "family" and not judge.findings.is_unreadable(("family",)):
        allowed = 'a [family] beside it, or "anybody"'
        judge.wrong(("transfers", "to"), transfers.to, allowed)

"""A sale rung up for a member in a simulation, as the till would, and what follows from it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.programme.awards import award
from loyalty.programme.benefits import worth_minor
from loyalty.programme.catalogue import Claimant, automatic_due, claim_sums
from loyalty.programme.document import Programme
from loyalty.programme.events import (
    Bonus,
    Happened,
    Purchase,
    bonuses_for,
    counted,
    given,
    happenings_of_purchase,
)
from loyalty.programme.occasions import Award, Occasion, Standing
from loyalty.programme.paying import most_paid
from loyalty.programme.rewards import vouchers_due
from loyalty.programme.standing import standing_of, sums_of
from loyalty.programme.terms.goods import Tender
from loyalty.programme.unreferenced import AS_SOLD_NOW, as_sold_now
from loyalty.simulation.accounts import Account
from loyalty.simulation.figures import MonthFigures
from loyalty.simulation.sales import PastSale
from loyalty.sums import EVER, SPEND, sum_key

SALES_EVENTS = frozenset({"visit", "milestone"})
"""Events that sales alone bring about, beside enrolment."""


class Counter:
    """Where everything under one programme is rung up; what it does is counted in accounts and in
    the figures of a month."""

    def __init__(self, programme: Programme, zone: ZoneInfo) -> None:
        self._programme = programme
        self._zone = zone
        self._excluded = frozenset(programme.excluded.tenders)
        self._rewards = {reward.name: reward for reward in programme.rewards}
        self._has_automatic = any(reward.automatic for reward in programme.rewards)
        self._has_events = any(event.on in SALES_EVENTS for event in programme.event)
        self._given_out: dict[str, int] = {}

    def enrol(self, account: Account, sale: PastSale, at: datetime, month: MonthFigures) -> None:
        """Give a new member what enrolment gives; `sale` is their first."""
        happened = Happened(on="enrolment", at=at, branch=sale.branch)
        bonuses = bonuses_for(self._programme, happened, account.sums)
        self._bonus(account, bonuses, at, sale.occurred_at_ms, month)

    def sell(self, account: Account, sale: PastSale, at: datetime, month: MonthFigures) -> None:
        """Ring up a purchase: what pays it, what it earns, and what comes out by itself."""
        programme, at_ms = self._programme, sale.occurred_at_ms
        standing = standing_of(programme, None, account.sums, at)
        occasion = Occasion(basket=sale.basket, at=at, branch=sale.branch, paid=sale.paid)
        earned = award(programme, occasion, standing)
        paid = self._paid(account, occasion, earned, at_ms, month)
        if not self._excluded.isdisjoint(paid):
            both = {**sale.paid, **paid}
            occasion = Occasion(basket=sale.basket, at=at, branch=sale.branch, paid=both)
            earned = award(programme, occasion, standing)
        spent_before_minor = account.sums.get(sum_key(SPEND, EVER), 0)
        account.count(sums_of(programme, occasion, earned))
        month.discount_minor += earned.discount_minor
        account.given_minor += earned.discount_minor
        for purse in account.purses.values():
            purse.purchased(at_ms)
        for wallet, points in earned.wallets.items():
            self._put(account, wallet, points, at_ms, month)
        if self._has_events:
            purchase = Purchase(
                terminal="",
                receipt="",
                at=at,
                base_minor=earned.base_minor,
                branch=sale.branch,
                standing=standing,
            )
            for happened in happenings_of_purchase(purchase, spent_before_minor):
                bonuses = bonuses_for(programme, happened, account.sums)
                self._bonus(account, bonuses, at, at_ms, month)
        self._issue_vouchers(account, at_ms, month)
        if self._has_automatic:
            self._hand_out(account, occasion, standing, at_ms, month)

    def take_back(
        self, account: Account, sale: PastSale, at: datetime, month: MonthFigures
    ) -> None:
        """Goods that come back take what they would earn now; without a receipt maybe nothing."""
        programme = self._programme
        if programme.returns.without_receipt != AS_SOLD_NOW and not sale.has_receipt:
            return
        standing = standing_of(programme, None, account.sums, at)
        occasion = Occasion(basket=sale.basket, at=at, branch=sale.branch)
        back = as_sold_now(programme, occasion, standing)
        lost = back.award
        account.count(back.sums)
        if sale.has_receipt:
            month.discount_minor -= back.discount_minor
            account.given_minor -= back.discount_minor
        account.earned -= lost.points
        owes = programme.returns.debt == "owes"
        for wallet, points in lost.wallets.items():
            figures = month.of(wallet)
            figures.clawed_back += points
            purse = account.purses[wallet]
            figures.forgiven += purse.claw_back(points, sale.occurred_at_ms, owes)

    def _put(
        self, account: Account, wallet: str, points: int, at_ms: int, month: MonthFigures
    ) -> None:
        if not points:
            return
        account.purses[wallet].earn(points, at_ms)
        month.of(wallet).issued += points
        if wallet == self._programme.main_wallet:
            account.earned += points

    def _spend(
        self, account: Account, wallet: str, points: int, at_ms: int, month: MonthFigures
    ) -> None:
        account.purses[wallet].spend(points, at_ms)
        month.of(wallet).redeemed += points

    def _bonus(
        self,
        account: Account,
        bonuses: Iterable[Bonus],
        at: datetime,
        at_ms: int,
        month: MonthFigures,
    ) -> None:
        """Points and rewards of events, which go to the member without being paid for."""
        had = given(bonuses)
        account.count(counted(self._programme, had, at))
        for bonus in had:
            self._put(account, bonus.wallet, bonus.points, at_ms, month)
            if bonus.reward:
                self._count_reward(account, bonus.reward, 1, month)

    def _paid(
        self,
        account: Account,
        occasion: Occasion,
        earned: Award,
        at_ms: int,
        month: MonthFigures,
    ) -> Mapping[Tender, int]:
        """What the member's vouchers and points pay of a purchase, taken from them."""
        programme = self._programme
        total_minor = occasion.basket.total_minor
        due_minor = total_minor - earned.discount_minor - sum(occasion.paid.values())
        paid: dict[Tender, int] = {}
        if account.vouchers and _takes_vouchers(programme, occasion.branch, due_minor):
            paid["voucher"] = account.use_vouchers(max(due_minor, 0), month)
            due_minor -= paid["voucher"]
        if programme.pay is not None:
            wallet = programme.main_wallet
            part = most_paid(programme, account.purses[wallet].spendable(at_ms), due_minor)
            if part.points:
                self._spend(account, wallet, part.points, at_ms, month)
                month.points_paid_minor += part.paid_minor
                account.given_minor += part.paid_minor
                paid["points"] = part.paid_minor
        return paid

    def _issue_vouchers(self, account: Account, at_ms: int, month: MonthFigures) -> None:
        programme = self._programme
        if programme.reward is None:
            return
        wallet = programme.main_wallet
        held = account.purses[wallet].spendable(at_ms)
        due = vouchers_due(programme, held, at_ms, self._zone)
        if due.count:
            self._spend(account, wallet, due.count * due.points, at_ms, month)
        for _ in range(due.count):
            account.put_voucher(due.expires_at_ms, due.amount_minor, month)

    def _hand_out(
        self,
        account: Account,
        occasion: Occasion,
        standing: Standing,
        at_ms: int,
        month: MonthFigures,
    ) -> None:
        """Automatic rewards of the catalogue, paid with points."""
        claimant = Claimant(
            at=occasion.at,
            branch=occasion.branch,
            standing=standing,
            spendable={name: purse.spendable(at_ms) for name, purse in account.purses.items()},
            history=account.sums,
            given_out=self._given_out,
        )
        for due in automatic_due(self._programme, claimant):
            self._spend(account, due.wallet, due.count * due.cost, at_ms, month)
            self._count_reward(account, due.reward, due.count, month)

    def _count_reward(self, account: Account, name: str, count: int, month: MonthFigures) -> None:
        reward = self._rewards[name]
        account.count(claim_sums(reward, count))
        self._given_out[name] = self._given_out.get(name, 0) + count
        cost_minor = count * worth_minor(self._programme, reward)
        month.rewards += count
        month.rewards_minor += cost_minor
        account.given_minor += cost_minor


def _takes_vouchers(programme: Programme, branch: str, due_minor: int) -> bool:
    """Whether vouchers may pay for a purchase; where it was matters only where the sales say."""
    terms = programme.vouchers
    if terms.branches and branch and branch not in terms.branches:
        return False
    return not terms.at_least or due_minor >= programme.minor(terms.at_least)

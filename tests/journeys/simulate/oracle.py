"""What three programmes come to on a file of sales, computed without one line of the product.

Plain csv, Decimal, dates and loops. The rules are those that a shop owner reads in the documents
`classic`, `supermarket` and `cashback`, written down here once more by hand.
"""

import csv
import gzip
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

Months = defaultdict[str, defaultdict[str, int]]
WINDOW_MONTHS, GRACE_DAYS = 12, 60
SILVER, GOLD = 200_000, 600_000


@dataclass
class Bought:
    """One sale or return of the file."""

    member: str
    at: datetime
    came_back: bool
    pence: int = 0

    @property
    def month(self) -> str:
        return self.at.isoformat()[:7]


@dataclass
class Card:
    """What a customer holds: lots are [may be spent from, up to, points]."""

    lots: list[tuple[date, date, int]] = field(default_factory=list)
    debt: int = 0
    vouchers: list[tuple[date, int]] = field(default_factory=list)
    spend: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    earned: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    first_month: str = ""
    given: int = 0

    def spendable(self, today: date) -> int:
        return sum(points for begin, _, points in self.lots if begin <= today)

    def earn(self, points: int, begin: date, end: date) -> None:
        worked_off = min(points, self.debt)
        self.debt -= worked_off
        if points > worked_off:
            self.lots = sorted([*self.lots, (begin, end, points - worked_off)], key=lambda x: x[1])

    def take(self, points: int) -> None:
        kept = []
        for begin, end, held in self.lots:
            part = min(points, held)
            points -= part
            if held > part:
                kept.append((begin, end, held - part))
        self.lots = kept
        self.debt += points


@dataclass
class Expected:
    """Figures by month, and what customers hold at the end."""

    months: Months = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    cards: defaultdict[str, Card] = field(default_factory=lambda: defaultdict(Card))

    def total(self, name: str) -> int:
        return sum(month[name] for month in self.months.values())

    def held(self) -> int:
        return sum(points for card in self.cards.values() for _, _, points in card.lots)

    def owed(self) -> int:
        return sum(card.debt for card in self.cards.values())

    def vouchers(self) -> int:
        return sum(len(card.vouchers) for card in self.cards.values())

    def let_go(self, card: Card, today: date) -> None:
        """Points and vouchers whose last day is over, in the month of that day."""
        for _, end, points in card.lots:
            if end < today:
                self.months[_month(end)]["expired"] += points
        card.lots = [lot for lot in card.lots if lot[1] >= today]
        for end, _ in card.vouchers:
            if end < today:
                self.months[_month(end)]["vouchers_expired"] += 1
        card.vouchers = [voucher for voucher in card.vouchers if voucher[0] >= today]


def bought(path: Path) -> list[Bought]:
    """The sales and returns of the file in the order of time; stock corrections are neither."""
    found: dict[str, Bought] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            invoice, quantity = row["InvoiceNo"], int(row["Quantity"])
            if (quantity < 0) != (invoice[0] == "C") or quantity == 0:
                continue
            member = row["CustomerID"].partition(".")[0]
            at = datetime.fromisoformat(row["InvoiceDate"])
            one = found.setdefault(invoice, Bought(member, at, invoice[0] == "C"))
            pence = abs(quantity) * Decimal(row["UnitPrice"]) * 100
            one.pence += int((pence + Decimal("0.5")) // 1)
    return sorted(found.values(), key=lambda one: one.at)


def classic(path: Path) -> Expected:
    """1 point a full 1.00; 500 points make a voucher of 5.00, good for 90 days."""
    expected = Expected()
    for one, card, month in _at_the_till(expected, path):
        points = one.pence // 100
        if one.came_back:
            month["clawed_back"] += points
            card.take(points)
            continue
        _use_vouchers(card, one.pence, month)
        month["issued"] += points
        card.earn(points, one.at.date(), date.max)
        _issue_vouchers(card, one.at.date(), 500, 90, month)
    return expected


def supermarket(path: Path) -> Expected:
    """Points by tier, twice in Advent 2026, 20 more on Tuesdays, capped; gone at the end of next
    year; vouchers of 10.00 at 500, good for 60 days and for a purchase of 20.00."""
    expected = Expected()
    for one, card, month in _at_the_till(expected, path):
        today = one.at.date()
        tier = tier_on(card, today)
        day, this_month, sign, pence = today.isoformat(), one.month, -1, one.pence
        if one.came_back:
            points = min(by_tier(pence, tier, today), 2_000)
            month["clawed_back"] += points
            card.take(points)
        else:
            sign = 1
            if pence >= 2_000:
                pence -= _use_vouchers(card, pence, month)
            room = min(2_000, 3_000 - card.earned[day], 20_000 - card.earned[this_month])
            points = max(min(by_tier(pence, tier, today), room), 0)
            month["issued"] += points
            card.earn(points, today, date(today.year + 1, 12, 31))
        card.spend[today.year * 12 + today.month] += sign * pence
        card.earned[day] += sign * points
        card.earned[this_month] += sign * points
        if sign > 0:
            _issue_vouchers(card, today, 1_000, 60, month)
    for name, month in expected.months.items():
        year, number = int(name[:4]), int(name[5:])
        last = date(year, number, monthrange(year, number)[1])
        for card in expected.cards.values():
            if card.first_month <= name:
                month[f"tier {tier_on(card, last)}"] += 1
    return expected


def cashback(path: Path) -> Expected:
    """3 % of what is not paid with it, half as much again on late Fridays, capped; from 14 days on
    for a year; it pays up to half of a purchase from 2.00 on. Returns do nothing."""
    expected = Expected()
    for one, card, month in _at_the_till(expected, path):
        if one.came_back:
            continue
        today = one.at.date()
        paid = min(card.spendable(today), one.pence // 2)
        if paid >= 200:
            month["redeemed"] += paid
            card.take(paid)
        else:
            paid = 0
        pence = (one.pence - paid) * 3 // 100
        if today.weekday() == 4 and 20 <= one.at.hour < 22:
            pence = pence * 3 // 2
        pence = min(pence, 5_000, 20_000 - card.earned[one.month])
        card.earned[one.month] += pence
        month["issued"] += pence
        card.earn(pence, today + timedelta(days=14), today + timedelta(days=365))
    return expected


def _at_the_till(
    expected: Expected, path: Path
) -> Iterator[tuple[Bought, Card, defaultdict[str, int]]]:
    """Every sale of a member, with their card and the figures of the month."""
    for one in bought(path):
        month = expected.months[one.month]
        sign = -1 if one.came_back else 1
        month["returns" if one.came_back else "sales"] += 1
        month["turnover_minor"] += sign * one.pence
        if one.member:
            month["members_turnover_minor"] += sign * one.pence
            card = expected.cards[one.member]
            card.first_month = card.first_month or one.month
            expected.let_go(card, one.at.date())
            yield one, card, month
    for card in expected.cards.values():
        expected.let_go(card, one.at.date())


def _use_vouchers(card: Card, due: int, month: defaultdict[str, int]) -> int:
    paid = 0
    while card.vouchers and paid < due:
        paid += card.vouchers.pop(0)[1]
        month["vouchers_used"] += 1
    month["vouchers_used_minor"] += min(paid, due)
    card.given += min(paid, due)
    return min(paid, due)


def _issue_vouchers(
    card: Card, today: date, worth: int, days: int, month: defaultdict[str, int]
) -> None:
    while card.spendable(today) >= 500:
        card.take(500)
        card.vouchers.append((today + timedelta(days=days), worth))
        month["redeemed"] += 500
        month["vouchers_issued"] += 1


def by_tier(pence: int, tier: str, today: date) -> int:
    quarters = {"": 4, "silver": 5, "gold": 6}[tier]
    if (today.year, today.month) == (2026, 12) and today.day <= 24:
        quarters = 8
    tuesday = 20 if today.weekday() == 1 and pence >= 5_000 else 0
    return pence // 100 * quarters // 4 + tuesday


def tier_on(card: Card, today: date) -> str:
    """By the window of this month, or of one that ended in the last 60 days."""
    best, month, end = 0, today.year * 12 + today.month, today
    while end + timedelta(days=GRACE_DAYS) >= today:
        best = max(best, sum(card.spend[month - back] for back in range(WINDOW_MONTHS + 1)))
        month -= 1
        end = end.replace(day=1) - timedelta(days=1)
    return "gold" if best >= GOLD else "silver" if best >= SILVER else ""


def _month(day: date) -> str:
    return day.isoformat()[:7]

"""What a file of receipt lines must come to, computed without one line of the product.

Plain csv and Decimal over the whole file; the rules are those of the programmes as a shop owner
would read them. Works on well-formed files alone: the torn ones are other tests'.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tests.journeys.simulate.oracle import Bought, Card, by_tier, tier_on


@dataclass
class Account:
    """A customer's points and what they are made of."""

    earned: int = 0
    clawed_back: int = 0
    redeemed: int = 0

    @property
    def points(self) -> int:
        return self.earned - self.clawed_back - self.redeemed


@dataclass
class Expected:
    """Totals of a file, and each customer's account and card by customer number."""

    lines: int = 0
    rejected_lines: int = 0
    rejected: set[int] = field(default_factory=set)
    sales: int = 0
    returns: int = 0
    anonymous: int = 0
    vouchers_issued: int = 0
    accounts: dict[int, Account] = field(default_factory=dict)
    cards: defaultdict[int, Card] = field(default_factory=lambda: defaultdict(Card))

    def total(self, part: str) -> int:
        return sum(getattr(account, part) for account in self.accounts.values())


Points = Callable[[Bought, Card], int]
"""The points of a sale or a return, which are noted on the member's card."""


def classic(one: Bought, _card: Card) -> int:
    """1 point a full 1.00."""
    return one.pence // 100


def supermarket(one: Bought, card: Card) -> int:
    """Points by tier and 20 more on Tuesdays, capped; goods take back what they would earn now."""
    day, month, today = one.at.isoformat()[:10], one.month, one.at.date()
    points = min(by_tier(one.pence, tier_on(card, today), today), 2_000)
    if not one.came_back:
        points = min(points, 3_000 - max(card.earned[day], 0))
        points = max(min(points, 20_000 - max(card.earned[month], 0)), 0)
    sign = -1 if one.came_back else 1
    card.spend[today.year * 12 + today.month] += sign * one.pence
    card.earned[day] += sign * points
    card.earned[month] += sign * points
    return points


def cashback(one: Bought, card: Card) -> int:
    """3 %, half as much again on late Fridays, capped; goods without receipt take nothing back."""
    if one.came_back:
        return 0
    cents = one.pence * 3 // 100
    if one.at.weekday() == 4 and 20 <= one.at.hour < 22:
        cents = cents * 3 // 2
    cents = min(cents, 5_000, 20_000 - card.earned[one.month])
    card.earned[one.month] += cents
    return cents


PROGRAMMES: dict[str, tuple[Points, int]] = {
    "classic": (classic, 500),
    "supermarket": (supermarket, 500),
    "cashback": (cashback, 0),
}
"""How each gives points, and how many make a voucher; 0 where none comes out."""


def compute(path: Path, programme: str = "classic") -> Expected:
    """The file's totals under `programme`."""
    expected = Expected()
    sold: dict[str, Bought] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        for number, row in enumerate(csv.DictReader(text), start=2):
            expected.lines += 1
            invoice, quantity = row["InvoiceNo"], int(row["Quantity"])
            if (quantity < 0) != (invoice[0] == "C") or quantity == 0:
                expected.rejected_lines += 1
                expected.rejected.add(number)
                continue
            at = datetime.fromisoformat(row["InvoiceDate"])
            one = sold.setdefault(invoice, Bought(row["CustomerID"], at, invoice[0] == "C"))
            pence = abs(quantity) * Decimal(row["UnitPrice"]) * 100
            one.pence += int((pence + Decimal("0.5")) // 1)
    points, a_voucher = PROGRAMMES[programme]
    for one in sold.values():
        _ring_up(expected, one, points, a_voucher)
    return expected


def _ring_up(expected: Expected, one: Bought, points_of: Points, a_voucher: int) -> None:
    expected.returns += one.came_back
    expected.sales += not one.came_back
    expected.anonymous += not one.came_back and not one.member
    if not one.member:
        return
    customer = int(float(one.member))
    account = expected.accounts.setdefault(customer, Account())
    points = points_of(one, expected.cards[customer])
    if one.came_back:
        account.clawed_back += points
        return
    account.earned += points
    while a_voucher and account.points >= a_voucher:
        account.redeemed += a_voucher
        expected.vouchers_issued += 1

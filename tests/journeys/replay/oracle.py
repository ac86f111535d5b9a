"""What a file of receipt lines must come to, computed without one line of the product.

Plain csv and Decimal over the whole file; the rules are those of the programme `classic` as a
shop owner would read them. Works on well-formed files alone: the torn ones are other tests'.
"""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


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
    """Totals of a file, and each customer's account by customer number."""

    lines: int = 0
    rejected_lines: int = 0
    rejected: set[int] = field(default_factory=set)
    sales: int = 0
    returns: int = 0
    anonymous: int = 0
    vouchers_issued: int = 0
    accounts: dict[int, Account] = field(default_factory=dict)

    def total(self, part: str) -> int:
        return sum(getattr(account, part) for account in self.accounts.values())


def compute(path: Path) -> Expected:
    """The file's totals under: 1 point a full 1.00; 500 points make a voucher of 5.00."""
    expected = Expected()
    goods: dict[str, list[Decimal]] = defaultdict(list)
    buyers: dict[str, str] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        for number, row in enumerate(csv.DictReader(text), start=2):
            expected.lines += 1
            invoice, quantity = row["InvoiceNo"], int(row["Quantity"])
            if (quantity < 0) != (invoice[0] == "C") or quantity == 0:
                expected.rejected_lines += 1
                expected.rejected.add(number)
                continue
            pence = abs(quantity) * Decimal(row["UnitPrice"]) * 100
            goods[invoice].append((pence + Decimal("0.5")) // 1)
            buyers.setdefault(invoice, row["CustomerID"])
    for invoice, amounts in goods.items():
        _ring_up(expected, invoice, buyers[invoice], int(sum(amounts)) // 100)
    return expected


def _ring_up(expected: Expected, invoice: str, buyer: str, points: int) -> None:
    came_back = invoice[0] == "C"
    expected.returns += came_back
    expected.sales += not came_back
    expected.anonymous += not came_back and not buyer
    if not buyer:
        return
    account = expected.accounts.setdefault(int(float(buyer)), Account())
    if came_back:
        account.clawed_back += points
        return
    account.earned += points
    for _ in range(max(0, account.points) // 500):
        account.redeemed += 500
        expected.vouchers_issued += 1

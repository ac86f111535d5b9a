"""A small file of receipt lines with everything that the big one has, and the same every time."""

import csv
import gzip
import random
from pathlib import Path

COLUMNS = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
INVOICES = 120
CUSTOMERS = 24
PRICES = ("0.0", "0.39", "1.25", "2.55", "4.95", "7.125", "12.75", "0.335", "165.0", "18")


def write_lines(path: Path, seed: int = 17) -> Path:
    """Write the file at `path` (gzip) and give its path."""
    dice = random.Random(seed)
    rows: list[tuple[str, ...]] = []
    for number in range(INVOICES):
        rows += _invoice(dice, number)
    # A line that turns up late, and one that belongs to an invoice begun long ago.
    rows.append(rows[3])
    rows.insert(len(rows) // 2, rows[0])
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    return path


def _invoice(dice: random.Random, number: int) -> list[tuple[str, ...]]:
    came_back = dice.random() < 0.15
    customer = dice.choice(["", *(str(17_000 + place) for place in range(CUSTOMERS))])
    if dice.random() < 0.2:
        customer = ""
    invoice = f"{'C' if came_back else ''}{536_365 + number}"
    moment = f"2010-12-{1 + number // 12:02d} {8 + number % 12:02d}:26:00"
    rows: list[tuple[str, ...]] = []
    for _ in range(dice.randint(1, 9)):
        quantity = dice.choice((1, 1, 2, 6, 12, 480))
        is_correction = not came_back and dice.random() < 0.03
        rows.append(
            (
                invoice,
                dice.choice(("85123A", "71053", "POST", "BANK CHARGES", "M")),
                dice.choice(("LANTERN ", 'SAID "HELLO", TWICE', "", "Żółć и чай")),
                str(-quantity if came_back or is_correction else quantity),
                moment,
                dice.choice(PRICES),
                f"{customer}.0" if customer else "",
                "United Kingdom",
            )
        )
    return rows

"""Seventeen months of a made-up shop as a file of receipt lines, the same every time."""

import csv
import gzip
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

COLUMNS = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 500
CUSTOMERS = 30
PRICES = ("0.0", "0.39", "2.55", "4.95", "7.125", "12.75", "0.335", "99.5", "18")


def write_sales(
    path: Path,
    invoices: int = 1_500,
    seed: int = 5,
    most_lines: int = 6,
    codes: Sequence[str] = ("85123A", "71053", "POST", "M"),
    first_day: datetime = FIRST_DAY,
    days: int = DAYS,
) -> Path:
    """Write the file at `path` (gzip) and give its path; invoices have 1 to `most_lines` lines of
    goods with one of `codes`, on `days` from `first_day` on.

    Most customers come now and then, some often and for much, one stays away for a year.
    """
    dice = random.Random(seed)
    moments = sorted(
        first_day + timedelta(days=dice.randrange(days), minutes=dice.randrange(8 * 60, 22 * 60))
        for _ in range(invoices)
    )
    rows = [
        row
        for place, at in enumerate(moments)
        for row in _invoice(dice, place, at, (at - first_day).days, most_lines, codes)
    ]
    # A line that turns up late belongs to its invoice all the same.
    rows.append(rows[7])
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    return path


def _invoice(
    dice: random.Random,
    place: int,
    at: datetime,
    day: int,
    most_lines: int,
    codes: Sequence[str],
) -> list[tuple[str, ...]]:
    came_back = dice.random() < 0.08
    customer = int(dice.paretovariate(0.7))
    if customer > CUSTOMERS or (customer == 9 and 40 < day < 420):
        customer = 0
    rows: list[tuple[str, ...]] = []
    for _ in range(dice.randint(1, most_lines)):
        quantity = dice.choice((1, 1, 1, 2, 3, 6, 12))
        is_correction = not came_back and dice.random() < 0.01
        rows.append(
            (
                f"{'C' if came_back else ''}{700_000 + place}",
                dice.choice(codes),
                dice.choice(("LANTERN ", 'SAID "HELLO", TWICE', "")),
                str(-quantity if came_back or is_correction else quantity),
                at.strftime("%Y-%m-%d %H:%M:%S"),
                dice.choice(PRICES),
                f"{17_000 + customer}.0" if customer else "",
                "United Kingdom",
            )
        )
    return rows

"""A till at the counter as a process of its own: scans and sales, with the network unplugged.

`python -m tests.benchmarks.counter_till HOME MEMBERS SHOPPERS` prints what they took.
"""

import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from loyalty.baskets import Basket, Line
from terminal_app.bootstrap import Shop, log_to, open_till
from terminal_app.config import STORE_FILE
from terminal_app.till.answers import KnownMember, Posted, Sale
from tests.benchmarks import bare_commits
from tests.benchmarks.made_rows import MadeSale, made_sales
from tests.benchmarks.processes import spent

WARM_UP = 20


def serve(shop: Shop, shoppers: list[MadeSale]) -> tuple[list[float], list[float]]:
    """Seconds from each scan to the decision (member, balance, safe to spend, notices), and from
    each basket to its sale's being committed."""
    scanned, sold = [], []
    for shopper in shoppers:
        lines = tuple(Line(sku, sku, quantity, amount) for sku, quantity, amount in shopper.lines)
        asked = Sale(basket=Basket(lines), member_id=shopper.member_id)
        began = time.perf_counter()
        known = shop.till.identify(shopper.member_id)
        decided = time.perf_counter()
        answer = shop.till.sell(asked)
        sold.append(time.perf_counter() - decided)
        scanned.append(decided - began)
        if not isinstance(known, KnownMember) or not isinstance(answer, Posted):
            raise RuntimeError(f"{shopper.member_id} was not served: {known}, {answer}")
    return scanned, sold


def work(home: Path, members: int, shoppers: int) -> dict[str, Any]:
    """Shoppers served, and as many sales barely; the till's loops run and find the line down."""
    recorded = bare_commits.Recorded()
    made = list(made_sales(0, 2 * shoppers + WARM_UP, members, seed=2))
    with open_till(home) as shop:
        shop.start()
        serve(shop, made[:WARM_UP])
        scanned, sold = serve(shop, made[WARM_UP : WARM_UP + shoppers])
        # Recording costs time, so what is recorded is not what is timed, but as many sales after.
        shop.sync.stop()
        copy = home / "before.sqlite"
        bare_commits.copied(home / STORE_FILE, copy)
        with shop.store.reading() as connection:
            pass
        with recorded.of(connection):
            for sale in made[WARM_UP + shoppers :]:
                lines = tuple(Line(sku, sku, count, minor) for sku, count, minor in sale.lines)
                shop.till.sell(Sale(basket=Basket(lines), member_id=sale.member_id))
    replayed = bare_commits.replayed_s(copy, recorded.sales)
    sizes = _sizes(home / STORE_FILE, shoppers)
    return {
        "scan_s": scanned,
        "sale_s": sold,
        "same_rows_s": replayed,
        "one_row_s": bare_commits.one_row_s(home / "one-row.sqlite", sizes),
        "peak_bytes": spent().peak_bytes,
    }


def _sizes(database: Path, sales: int) -> list[int]:
    """Bytes that the last `sales` sales left in the journal and among the receipts."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute(
            "SELECT length(body) + length(seal) + length(content) + length(r.receipt) "
            "FROM journal JOIN receipts AS r ON last_seq = seq ORDER BY seq DESC LIMIT ?",
            (sales,),
        )
        return [row[0] for row in rows]
    finally:
        connection.close()


def main() -> None:
    """Do what the words of the command say."""
    home, *counts = sys.argv[1:]
    members, shoppers = map(int, counts)
    log_to(Path(home))
    print(json.dumps(work(Path(home), members, shoppers)))


if __name__ == "__main__":
    main()

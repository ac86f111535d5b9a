"""A till as a process of its own, which sells until it is killed: the tests' cashier.

Prints "open", waits for a line to begin, and then prints the reference of each sale as soon as
the Till confirmed it, as a screen would show it. Arguments: home, a name for its receipts, the
sales to make, the member, and the milliseconds between two sales.
"""

import sys
import time
from pathlib import Path

from loyalty.baskets import Basket, Line
from terminal_app.bootstrap import open_till
from terminal_app.till.answers import Posted, Sale


def main() -> None:
    home, name, count, member_id, pause_ms = sys.argv[1:]
    with open_till(Path(home)) as shop:
        print("open", flush=True)
        sys.stdin.readline()
        for number in range(1, int(count) + 1):
            basket = Basket((Line("SKU", "goods", 1, 100 * (number % 400) + 37),))
            reference = f"{name}-{number}"
            sale = Sale(basket=basket, reference=reference, member_id=member_id)
            answer = shop.till.sell(sale)
            assert isinstance(answer, Posted), answer
            print(reference, flush=True)
            time.sleep(int(pause_ms) / 1000)


if __name__ == "__main__":
    main()

"""A till's printing as a process of its own, so that it can be killed in the midst of a job.

Argument: the home of the till. Prints how many receipts came out, when it gets that far.
"""

import sys
from pathlib import Path

from terminal_app.bootstrap import open_till


def main() -> None:
    with open_till(Path(sys.argv[1])) as shop:
        print(shop.spool.drain(), flush=True)


if __name__ == "__main__":
    main()

"""A program of the till that starts: opens the database at the moment it is told."""

import sys
from pathlib import Path

from terminal_app.store.connection import open_store


def main() -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    open_store(Path(sys.argv[1])).close()


if __name__ == "__main__":
    main()

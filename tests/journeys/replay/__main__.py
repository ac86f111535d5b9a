"""`python -m tests.journeys.replay FILE`: a file of sales under every programme that ships.

Each is replayed to its end and held against head office, and against plain loops where there are
some; 1 when anything differs.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.journeys.replay.comparing import compare
from tests.journeys.replay.conftest import Replayed, replay
from tests.journeys.replay.oracle import PROGRAMMES, compute
from tests.journeys.replay.test_examples import NAMES, assert_no_difference
from tests.journeys.simulate.conftest import EXAMPLES

TIMEOUT_S = 3_600
"""Of one programme."""


def main(arguments: list[str] | None = None) -> int:
    """Replay as asked, a line for each programme."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.replay", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV of receipt lines, .gz")
    parser.add_argument("programmes", nargs="*", default=NAMES, help="only these examples")
    asked = parser.parse_args(arguments)
    if not asked.file.exists():
        print(f"There is no file {asked.file}.", file=sys.stderr)
        return 2
    differing = 0
    for name in asked.programmes:
        with tempfile.TemporaryDirectory(prefix="paragon-replay-") as folder:
            differing += not _agrees(name, asked.file, Path(folder) / "home")
    return int(differing > 0)


def _agrees(name: str, file: Path, home: Path) -> bool:
    """Replay `file` under the example `name`, and say what it came to."""
    started = time.monotonic()
    try:
        document = str(EXAMPLES / f"{name}.toml")
        replayed = replay(file, home, "--programme", document, timeout_s=TIMEOUT_S)
        assert_no_difference(replayed)
        if name in PROGRAMMES:
            compare(replayed, compute(file, name))
    except AssertionError as fault:
        print(f"{name}: DIFFERS\n{fault}", flush=True)
        return False
    print(_told(name, replayed, time.monotonic() - started), flush=True)
    return True


def _told(name: str, replayed: Replayed, took_s: float) -> str:
    told = replayed.summary
    held_against = "head office and plain loops" if name in PROGRAMMES else "head office"
    return (
        f"{name}: {told['points_earned']:,} earned, {told['points_clawed_back']:,} taken back, "
        f"{told['vouchers_issued']:,} vouchers; no difference to {held_against}; {took_s:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())

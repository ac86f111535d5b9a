"""`python -m tests.crashes --kills 200 --seed 1`: kill real processes and report what was lost."""

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.crashes.killing import run


def main() -> int:
    """Run, print the report, and end with 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paragon-crashes-") as folder:
        report = run(Path(folder), chosen.kills, chosen.seed)
    if chosen.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        for name, value in msgspec.to_builtins(report).items():
            sys.stdout.write(f"{name}: {value}\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())

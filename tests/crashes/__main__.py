"""Kill real processes, flip bits in their files, or take defences away; report what was lost.

python -m tests.crashes --kills 200 --seed 1
python -m tests.crashes --flips 2000 --seed 1
python -m tests.crashes --planted
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tests.crashes.flipping import flip_both
from tests.crashes.killing import run
from tests.crashes.planted_table import hunt_all, row_of


def main() -> int:
    """Run, print the report, and end with 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("--kills", type=int, default=200, help="processes to kill")
    parser.add_argument("--flips", type=int, default=0, help="bits to flip in each file, instead")
    parser.add_argument("--planted", action="store_true", help="plant faults, instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paragon-crashes-") as name:
        folder = Path(name)
        if chosen.planted:
            return _show_planted(folder, as_json=chosen.json)
        if chosen.flips:
            flips = flip_both(folder, chosen.flips, chosen.seed)
            return _say(flips, any(each.bad for each in flips.values()), as_json=chosen.json)
        report = run(folder, chosen.kills, chosen.seed)
        return _say(msgspec.to_builtins(report), bool(report.findings), as_json=chosen.json)


def _show_planted(folder: Path, *, as_json: bool) -> int:
    all_noticed = True
    rows = []
    for found in hunt_all(folder):
        all_noticed &= found.is_noticed
        rows.append(row_of(found))
        if not as_json:
            row = "| {fault} | {taken_away} | {noticed_by}: {noticed} | {sound_with_it} |\n"
            sys.stdout.write(row.format(**rows[-1]))
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
    return 0 if all_noticed else 1


def _say(report: Mapping[str, object], is_bad: bool, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        for name, value in report.items():
            sys.stdout.write(f"{name}: {msgspec.to_builtins(value)}\n")
    return 1 if is_bad else 0


if __name__ == "__main__":
    sys.exit(main())

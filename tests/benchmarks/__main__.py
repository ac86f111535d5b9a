"""`python -m tests.benchmarks NAME [options] [--json]`: figures, and the floor of the same run."""

import argparse
import sys
from pathlib import Path

from tests.benchmarks import award, fleet, simulate, sync, till
from tests.benchmarks.figures import Figure, as_json, as_text, report


def main(words: list[str]) -> str:
    """Run the benchmark that `words` name and give its report."""
    options = _parser().parse_args(words)
    figures = _figures(options)
    command = " ".join(["python -m tests.benchmarks", *words])
    done = report(options.name, command, figures)
    return as_json(done) if options.json else as_text(done)


def _figures(options: argparse.Namespace) -> list[Figure]:
    if options.name == "award":
        return award.run(options.lines, options.rules, options.rounds)
    if options.name == "simulate":
        return simulate.run(options.receipts, options.lines, options.file)
    if options.name == "till":
        return till.run(options.members, options.shoppers)
    if options.name == "fleet":
        return fleet.run(options.tills, options.minutes, options.every, options.members)
    members = options.entries if options.members is None else options.members
    return sync.run(options.entries, options.store, members, options.held)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    names = parser.add_subparsers(dest="name", required=True)
    one = names.add_parser("sync", help="entries up and changes down, till and head office")
    one.add_argument("--entries", type=int, default=100_000)
    one.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    one.add_argument("--members", type=int, help="members of the chain; as many as entries")
    one.add_argument("--held", type=int, default=0, help="entries that are there before")
    one = names.add_parser("award", help="what a basket earns under many rules")
    one.add_argument("--lines", type=int, default=20)
    one.add_argument("--rules", type=int, default=30)
    one.add_argument("--rounds", type=int, default=500)
    one = names.add_parser("simulate", help="a programme tried out on a file of sales")
    one.add_argument("--receipts", type=int, default=5_000)
    one.add_argument("--lines", type=int, default=20, help="lines of a receipt, in the mean")
    one.add_argument("--file", type=Path, help="a file of receipt lines to take instead")
    one = names.add_parser("till", help="scans and sales with the network unplugged")
    one.add_argument("--members", type=int, default=1_000_000)
    one.add_argument("--shoppers", type=int, default=2_000)
    one = names.add_parser("fleet", help="many tills, PostgreSQL and two server processes")
    one.add_argument("--tills", type=int, default=1_000)
    one.add_argument("--minutes", type=float, default=2)
    one.add_argument("--every", type=float, default=15, help="seconds between a till's syncs")
    one.add_argument("--members", type=int, default=20_000)
    for each in names.choices.values():
        each.add_argument("--json", action="store_true", help="print JSON for machines")
    return parser


if __name__ == "__main__":
    print(main(sys.argv[1:]))

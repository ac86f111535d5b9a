"""`python -m tests.simulation`: runs seeds, shows how far it is, and repeats what failed."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.planted_table import show_planted
from tests.simulation.runner import STEPS, Outcome, simulator

SEEDS_AT_ONCE = 10
BAR_CHARACTERS = 30
MAX_FAILURES_SHOWN = 5
MAX_LINE_CHARACTERS = 300


def main(arguments: list[str] | None = None) -> int:
    """Run as asked; 1 when a guarantee was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300, help="how many seeds to run")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps a seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument(
        "what",
        nargs="?",
        choices=("seeds", "planted"),
        default="seeds",
    )
    asked = parser.parse_args(arguments)
    if asked.what == "planted":
        return show_planted(asked.jobs, as_json=asked.json)
    started = time.monotonic()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    failed = []
    for done, outcome in enumerate(_outcomes(seeds, asked.steps, asked.jobs), 1):
        if outcome.breaches:
            failed.append(outcome)
            first = outcome.breaches[0]
            told = f"seed {outcome.seed}: {first.guarantee}: {first.what}"
            print(f"\n{told[:MAX_LINE_CHARACTERS]}", file=sys.stderr, flush=True)
        _show_bar(done, len(seeds), len(failed))
    _report(failed, len(seeds), asked.steps, time.monotonic() - started, as_json=asked.json)
    return 1 if failed else 0


def run_seeds(seeds: Iterable[int], steps: int) -> list[Outcome]:
    """The outcomes of `seeds`, one after the other in this process."""
    with simulator() as run:
        return [run(seed, steps) for seed in seeds]


def command_of(outcome: Outcome, steps: int) -> str:
    """What repeats a run exactly."""
    return (
        f"python -m tests.simulation --seeds 1 --first-seed {outcome.seed} --steps {steps} --jobs 1"
    )


def _outcomes(seeds: range, steps: int, jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        with simulator() as run:
            for seed in seeds:
                yield run(seed, steps)
        return
    shares = [seeds[at : at + SEEDS_AT_ONCE] for at in range(0, len(seeds), SEEDS_AT_ONCE)]
    with ProcessPoolExecutor(jobs) as pool:
        for outcomes in pool.map(run_seeds, shares, [steps] * len(shares)):
            yield from outcomes


def _show_bar(done: int, count: int, failed: int) -> None:
    if not sys.stderr.isatty() and done != count:
        return
    full = BAR_CHARACTERS * done // count
    bar = "#" * full + "." * (BAR_CHARACTERS - full)
    end = "\n" if done == count else ""
    print(f"\r[{bar}] {done} of {count} seeds, {failed} failed", end=end, file=sys.stderr)


def _report(failed: list[Outcome], count: int, steps: int, took_s: float, *, as_json: bool) -> None:
    if as_json:
        told = {
            "seeds": count,
            "steps": steps,
            "seconds": round(took_s, 1),
            "failed": [
                {
                    "seed": outcome.seed,
                    "repeat": command_of(outcome, steps),
                    "breaches": [f"{each.guarantee}: {each.what}" for each in outcome.breaches],
                    "trace": outcome.trace,
                }
                for outcome in failed
            ],
        }
        print(json.dumps(told, indent=1))
        return
    for outcome in failed[:MAX_FAILURES_SHOWN]:
        print(f"\nSeed {outcome.seed} after {len(outcome.trace)} steps:")
        print("\n".join(outcome.trace))
        for breach in outcome.breaches:
            print(f"  {breach.guarantee}: {breach.what}")
        print(f"Repeat it: {command_of(outcome, steps)}")
    if failed:
        print(f"\nFailed seeds: {', '.join(str(outcome.seed) for outcome in failed)}")
    print(f"{count} seeds of {steps} steps in {took_s:.0f} s; {len(failed)} broke a guarantee.")


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.fuzz --inputs 1000000 --seed S`: bytes from outside, and how they are answered.

Exits 1 when an input was not answered with a value or a fault of the reader's own, was not
answered in time, or took more memory than is allowed.
"""

import argparse
import sys

from tests.fuzz.running import as_text, run, tell
from tests.fuzz.targets import targets


def main(words: list[str]) -> int:
    """Run as `words` say and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="one target alone, by its name")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args(words)
    chosen = [each for each in targets() if options.target in (None, each.name)]
    if not chosen:
        parser.error(f"the targets are: {', '.join(each.name for each in targets())}")
    outcome = run(chosen, options.inputs, options.seed)
    if options.json:
        tell(outcome)
    else:
        print(as_text(outcome))
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A share of the seeds that the tests run."""

from tests.simulation.__main__ import command_of, run_seeds
from tests.simulation.runner import STEPS

SEEDS_AN_ITEM = 15


def broken_in(first_seed: int) -> str:
    """What broke in one item's seeds, with the commands that repeat it; empty when nothing did."""
    told: list[str] = []
    for outcome in run_seeds(range(first_seed, first_seed + SEEDS_AN_ITEM), STEPS):
        if outcome.breaches:
            told += outcome.trace
            told += [f"{breach.guarantee}: {breach.what}" for breach in outcome.breaches]
            told.append(command_of(outcome, STEPS))
    return "\n".join(told)

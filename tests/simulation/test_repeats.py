"""A run is ruled by its seed alone."""

from tests.simulation.__main__ import run_seeds


def test_a_seed_repeats_exactly() -> None:
    seeds = (7, 8, 9)
    assert [one.digest for one in run_seeds(seeds, 80)] == [
        one.digest for one in run_seeds(seeds, 80)
    ]


def test_other_seeds_are_other_runs() -> None:
    digests = [one.digest for one in run_seeds((10, 11, 12), 40)]
    assert len(set(digests)) == len(digests)

"""The second half of the seeds; halves are files so that two workers can share them."""

import pytest

from tests.simulation.share import SEEDS_AN_ITEM, broken_in

FIRST_SEEDS = range(91, 181, SEEDS_AN_ITEM)


@pytest.mark.parametrize("first_seed", FIRST_SEEDS)
def test_no_guarantee_is_broken(first_seed: int) -> None:
    assert not broken_in(first_seed)

"""Whatever defence is taken away, somebody notices; with it in its place, nobody has to."""

import pytest

from tests.simulation.planted import Planted, hunt
from tests.simulation.planted_table import FAULTS
from tests.simulation.runner import simulator


@pytest.mark.timeout(300)
@pytest.mark.parametrize("planted", FAULTS, ids=lambda planted: planted.fault)
def test_a_planted_fault_is_noticed(planted: Planted) -> None:
    with simulator() as run:
        found = hunt(planted, run)
    assert found.seed, f"nobody noticed in {planted.within} seeds: {planted.taken}"
    assert found.is_sound_without

"""Bits that a disk changed: nobody goes on with a wrong balance unawares (G4, G5)."""

from pathlib import Path

import pytest

from tests.crashes.flipping import NAMED, UNHARMED, flip_both

FLIPS = 150
SEED = 9

pytestmark = pytest.mark.timeout(300)


def test_a_flipped_bit_makes_no_wrong_balance_unawares(tmp_path: Path) -> None:
    for flips in flip_both(tmp_path, FLIPS, SEED).values():
        assert flips.bad == ()
        assert flips.counts[NAMED] > 0
        assert flips.counts[UNHARMED] < FLIPS

"""Files that a disk changed or cut: nobody goes on with a wrong balance unawares (G4, G5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crashes.chains import Chain, founded
from tests.crashes.comparing import quieten
from tests.crashes.flipping import NAMED, UNHARMED, flip, office_verdict, till_verdict
from tests.crashes.selling import Told
from tests.crashes.stock import sold_offline

SALES = 60
FLIPS = 150
SEED = 9


@pytest.fixture
def quiet_chain(tmp_path: Path) -> Iterator[Chain]:
    """A chain that sold, told everything and stands still."""
    told = Told()
    with founded(tmp_path) as chain:
        for till in chain.tills:
            sold_offline(till.name, till.home, SALES, told, SEED)
        quieten(chain)
        chain.office.stop()
        yield chain


def test_a_flipped_bit_makes_no_wrong_balance_unawares(quiet_chain: Chain) -> None:
    till = quiet_chain.tills[0].home
    flips = flip(till / "till.sqlite", FLIPS, SEED, till_verdict(till))
    assert flips.bad == ()
    assert flips.counts[NAMED] > FLIPS // 10
    assert flips.counts[UNHARMED] < FLIPS
    office = quiet_chain.office.home
    flips = flip(office / "server.sqlite", FLIPS, SEED, office_verdict(office))
    assert flips.bad == ()
    assert flips.counts[NAMED] > 0

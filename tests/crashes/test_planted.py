"""Whatever defence is taken away, a checker notices; with it in its place, none has to."""

from collections.abc import Iterator

import pytest

from tests.crashes.planted import Planted, hunt
from tests.crashes.planted_table import FAULTS
from tests.crashes.planted_till import StockedTill, stocked_till

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StockedTill]:
    with stocked_till(tmp_path_factory.mktemp("planted")) as stocked:
        yield stocked


@pytest.mark.parametrize("planted", FAULTS, ids=lambda planted: planted.fault)
def test_a_planted_fault_is_noticed(planted: Planted, till: StockedTill) -> None:
    found = hunt(planted, till)
    assert found.without, f"nobody noticed: {planted.taken}"
    assert found.with_it == ""

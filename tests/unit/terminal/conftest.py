"""One till, opened for one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal_app.bootstrap import Shop
from terminal_app.till.door import Till
from tests.unit.terminal.counter import ShopClock, shop_at


@pytest.fixture
def clock() -> ShopClock:
    return ShopClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "till"


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    with shop_at(home, clock) as shop:
        yield shop


@pytest.fixture
def till(shop: Shop) -> Till:
    return shop.till

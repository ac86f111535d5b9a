"""Every test of a screen has a till of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ui.shop import TestShop, open_test_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestShop]:
    """A till with members, goods and notices, on a database in a folder of the test."""
    with open_test_shop(tmp_path) as opened:
        yield opened


@pytest.fixture
def anyio_backend() -> str:
    """Screens run on asyncio."""
    return "asyncio"

"""Every picture is of a till of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ui.shop import HEARD, TestShop, open_test_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestShop]:
    """A till that head office has just heard, on a database in a folder of the test."""
    with open_test_shop(tmp_path) as opened:
        opened.hears(HEARD)
        yield opened

"""A file of sales under each programme that ships: every promise is what head office computes."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.replay.comparing import compare
from tests.journeys.replay.conftest import Replayed, replay
from tests.journeys.replay.oracle import PROGRAMMES, Expected, compute
from tests.journeys.simulate.conftest import EXAMPLES, paragon_server
from tests.journeys.simulate.made_sales import write_sales

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
INVOICES = 240
FIRST_DAY, DAYS = datetime(2010, 9, 1, tzinfo=UTC), 110
"""So few that no points are gone before the last of them."""

CODES = ("COF-1", "T-7", "PALLET", "85123A")
"""Coffee of the coffee bar, a tool and a pallet of the wholesaler, and goods of no group."""


@pytest.fixture(scope="session")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An autumn of long ago, with goods that the examples name."""
    path = tmp_path_factory.mktemp("sales") / "made.csv.gz"
    return write_sales(path, INVOICES, codes=CODES, first_day=FIRST_DAY, days=DAYS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_every_promise_is_computed_alike(name: str, sales: Path, tmp_path: Path) -> None:
    replayed = replay(sales, tmp_path / "home", "--programme", str(EXAMPLES / f"{name}.toml"))
    assert_no_difference(replayed)
    assert replayed.summary["points_earned"] > 0 or name == "growing_discount"
    if name == "growing_discount":
        assert discounts(replayed.home) > 0
    if name in PROGRAMMES:
        expected = compute(sales, name)
        compare(replayed, expected)
        assert_the_file_asks_for_everything(name, expected)


def assert_no_difference(replayed: Replayed) -> None:
    """Tills and head office agree on every day, balance, promise and standing."""
    assert replayed.summary["differences"] == 0
    assert replayed.summary["refused_invoices"] == 0
    told = paragon_server("reconcile", "--home", str(replayed.home / "head-office"), "--json")
    assert told.returncode == 0, told.stderr
    reconciled = json.loads(told.stdout)
    assert (reconciled["cases"], reconciled["late_versions"]) == (0, [])


def discounts(home: Path) -> int:
    """How many sales head office holds that were given a discount."""
    with closing(sqlite3.connect(home / "head-office" / "server.sqlite")) as books:
        counted = books.execute(
            "SELECT count(*) FROM entries WHERE instr(body, CAST('discount_minor' AS BLOB)) > 0"
        )
        return int(counted.fetchone()[0])


def assert_the_file_asks_for_everything(name: str, expected: Expected) -> None:
    """A file in which nobody has a tier, a debt or a voucher would prove little."""
    assert expected.total("earned") > 0
    if name != "cashback":
        assert expected.vouchers_issued > 5
        assert expected.total("clawed_back") > 0
    if name == "supermarket":
        assert any(
            max(card.spend.values(), default=0) > 200_000 for card in expected.cards.values()
        )

"""Commands on points that head office posts itself."""

from pathlib import Path

import pytest

from loyalty.identifiers import card_number
from tests.integration.server_core.conftest import Command

ANN, BOB, STRANGER = (card_number(f"29000000000000{number}") for number in (1, 2, 3))


pytestmark = pytest.mark.usefixtures("founded")


def test_opening_balances_come_once(home: Path, tmp_path: Path, command: Command) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"card,name\n{ANN},Ann\n{BOB},Bob\n", "utf-8")
    assert command("members", "import", people, "--home", home).code == 0
    balances = tmp_path / "balances.csv"
    balances.write_text(f"card,points\n{ANN},340\n{BOB},x\n{STRANGER},9\n", "utf-8")
    tried = command("points", "import", balances, "--home", home, "--dry-run")
    assert (tried.code, tried.out) == (1, "340 points of 1 members would be posted.\n")
    assert "line 3 was left out: points 'x' is no whole number" in tried.err
    assert f"card {STRANGER} was left out" in tried.err
    balances.write_text(f"card,points\n{ANN},340\n{BOB},5\n", "utf-8")
    for posted, before in ((2, 0), (0, 2)):
        ran = command("points", "import", balances, "--home", home, "--json")
        told = ran.json
        assert (ran.code, told["points"], told["members"]) == (0, 345, 2)
        assert told["done"] == {"posted": posted, "before": before, "waiting": 0}
    balances.write_text(f"card,points\n{ANN},340\n{BOB},7\n", "utf-8")
    for dry_run in ((), ("--dry-run",)):
        ran = command("points", "import", balances, "--home", home, *dry_run)
        assert ran.code == 1
        said = f"card {BOB} was left out: it was opened before with 5 points, not 7"
        assert said in ran.err.splitlines()
    agreed = command("reconcile", "--home", home, "--json").json
    assert agreed["cases"] == 0
    assert command("verify", "--home", home).code == 0


def test_points_that_are_gone_are_told_and_booked(home: Path, command: Command) -> None:
    assert command("points", "expire", "--home", home, "--dry-run").out == (
        "0 points of 0 lots are gone.\n"
    )
    ran = command("points", "expire", "--home", home, "--json")
    assert ran.json == {"posted": 0, "before": 0, "waiting": 0}

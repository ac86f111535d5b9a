"""Commands on versions of the programme, and what they say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from tests.integration.server_core.conftest import Command

SECOND = classic_document().replace("version = 1", "version = 2")
LATER = (datetime.now(UTC) + timedelta(days=9)).isoformat()


@pytest.fixture
def second(founded: object, tmp_path: Path) -> Path:
    assert founded
    path = tmp_path / "second.toml"
    path.write_text(SECOND, "utf-8")
    return path


def test_a_version_that_was_taken_back_is_listed_as_such(
    second: Path, home: Path, command: Command
) -> None:
    assert command("programme", "publish", second, "--home", home, "--from", LATER).code == 0
    assert command("programme", "withdraw", "classic@2", "--home", home).code == 0
    listed = command("programme", "list", "--home", home, "--json").json
    states = {one["programme"]: one["state"] for one in listed}
    assert states == {"classic@1": "in force", "classic@2": "withdrawn"}
    second.write_text(SECOND.replace("points = 1", "points = 2"), "utf-8")
    refused = command("programme", "publish", second, "--home", home, "--from", LATER)
    assert refused.code == 2
    assert "classic@2 was published with another text and taken back" in refused.err


def test_a_chain_is_founded_under_a_programme_of_its_own_branches(
    home: Path, tmp_path: Path, command: Command
) -> None:
    programme = tmp_path / "ours.toml"
    chain = (
        *(
            "found",
            "--home",
            home,
            "--shop",
            "Sklep",
            "--currency",
            "GBP",
            "--branch",
            "KRK=Kraków",
        ),
        *("--timezone", "Europe/Warsaw", "--terminal", "KRK-1=KRK", "--programme", programme),
    )
    for branch, code in (("NOPE", 2), ("KRK", 0)):
        programme.write_text(f'{classic_document()}[vouchers]\nbranches = ["{branch}"]\n', "utf-8")
        ran = command(*chain)
        assert ran.code == code, ran.err
        assert ("The chain has no branch 'NOPE'" in ran.err) == (branch == "NOPE")


def test_a_version_that_started_is_said_to_have_started(
    second: Path, home: Path, tmp_path: Path, command: Command
) -> None:
    first = tmp_path / "first.toml"
    first.write_text(classic_document(), "utf-8")
    again = command("programme", "publish", first, "--home", home, "--from", LATER)
    assert again.code == 0
    assert again.out.startswith("classic@1 is in force since 20")
    assert again.out.endswith("; nothing was changed.\n")
    [listed] = command("programme", "list", "--home", home, "--json").json
    told = command("programme", "publish", first, "--home", home, "--json").json
    assert told == {"programme": "classic@1", "starts": listed["starts"], "in_force": "classic@1"}
    assert command("programme", "publish", second, "--home", home).code == 0
    past = command("programme", "publish", first, "--home", home)
    assert (past.code, past.out) == (2, "")
    assert f"classic@1 started {listed['starts']}; classic@2 came after it" in past.err

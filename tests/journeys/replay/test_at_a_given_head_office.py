"""A replay into a head office that is there already, and that may go away half-way."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal_app.replay.head_office import HeadOffice
from tests.journeys.replay.conftest import command, paragon
from tests.journeys.replay.oracle import compute
from tests.journeys.replay.test_repeats_are_harmless import written


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    office = HeadOffice(tmp_path / "office")
    office.home.mkdir()
    yield office
    office.stop()


def found(office: HeadOffice) -> list[str]:
    """A running head office of two terminals: the options that a replay there needs."""
    founded = office.found(
        *("--shop", "Shop", "--currency", "GBP", "--timezone", "Europe/London"),
        *("--branch", "B=Branch", "--terminal", "EAST=B", "--terminal", "WEST=B"),
    )
    codes = [word for told in founded.terminals for word in ("--code", told.code)]
    return ["--server", office.start(), "--terminals", "2", *codes]


def test_it_goes_on_where_head_office_went_away(
    office: HeadOffice, made_file: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    words = ["replay", str(made_file), "--home", str(home), "--json", *found(office)]
    process = subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while written(home) < 60:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    office.kill()
    said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said) == (2, "")
    assert "run the same command again" in complaint
    assert "Traceback" not in complaint
    half = written(home)

    office.start()
    # The codes are spent; the tills are enrolled and need none.
    again = paragon(*words[: words.index("--code")])
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    expected = compute(made_file)
    assert summary["entries"] > half
    assert summary["already_posted"] > 0
    assert summary["posted_now"] + summary["already_posted"] == expected.sales + expected.returns
    assert summary["points_earned"] == expected.total("earned")
    assert summary["vouchers_issued"] == expected.vouchers_issued
    assert summary["till"]["points"] == summary["server"]["points"] == expected.total("points")
    assert summary["differences"] == 0


def test_a_wrong_code_is_a_sentence(office: HeadOffice, made_file: Path, tmp_path: Path) -> None:
    options = found(office)
    options[options.index("--code") + 1] = "NOT-A-CODE"
    run = paragon("replay", str(made_file), "--home", str(tmp_path / "home"), *options)
    assert run.returncode == 2
    assert run.stderr.startswith("paragon: till-1 could not be enrolled: ")
    assert len(run.stderr.splitlines()) == 1

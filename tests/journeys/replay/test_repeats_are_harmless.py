"""Whatever happens to a replay, run again it ends where one undisturbed run ends."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.journeys.replay.conftest import Replayed, command, exported, happened, replay

OF_THE_RUN = {
    *("posted_now", "already_posted", "seconds", "lines_per_second"),
    *("file", "home", "rejects_file"),
}
AFTER_A_KILL = OF_THE_RUN | {"receipts_printed", "receipts_unknown", "entries"}
"""A job that a kill caught at the printer stays unknown: it may be on paper. Rights to points that
a kill caught between two tills take an entry or two more to arrive."""


def test_the_second_run_changes_nothing_at_all(made_file: Path, once: Replayed) -> None:
    before = exported(once.home)
    again = replay(made_file, once.home)
    assert exported(once.home) == before
    assert again.summary["posted_now"] == 0
    assert again.summary["already_posted"] == once.summary["invoices"]
    assert without(again.summary, OF_THE_RUN) == without(once.summary, OF_THE_RUN)


def test_a_copied_home_goes_on_in_journals_of_its_own(
    made_file: Path, once: Replayed, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(once.home, home)
    again = replay(made_file, home)
    assert again.summary["posted_now"] == 0
    names = ("sales", "returns", "points_earned", "points_redeemed", "till", "server")
    assert [again.summary[name] for name in names] == [once.summary[name] for name in names]


@pytest.mark.parametrize("entries_first", [0, 40, 120])
def test_a_killed_run_repeated_is_one_run(
    made_file: Path, once: Replayed, tmp_path: Path, entries_first: int
) -> None:
    home = tmp_path / "home"
    kill_after(made_file, home, entries_first)
    repeated = replay(made_file, home)
    assert happened(home) == happened(once.home)
    assert without(repeated.summary, AFTER_A_KILL) == without(once.summary, AFTER_A_KILL)
    papers = ("receipts_printed", "receipts_waiting", "receipts_unknown")
    assert sum(repeated.summary[name] for name in papers) == once.summary["invoices"]


def test_two_kills_in_a_row_are_no_worse(made_file: Path, once: Replayed, tmp_path: Path) -> None:
    home = tmp_path / "home"
    kill_after(made_file, home, 30)
    kill_after(made_file, home, 110)
    replay(made_file, home)
    assert happened(home) == happened(once.home)


def test_a_fresh_run_forgets_and_comes_to_the_same(
    made_file: Path, once: Replayed, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    replay(made_file, home, "--terminals", "2")
    anew = replay(made_file, home, "--terminals", "3", "--fresh")
    assert anew.summary["posted_now"] == once.summary["invoices"]
    assert happened(home) == happened(once.home)


def without(summary: dict[str, object], names: set[str]) -> dict[str, object]:
    return {name: value for name, value in summary.items() if name not in names}


def kill_after(file: Path, home: Path, entries: int) -> None:
    """Start a replay and end it as a power cut would, once so many entries are written."""
    process = subprocess.Popen(
        command("replay", str(file), "--home", str(home), "--json"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while written(home) < max(entries, 1) and process.poll() is None:
        assert time.monotonic() < deadline, "the replay does not get on"
        if entries == 0 and home.exists() and any(home.glob("till-*")):
            break
        time.sleep(0.005)
    assert process.poll() is None, "the replay ended before it could be killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def written(home: Path) -> int:
    """Entries in the tills' journals, read beside the running replay."""
    count = 0
    for path in home.glob("till-*/till.sqlite"):
        # Its tables may not be made yet.
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection,
        ):
            count += connection.execute("SELECT count(*) FROM journal").fetchone()[0]
    return count

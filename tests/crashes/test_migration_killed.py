"""A migration that is killed before any of its statements leaves the old file whole."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sync_server.bootstrap import open_store as open_books
from terminal_app.store.connection import open_store
from tests.crashes.first_version import unpacked
from tests.crashes.tills import ROOT

DYING = Path(__file__).with_name("dying_process.py")
STRIDE = {"till": 4, "office": 9}
"""Each run is killed before another statement; all of them in steps of this many."""

MAX_RUNS = 100
OF_JOURNAL = {
    "till": "SELECT epoch, seq, body, seal FROM journal ORDER BY epoch, seq",
    "office": "SELECT terminal, epoch, seq, body FROM entries ORDER BY terminal, epoch, seq",
}
FILES = {"till": "KRK-1.sqlite", "office": "office.sqlite"}


def open_until(which: str, path: Path, statement: int) -> str:
    place = str(path) if which == "till" else f"sqlite:///{path}"
    done = subprocess.run(
        [sys.executable, str(DYING), which, place, str(statement)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def open_now(which: str, path: Path) -> None:
    if which == "till":
        open_store(path).close()
    else:
        open_books(f"sqlite:///{path}").dispose()


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def tables(path: Path) -> set[object]:
    return {row[0] for row in asked(path, "SELECT sql FROM sqlite_master")}


@pytest.mark.parametrize("which", ["till", "office"])
def test_a_migration_is_whole_or_not_at_all(which: str, tmp_path: Path) -> None:
    first = unpacked(FILES[which], tmp_path / "first.sqlite")
    old, journal = tables(first), asked(first, OF_JOURNAL[which])
    whole = unpacked(FILES[which], tmp_path / "whole.sqlite")
    open_now(which, whole)
    new = tables(whole)
    assert new != old
    killed = 0
    for run in range(MAX_RUNS):
        path = unpacked(FILES[which], tmp_path / f"{run}.sqlite")
        if open_until(which, path, 1 + run * STRIDE[which]) == "done":
            break
        killed += 1
        assert asked(path, "PRAGMA integrity_check") == [("ok",)]
        left = tables(path)
        assert left in (old, new), "half a migration is left"
        assert asked(path, OF_JOURNAL[which]) == journal
        open_now(which, path)
        assert tables(path) == new
        assert asked(path, OF_JOURNAL[which]) == journal
        path.unlink()
    else:
        pytest.fail("the migration has more statements than are killed here")
    assert killed > 3

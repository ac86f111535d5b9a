"""Replays as a user runs them: a process of their own, its words and its exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from terminal_app.commands.ledger import app as ledger
from tests.journeys.replay.made_file import write_lines

TIMEOUT_S = 110


@dataclass(frozen=True)
class Replayed:
    """A finished replay."""

    summary: dict[str, Any]
    home: Path
    cpu_s: float = 0.0
    peak_mib: float = 0.0


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "terminal_app", *words]


def paragon(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )


def replay(file: Path, home: Path, *options: str) -> Replayed:
    """Run a replay to its end, which must be a good one."""
    run = paragon("replay", str(file), "--home", str(home), "--json", *options)
    assert run.returncode == 0, run.stderr + run.stdout
    assert run.stderr == ""
    return Replayed(json.loads(run.stdout), home)


def measured_replay(file: Path, home: Path) -> Replayed:
    """A replay with the processor time of it and its head office, and the larger one's memory."""
    read, write = os.pipe()
    process = subprocess.Popen(
        command("replay", str(file), "--home", str(home), "--json"), stdout=write
    )
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as said:
        text = said.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    summary = json.loads(text)
    cpu_s = usage.ru_utime + usage.ru_stime
    return Replayed(summary, home, cpu_s, usage.ru_maxrss / 1024)


def exported(home: Path) -> list[dict[str, Any]]:
    """Every entry of every till, without what only a wall clock or a key could tell apart."""
    entries = []
    for till in sorted(home.glob("till-*")):
        run = CliRunner().invoke(ledger, ["export", "--home", str(till)])
        assert run.exit_code == 0, run.stderr
        for line in run.stdout.splitlines():
            entry = json.loads(line)
            del entry["recorded_at"], entry["seal"]
            entries.append(entry)
    return entries


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file with everything in it."""
    return write_lines(tmp_path_factory.mktemp("lines") / "made.csv.gz")


@pytest.fixture(scope="session")
def once(made_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The small file, replayed once and never touched again."""
    return replay(made_file, tmp_path_factory.mktemp("once"))

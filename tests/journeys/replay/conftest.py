"""Replays as a user runs them: a process of their own, its words and its exit code."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE
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


def paragon(*words: str, timeout_s: int = TIMEOUT_S) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
    )


def replay(file: Path, home: Path, *options: str, timeout_s: int = TIMEOUT_S) -> Replayed:
    """Run a replay to its end, which must be a good one."""
    words = ("replay", str(file), "--home", str(home), "--json", *options)
    run = paragon(*words, timeout_s=timeout_s)
    assert run.returncode == 0, run.stderr + run.stdout
    assert run.stderr == ""
    return Replayed(json.loads(run.stdout), home)


MEASURING = """
import json, os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as report:
    cpu_s = usage.ru_utime + usage.ru_stime
    json.dump({"cpu_s": cpu_s, "peak_kib": usage.ru_maxrss}, report)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process between: Linux counts a parent's memory to the child until it runs its program,
and this test's own may be larger than what is measured."""


def measured_replay(file: Path, home: Path) -> Replayed:
    """A replay with the processor time of it and its head office, and the larger one's memory."""
    home.mkdir(parents=True, exist_ok=True)
    report = home.parent / "usage.json"
    told = subprocess.run(
        [
            *(sys.executable, "-S", "-c", MEASURING, str(report)),
            *command("replay", str(file), "--home", str(home), "--json"),
        ],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    usage = json.loads(report.read_text("utf-8"))
    return Replayed(json.loads(told.stdout), home, usage["cpu_s"], usage["peak_kib"] / 1024)


def exported(home: Path) -> list[dict[str, Any]]:
    """Every entry of every till, without what only a wall clock or a key could tell apart."""
    entries = []
    for till in sorted(home.glob("till-*")):
        run = CliRunner().invoke(ledger, ["export", "--home", str(till)])
        assert run.exit_code == 0, run.stderr
        for line in run.stdout.splitlines():
            entry = json.loads(line)
            del entry["recorded_at"], entry["elapsed_ms"], entry["seal"]
            entries.append(entry)
    return entries


def happened(home: Path) -> list[dict[str, Any]]:
    """What every till sold, took back and gave out, in order.

    How often rights to points were moved before a sale depends on where a kill fell, and with it
    the number of every entry behind, which vouchers and unnamed receipts are named by.
    """
    names: dict[str, str] = {}
    told = []
    for entry in exported(home):
        if entry["kind"] in (RIGHTS_GRANT, RIGHTS_RELEASE):
            continue
        own = f"{entry['terminal']}.{entry['epoch']}."
        for place, key in ((entry, "receipt"), (entry["payload"], "number")):
            name = place.get(key, "")
            if name.startswith(own):
                place[key] = names.setdefault(name, f"{own}#{len(names)}")
        del entry["seq"]
        told.append(entry)
    return told


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file with everything in it."""
    return write_lines(tmp_path_factory.mktemp("lines") / "made.csv.gz")


@pytest.fixture(scope="session")
def once(made_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The small file, replayed once and never touched again."""
    return replay(made_file, tmp_path_factory.mktemp("once"))

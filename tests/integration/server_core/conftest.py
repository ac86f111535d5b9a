"""Head office as its own process, started the way a shop starts it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

READY = "listening on "
STOP_TIMEOUT_S = 20


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ran]


@dataclass
class Served:
    """A serving head office."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to stop; gives its exit code and what it still wrote."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=STOP_TIMEOUT_S)
        return self.process.returncode, out, err


def run_server(*words: str | Path, stdin: str = "") -> Ran:
    """Run `paragon-server` with the given words to its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "sync_server", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "COLUMNS": "100"},
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs `paragon-server` with the words that it is given."""
    return run_server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "office"


@pytest.fixture
def founded(command: Command, home: Path) -> Any:
    """What `found` said about a chain of two terminals."""
    ran = command(
        *("found", "--home", home, "--shop", "Sklep", "--currency", "GBP"),
        *("--timezone", "Europe/Warsaw", "--branch", "KRK=Kraków", "--branch", "WAW=Warszawa"),
        *("--terminal", "KRK-1=KRK", "--terminal", "WAW-1=WAW", "--json"),
    )
    assert ran.code == 0, ran.err
    return ran.json


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Served]]:
    """Start serving; whatever still runs at the end is stopped."""
    started: list[Served] = []

    def start(*words: str | Path) -> Served:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync_server", "serve", "--home", str(home), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(READY):
            process.kill()
            raise AssertionError(f"{line!r}, {process.communicate()[1]}")
        served = Served(process, line.removeprefix(READY).strip())
        started.append(served)
        return served

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate()

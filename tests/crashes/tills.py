"""A till as the process that it is in a shop: its agent, started, killed, asked over HTTP."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

ROOT = Path(__file__).resolve().parents[2]
PARAGON = (sys.executable, "-m", "terminal_app")
READY = re.compile(r"listening on (http://\S+)\n")
PATIENCE_S = 90.0
POLL_S = 0.02
STOP_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 120.0
SAID_FILE = "agent.out"


class TillProcess:
    """The till in `home` behind its agent; `start` as often as one likes, on the same port."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.home = home
        self.url = ""
        # Beside the folder of the tills: their disk may be full.
        self._said = home.parents[1] / f"{name}.{SAID_FILE}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    def launch(self) -> None:
        """Begin to start; whoever does not want to wait may kill it on its way."""
        port = self.url.rpartition(":")[2] or "0"
        with self._said.open("wb") as out:
            self._process = subprocess.Popen(
                [*PARAGON, "agent", "--port", port, "--home", str(self.home)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Wait until the agent answers."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := READY.search(self.said())) is None:
            assert time.monotonic() < deadline, self.said()
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            time.sleep(POLL_S)
        self.url = found[1]
        while True:
            try:
                httpx.get(f"{self.url}/health").raise_for_status()
                return
            except httpx.HTTPError:
                assert time.monotonic() < deadline, self.said()
                time.sleep(POLL_S)

    def start(self) -> None:
        """Start and wait until the agent answers."""
        self.launch()
        self.wait_until_ready()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def said(self) -> str:
        """What it printed, faults included."""
        return self._said.read_text("utf-8", errors="replace")

    def post(self, sale: dict[str, Any], timeout_s: float = 10.0) -> httpx.Response:
        """Ring up `sale` as POS software does. Raises httpx.HTTPError when nobody answers."""
        return httpx.post(f"{self.url}/v1/sales", json=sale, timeout=timeout_s)

    def health(self) -> dict[str, Any]:
        """What the agent says of itself."""
        told: dict[str, Any] = httpx.get(f"{self.url}/health").json()
        return told

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `paragon` with `words` on this till's home to its end."""
        return paragon(*words, "--home", str(self.home))

    def told(self, *words: str) -> Any:
        """What `paragon` with `words` says in JSON; it must succeed."""
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stderr or done.stdout
        return json.loads(done.stdout)

    def _end(self, number: int) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        process.wait(STOP_TIMEOUT_S)


def paragon(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `paragon` with `words` to its end."""
    return subprocess.run(
        [*PARAGON, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=COMMAND_TIMEOUT_S,
    )


def token_of(home: Path) -> str:
    """What the till in `home` shows to head office."""
    connection = sqlite3.connect(home / "till.sqlite")
    try:
        row = connection.execute("SELECT value FROM settings WHERE key = 'identity'").fetchone()
    finally:
        connection.close()
    token: str = msgspec.msgpack.decode(row[0])["token"]
    return token

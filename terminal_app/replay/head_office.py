"""A head office of one's own: founded, started and stopped as the process that a shop would run.

Only replays and demos start one. It is spoken to like any other: by its command line and by HTTP.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TypeVar

import msgspec

from terminal_app.replay.errors import HeadOfficeFault

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
COMMAND_TIMEOUT_S = 120.0
MAX_SAID_CHARACTERS = 600
READY_POLL_S = 0.05
LOG_FILE = "head_office.log"
SAID_FILE = "head_office.out"
READY_WORDS = "listening on "

# Runs the server in this very child and has Linux end it with its parent, even one that was
# killed: PR_SET_PDEATHSIG is 1, SIGTERM is 15. Elsewhere an orphan stays and does no harm.
_SERVE = """
import ctypes, os, runpy, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 15)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(0)
del sys.argv[1]
runpy.run_module("sync_server", run_name="__main__", alter_sys=True)
"""


class TerminalCode(msgspec.Struct, frozen=True):
    """A terminal of the chain and the code that enrols it once."""

    terminal: str
    code: str


class Founded(msgspec.Struct, frozen=True):
    """What founding a chain tells."""

    terminals: tuple[TerminalCode, ...]
    owner_password: str = ""


_Told = TypeVar("_Told", Founded, TerminalCode)


class HeadOffice:
    """The head office that lives in `home`; `start` and `stop` as often as one likes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def found(self, *options: str) -> Founded:
        """Found the chain with `options` of `paragon-server found`. Raises HeadOfficeFault."""
        return self._told(Founded, "found", *options)

    def new_code(self, terminal: str) -> str:
        """A new one-time code for `terminal`. Raises HeadOfficeFault."""
        return self._told(TerminalCode, "code", terminal).code

    def command(self, *words: str) -> str:
        """What `paragon-server` with `words` prints. Raises HeadOfficeFault with its sentence."""
        run = subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-m", "sync_server", *words, "--home", str(self.home)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if run.returncode != 0:
            raise HeadOfficeFault(_sentence(run.stderr or run.stdout))
        return run.stdout

    def start(self) -> str:
        """Start the server and give its address once it listens; the same one every time."""
        port = self.url.rpartition(":")[2] or "0"
        said = self.home / SAID_FILE
        with said.open("wb") as out, (self.home / LOG_FILE).open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and words
                [
                    *(sys.executable, "-c", _SERVE, str(os.getpid())),
                    *("serve", "--home", str(self.home), "--port", port),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )
        self.url = self._wait_until_ready(self._process, said)
        return self.url

    def stop(self) -> None:
        """Ask the server to end and wait for it; nothing when none runs."""
        self._end(kill=False)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _told(self, kind: type[_Told], *words: str) -> _Told:
        try:
            return msgspec.json.decode(self.command(*words, "--json"), type=kind)
        except msgspec.MsgspecError as fault:
            raise HeadOfficeFault(
                f"paragon-server {words[0]} gave an unknown answer: {fault}."
            ) from fault

    def _wait_until_ready(self, process: subprocess.Popen[bytes], said: Path) -> str:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            for line in said.read_text("utf-8").splitlines(keepends=True):
                if line.startswith(READY_WORDS) and line.endswith("\n"):
                    return line.removeprefix(READY_WORDS).strip()
            time.sleep(READY_POLL_S)
        self._end(kill=True)
        log = (self.home / LOG_FILE).read_text("utf-8", errors="replace")
        raise HeadOfficeFault(
            f"Head office did not start: {_sentence(log)}", f"See {self.home / LOG_FILE}."
        )


def _sentence(said: str) -> str:
    """The last of what a process said, which is where it says why it ended."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:MAX_SAID_CHARACTERS] if lines else "it said nothing."

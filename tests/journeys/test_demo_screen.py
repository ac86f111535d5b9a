"""`paragon demo` in a real terminal: the screen opens, a sale is made, and it closes cleanly."""

import os
import select
import signal
import struct
import sys
import time
from pathlib import Path

import pytest

from terminal_app.demo import cast

pty = pytest.importorskip("pty", reason="needs the terminals of a Unix system")

ANNA = cast.MEMBERS[0]
PATIENCE_S = 60
A_PERSONS_PAUSE_S = 1.0
"""An empty Enter right behind an entry is taken for a scanner's second line end."""


class Screen:
    """The other end of a terminal: what was drawn so far, and keys to press."""

    def __init__(self, home: Path) -> None:
        self.drawn = ""
        self._typed_at = 0
        self.pid, self._end = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="130", LINES="40")
            words = [sys.executable, "-m", "terminal_app", "demo", "--home", str(home)]
            os.execv(sys.executable, words)
        import fcntl
        import termios

        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 130, 0, 0))

    def wait_for(self, words: str) -> None:
        """Read on until `words` are drawn, since the last keys."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.drawn[self._typed_at :]:
            assert time.monotonic() < deadline, f"{words!r} is not shown: {self.drawn[-3000:]!r}"
            self._read(0.2)

    def type(self, text: str) -> None:
        """Press keys as a person does, one after the other."""
        self._typed_at = len(self.drawn)
        for key in text:
            os.write(self._end, key.encode())
            self._read(0.15)

    def close(self) -> int:
        """Quit with ctrl+q and give the exit code."""
        os.write(self._end, b"\x11")
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self._read(0.1)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                os.close(self._end)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("the demo did not end")

    def _read(self, patience_s: float) -> None:
        if select.select([self._end], [], [], patience_s)[0]:
            try:
                self.drawn += os.read(self._end, 65_536).decode(errors="replace")
            except OSError:  # Linux says so when the other end is gone
                time.sleep(patience_s)


def test_a_newcomer_sells_to_a_member(tmp_path: Path) -> None:
    screen = Screen(tmp_path / "chain")
    screen.wait_for(ANNA.card)
    screen.type(f"{ANNA.card}\r")
    screen.wait_for(ANNA.name)
    screen.type("219.50\r")
    screen.wait_for("1 voucher will come out")
    time.sleep(A_PERSONS_PAUSE_S)
    screen.type("\r")
    screen.wait_for("1 voucher came out")
    screen.wait_for("Ważny do")
    assert screen.close() == 0
    assert "Traceback" not in screen.drawn

"""Head office as the process that it is in a shop: founded, served, killed, served again."""

import contextlib
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from loyalty.programme.document import load_programme

ROOT = Path(__file__).resolve().parents[3]
TERMINALS = ("KRK-1=KRK", "KRK-2=KRK", "WAW-1=WAW")
BOOKS_FILE = "server.sqlite"
STOP_TIMEOUT_S = 20
CHUNK_BYTES = 65_536


class HeadOffice:
    """A founded head office in `home`; it serves between `start` and `stop` or `kill`."""

    def __init__(self, home: Path, codes: dict[str, str]) -> None:
        self.home = home
        self.codes = codes
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def copied(self, home: Path) -> "HeadOffice":
        """The same head office in another folder, as it was founded."""
        shutil.copytree(self.home, home)
        config = home / "server.toml"
        config.write_text(config.read_text("utf-8").replace(str(self.home), str(home)), "utf-8")
        return HeadOffice(home, dict(self.codes))

    @property
    def url(self) -> str:
        """Where it listens; the same after a restart."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, command: str, *options: str) -> str:
        """Run a command of head office to its end and give what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "sync_server", command, *options, "--home", str(self.home)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def new_code(self, terminal: str) -> str:
        """A code with which `terminal` is set up again."""
        return str(json.loads(self.run("code", terminal, "--json"))["code"])

    def copy_books(self, backup: Path) -> None:
        """Keep a backup of the books, made while it does not serve."""
        self.stop()
        shutil.copy(self.home / BOOKS_FILE, backup)
        self.start()

    def put_back(self, backup: Path) -> None:
        """Put the books back as they were."""
        self.stop()
        shutil.copy(backup, self.home / BOOKS_FILE)
        self.start()

    def disagreements(self) -> int:
        """Days that wait or differ, and cases that a person must look at; 0 when all is well."""
        told: dict[str, Any] = json.loads(self.run("reconcile", "--json"))
        return int(told["cases"]) + sum(
            int(each["waiting"]) + int(each["differing"]) for each in told["terminals"]
        )

    def late_versions(self) -> list[dict[str, Any]]:
        """What went by another version of the programme than was in force."""
        told: dict[str, Any] = json.loads(self.run("reconcile", "--json"))
        return list(told["late_versions"])

    def cases(self) -> list[str]:
        """The kinds of all cases that a person must look at, in order."""
        connection = sqlite3.connect(self.home / BOOKS_FILE)
        try:
            rows = connection.execute("SELECT kind FROM cases ORDER BY kind").fetchall()
        finally:
            connection.close()
        return [row[0] for row in rows]

    def start(self) -> None:
        """Serve; on the port of before after a first start."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sync_server", "serve"),
                *("--home", str(self.home), "--port", str(self.port)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.port = int(line.strip().rpartition(":")[2])

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        self._process = None

    def stop(self) -> None:
        """Ask it to end, and see that it ends well."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=STOP_TIMEOUT_S)
            assert self._process.returncode == 0
            self._process = None


def found(home: Path, *more: str) -> HeadOffice:
    """Found a head office in `home`; it does not serve yet."""
    return _found(home, "--currency", "GBP", "--timezone", "Europe/London", *more)


def found_under(home: Path, document: Path, *more: str) -> HeadOffice:
    """Found a head office under the programme in `document`, whose day begins in Warsaw."""
    currency = load_programme(document.read_text("utf-8")).currency
    programme = ("--programme", str(document), "--currency", currency)
    return _found(home, *programme, "--timezone", "Europe/Warsaw", *more)


def _found(home: Path, *more: str) -> HeadOffice:
    office = HeadOffice(home, {})
    told = json.loads(
        office.run(
            "found",
            *("--shop", "Paragon Gifts"),
            *("--branch", "KRK=Kraków", "--branch", "WAW=Warszawa"),
            *(part for name in TERMINALS for part in ("--terminal", name)),
            *more,
            "--json",
        )
    )
    office.codes.update({each["terminal"]: str(each["code"]) for each in told["terminals"]})
    return office


class FaultyLine:
    """A TCP line between a till and head office that can lose what head office answers.

    `lose_answers(n)` lets the next `n` requests through and then drops the line before a byte of
    the answer comes back; requests after them pass unharmed.
    """

    def __init__(self, port: int) -> None:
        self._office_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._to_lose = 0
        self.lost = 0
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """The address to give to a till."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def lose_answers(self, count: int) -> None:
        """Lose the next `count` answers."""
        self._to_lose = count

    def __enter__(self) -> "FaultyLine":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line in [self._listener, *self._lines]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                till, _ = self._listener.accept()
            except OSError:
                return
            office = socket.create_connection(("127.0.0.1", self._office_port))
            self._lines += [till, office]
            threading.Thread(target=self._carry, args=(till, office), daemon=True).start()
            threading.Thread(target=self._carry_back, args=(office, till), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _carry_back(self, office: socket.socket, till: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := office.recv(CHUNK_BYTES):
                if self._to_lose:
                    # Head office has answered, so it has committed; the till never learns of it.
                    self._to_lose -= 1
                    self.lost += 1
                    till.shutdown(socket.SHUT_RDWR)
                    office.shutdown(socket.SHUT_RDWR)
                    return
                till.sendall(data)
            till.shutdown(socket.SHUT_WR)

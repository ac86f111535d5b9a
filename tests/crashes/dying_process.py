"""A program that opens a database of an earlier version and is killed before its nth statement.

Arguments: "till" or "office", the file or URL, and n. It forks, so that the parent can say whether
the child was killed: prints "killed" or "done". SIGKILL leaves a process no time for anything, so
what it leaves is what a power cut leaves.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any


class Dying:
    """Counts statements and ends the process before the nth."""

    def __init__(self, left: int) -> None:
        self._left = left

    def count(self, *_: Any) -> None:
        """One more statement is about to run."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def open_till(path: str, dying: Dying) -> None:
    """Bring the till's database forward, counting each statement that SQLite runs."""
    from terminal_app.store.connection import open_store

    connect = sqlite3.connect

    def counted(*words: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*words, **named)
        connection.set_trace_callback(dying.count)
        return connection

    sqlite3.connect = counted  # type: ignore[assignment]
    open_store(Path(path)).close()


def open_office(url: str, dying: Dying) -> None:
    """Bring head office's database forward, counting each statement it is sent."""
    from sqlalchemy import Engine, event

    from sync_server.bootstrap import open_store

    event.listen(Engine, "before_cursor_execute", dying.count)
    open_store(url).dispose()


def main() -> None:
    """Open in a child, wait for it, say how it ended."""
    which, place, nth = sys.argv[1:]
    child = os.fork()
    if child == 0:
        opening = open_till if which == "till" else open_office
        opening(place, Dying(int(nth)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        print("killed")
    else:
        assert os.WEXITSTATUS(status) == 0
        print("done")


if __name__ == "__main__":
    main()

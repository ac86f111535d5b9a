"""Which machine and file the books are in, so that a backup that was put back is noticed.

A PostgreSQL says by its timeline that it was put back. An SQLite file is put back as another file,
or on another machine. One whose bytes were copied over the old file looks the same: the operator
says it then (`paragon-server restored`).
"""

from pathlib import Path

from sqlalchemy import Connection

BOOKS_FILE = "books_file"
"""Setting: the machine and file that SQLite's books were in; another one is another history."""

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def books_file(connection: Connection) -> str:
    """The machine and the file of an SQLite database; empty for one that is in no file.

    A machine without a name of its own, as in a container that is made anew with every version, is
    left out: there the file alone says where the books are.
    """
    url = connection.engine.url
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not path.is_file():
        return ""
    return f"{_machine()}:{path.stat().st_ino}"


def _machine() -> str:
    for file in _MACHINE_FILES:
        try:
            name = file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if name:
            return name
    return ""

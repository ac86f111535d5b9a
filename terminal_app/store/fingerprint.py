"""Which machine and file a till's data is in, so that a copy notices that it is one.

A clone of a disk, a backup put back elsewhere and a folder copied by hand all carry the till's key
and token. Two of them would write one journal, each not knowing of the other.
"""

import platform
import uuid
from pathlib import Path

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_MULTICAST_BIT = 1 << 40
"""Set in a hardware address that was drawn at random because the machine shows none (RFC 4122)."""


def fingerprint_of(path: Path) -> str:
    """The machine, and the file at `path` on it; the same for as long as neither changes.

    A file with several names is another place under each of them: SQLite keeps a write-ahead log
    beside each name, so that two tills in one file do not see what the other writes.
    """
    found = path.stat()
    place = f"{_machine()}:{found.st_ino}"
    return f"{place}:{path.resolve()}" if found.st_nlink > 1 else place


def _machine() -> str:
    for file in _MACHINE_FILES:
        try:
            name = file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if name:
            return name
    address = uuid.getnode()
    return platform.node() if address & _MULTICAST_BIT else f"{address:012x}"

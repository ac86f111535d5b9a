"""A new till starts from a snapshot: fetched into a file, checked whole, recorded part by part.

Each part is a short transaction of its own, because the till may be selling meanwhile, and the last
one moves the cursor. A start that is cut short goes on with the file it has. What another program
of the till was told in between is never undone: then the start is given up, and the feed, which
tells everything as well, goes on from where it was.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import structlog
from msgspec.structs import replace

from loyalty.errors import FrameInvalid
from loyalty.snapshots import MAX_SNAPSHOT_BYTES, Verified, read_parts, verified
from loyalty.wire import WIRE_VERSION, SyncReply
from terminal_app.errors import HeadOfficeBusy, HeadOfficeRefused, StoreFault
from terminal_app.store import settings
from terminal_app.store.connection import PRIVATE_FILE_MODE, Store
from terminal_app.store.settings import Identity
from terminal_app.store.snapshot import Starting, end_starting, read_starting, write_starting
from terminal_app.sync.changes import apply_changes, forget_told
from terminal_app.sync.uplink import Uplink

SNAPSHOT_SUFFIX = ".snapshot"
"""Of the file that a snapshot is fetched into, beside the till's database."""

READ_BYTES = 1 << 20
SNAPSHOTS_SINCE = 2
"""The version of the wire that brought snapshots."""

log = structlog.get_logger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """How far a start has come: bytes fetched so far, then parts recorded of how many."""

    fetched_bytes: int
    recorded: int = 0
    parts: int = 0


OnProgress = Callable[[Progress], None]


def is_worth_a_snapshot(reply: SyncReply) -> bool:
    """Whether head office begins to tell everything, and it is more than one frame."""
    return reply.version >= SNAPSHOTS_SINCE and reply.from_start and reply.more


def is_starting(store: Store) -> bool:
    """Whether a start was decided on and has not come to its end."""
    with store.reading() as connection:
        return read_starting(connection) is not None


def begin_start(store: Store) -> None:
    """Decide on a start, so that one which is cut short is not forgotten."""
    with store.writing() as connection:
        if read_starting(connection) is None:
            write_starting(connection, Starting())


def start_from_snapshot(
    store: Store, uplink: Uplink, on_progress: OnProgress = lambda _: None
) -> bool:
    """Bring the till to where head office is; whether it got there, else the feed must.

    Raises HeadOfficeUnreachable or HeadOfficeBusy, and StoreFault when the disk is full: the
    next sync goes on. A snapshot that cannot be believed is not recorded.
    """
    path = store.path.with_name(store.path.name + SNAPSHOT_SUFFIX)
    with store.reading() as connection:
        identity = settings.require_identity(connection)
        starting = read_starting(connection) or Starting()
    try:
        snapshot = _fetched(path, identity, starting)
        if snapshot is None:
            _fetch(path, uplink, identity.epoch, on_progress)
            snapshot = verified(_chunks(path), identity.server_key)
            starting = _opened(store, identity, snapshot)
        is_there = _record(store, identity, path, snapshot, starting, on_progress)
    except HeadOfficeBusy:
        raise
    except (FrameInvalid, HeadOfficeRefused) as fault:
        log.warning("snapshot_not_taken", reason=str(fault))
        is_there = False
    except OSError as fault:
        raise StoreFault(f"{path} cannot be used: {fault.strerror}.", "Make room on the disk.") from fault
    if not is_there:
        with store.writing() as connection:
            end_starting(connection)
    path.unlink(missing_ok=True)
    return is_there

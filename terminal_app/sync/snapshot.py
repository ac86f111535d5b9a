"""A new till starts from a snapshot: fetched into a file, checked whole, recorded part by part.

Each part is a short transaction of its own, because the till may be selling meanwhile, and the
last one moves the cursor. A start that is cut short goes on with the file it has. When another
program of the till was told from the start in between, or moved to another journal, the start is
given up, and the feed, which tells everything as well, goes on from where it is.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import structlog
from msgspec.structs import replace

from loyalty.errors import FrameInvalid
from loyalty.snapshots import MAX_SNAPSHOT_BYTES, Verified, read_parts, verified
from loyalty.wire import WIRE_VERSION, Change, SyncReply
from terminal_app.errors import HeadOfficeBusy, HeadOfficeRefused, StoreFault
from terminal_app.store import serving, settings
from terminal_app.store.claim import Claim
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity
from terminal_app.store.snapshot import Starting, end_starting, read_starting, write_starting
from terminal_app.sync.changes import apply_changes, forget_told
from terminal_app.sync.uplink import Uplink

FILE_SUFFIX = ".snapshot"
CLAIM_SUFFIX = ".snapshot.lock"
"""Beside the till's database: what is fetched, and that one program alone does so."""

READ_BYTES = 1 << 20
SNAPSHOTS_SINCE = 2
"""The version of the wire that brought snapshots."""

log = structlog.get_logger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """How far a start has come: bytes fetched, then parts recorded of how many."""

    fetched_bytes: int
    recorded: int = 0
    parts: int = 0


OnProgress = Callable[[Progress], None]


def note_start(store: Store, reply: SyncReply) -> None:
    """Write down that the till is to start from a snapshot, when head office begins to tell
    everything and it is more than one frame."""
    if reply.version < SNAPSHOTS_SINCE or not (reply.from_start and reply.more):
        return
    with store.writing() as connection:
        if settings.require_identity(connection).server_key:
            write_starting(connection, Starting())


def is_to_start(store: Store) -> bool:
    """Whether a start was written down that has not come to its end."""
    with store.reading() as connection:
        return read_starting(connection) is not None


def start_from_snapshot(
    store: Store, uplink: Uplink, on_progress: OnProgress = lambda _: None
) -> None:
    """Bring the till to where head office is, as far as the feed need not.

    A snapshot that cannot be believed or is of another journal or history is not recorded, and
    the feed does it all. Raises HeadOfficeUnreachable, HeadOfficeBusy, or StoreFault when the
    disk is full: then the next sync goes on with the start.
    """
    claim = Claim(store.path.with_name(store.path.name + CLAIM_SUFFIX))
    if not claim.take():
        # Another program of this till is at it.
        return
    path = store.path.with_name(store.path.name + FILE_SUFFIX)
    try:
        _start(store, uplink, path, on_progress)
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise StoreFault(
            f"{path} cannot be used: {fault.strerror}.", "Make room on the disk, then sync again."
        ) from fault
    finally:
        claim.release()


def _start(store: Store, uplink: Uplink, path: Path, on_progress: OnProgress) -> None:
    with store.reading() as connection:
        identity = settings.require_identity(connection)
        starting = read_starting(connection)
    if starting is None:
        return
    try:
        snapshot = _kept(path, identity, starting)
        if snapshot is None:
            _fetch(path, uplink, identity.epoch, on_progress)
            snapshot = verified(_chunks(path), identity.server_key)
            starting = _begin(store, snapshot)
        _record(store, path, snapshot, starting, on_progress)
    except HeadOfficeBusy:
        raise
    except (FrameInvalid, HeadOfficeRefused) as fault:
        log.warning("snapshot_not_taken", reason=str(fault))
        with store.writing() as connection:
            end_starting(connection)


def _kept(path: Path, identity: Identity, starting: Starting) -> Verified | None:
    """The snapshot that was fetched before and is recorded in part; None when it is not there."""
    if not starting.digest or not path.exists():
        return None
    try:
        snapshot = verified(_chunks(path), identity.server_key)
    except FrameInvalid:
        return None
    return snapshot if snapshot.digest == starting.digest else None


def _fetch(path: Path, uplink: Uplink, epoch: int, on_progress: OnProgress) -> None:
    fetched_bytes = 0
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with path.open("wb") as file, uplink.snapshot(epoch) as chunks:
        for chunk in chunks:
            fetched_bytes += file.write(chunk)
            if fetched_bytes > MAX_SNAPSHOT_BYTES:
                raise FrameInvalid(f"A snapshot of more than {MAX_SNAPSHOT_BYTES} bytes.")
            on_progress(Progress(fetched_bytes))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            yield chunk


def _begin(store: Store, snapshot: Verified) -> Starting:
    """Forget what was told before: the snapshot tells it all."""
    starting = Starting(snapshot.digest)
    with store.writing() as connection:
        _require_ours(settings.require_identity(connection), snapshot)
        forget_told(connection)
        write_starting(connection, starting)
    return starting


def _record(
    store: Store, path: Path, snapshot: Verified, starting: Starting, on_progress: OnProgress
) -> None:
    size = path.stat().st_size
    for number, changes in enumerate(read_parts(_chunks(path)), 1):
        if number <= starting.recorded:
            continue
        following = Starting(snapshot.digest, number)
        is_last = number == snapshot.parts
        if not _record_part(store, snapshot, changes, starting, None if is_last else following):
            return
        starting = following
        on_progress(Progress(size, number, snapshot.parts))


def _record_part(
    store: Store,
    snapshot: Verified,
    changes: tuple[Change, ...],
    starting: Starting,
    following: Starting | None,
) -> bool:
    """Record one part, and with the last one, which none is `following`, how far the till now is.

    False when the start is not what it was: everything is being told otherwise.
    """
    with store.writing() as connection:
        if read_starting(connection) != starting:
            return False
        identity = settings.require_identity(connection)
        _require_ours(identity, snapshot)
        apply_changes(connection, changes, identity.journal)
        if following is not None:
            write_starting(connection, following)
            return True
        state = settings.read_sync_state(connection)
        head = snapshot.head
        if state.history_id == head.history_id:
            told = replace(state, cursor=head.cursor, mark=head.mark, told_version=WIRE_VERSION)
            settings.write_sync_state(connection, told)
        serving.ask_all_again(connection)
        end_starting(connection)
    return True


def _require_ours(identity: Identity, snapshot: Verified) -> None:
    head = snapshot.head
    if (head.terminal, head.epoch) != (identity.terminal, identity.epoch):
        raise FrameInvalid("The snapshot is for another journal.")

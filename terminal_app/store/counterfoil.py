"""How far head office has confirmed the journal, kept beside the database and not in it.

A disk that loses the end of the database's log loses the last entries together with everything
that the database knew of them, and what is left is sound: nothing within can tell that it is
yesterday's. So the number of the last confirmed entry lies in a file of its own, written after the
confirmation was committed. A journal that ends before it has lost entries that count elsewhere.
"""

from contextlib import suppress
from pathlib import Path

import msgspec

from loyalty.journal import Finding
from terminal_app.config import write_whole
from terminal_app.store import journal, settings
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity

COUNTERFOIL_FILE = "till.counterfoil"
MAX_BYTES = 1_024


class Counterfoil(msgspec.Struct, frozen=True, order=True):
    """Entry `seq` of journal `epoch` was confirmed; a later journal comes after an earlier one."""

    epoch: int
    seq: int


NOTHING_CONFIRMED = Counterfoil(0, 0)


def read_counterfoil(home: Path) -> Counterfoil:
    """What the file in `home` says; one that is not there or cannot be read says nothing."""
    try:
        with (home / COUNTERFOIL_FILE).open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=Counterfoil)
    except (OSError, msgspec.MsgspecError, ValueError):
        # The next confirmation writes it anew; a sale does not wait for that.
        return NOTHING_CONFIRMED


def keep_counterfoil(store: Store) -> None:
    """Write down how far the journal is confirmed, if that is news.

    Never within the transaction that records it: the file must not know more than the database.
    """
    with store.reading() as connection:
        epoch = settings.require_identity(connection).epoch
        confirmed = Counterfoil(epoch, settings.read_sync_state(connection).confirmed_seq)
    home = store.path.parent
    if confirmed > read_counterfoil(home):
        # A disk without room for it costs the till a warning it may never need, and no sync.
        with suppress(OSError):
            write_whole(home / COUNTERFOIL_FILE, msgspec.json.encode(confirmed))


def lost_end(store: Store, identity: Identity) -> Finding | None:
    """What is missing at the end of the journal that this till writes; None when nothing is."""
    kept = read_counterfoil(store.path.parent)
    with store.reading() as connection:
        last = journal.last_row(connection, identity.terminal, identity.epoch)
    if Counterfoil(identity.epoch, last.seq) >= kept:
        return None
    return Finding(
        last.seq,
        f"the journal ends here, but head office confirmed up to {kept.seq} of journal "
        f"{kept.epoch}: the disk lost what came after",
    )

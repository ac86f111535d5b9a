"""Head office's own journal, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sync_server.bookkeeping.own_journal import OwnJournal


@contextmanager
def own_journal(home: Path) -> Iterator[tuple["Engine", "OwnJournal"]]:
    """Head office's own journal in `home`, and the books it is in."""
    from sync_server.bookkeeping.own_journal import OwnJournal
    from sync_server.bootstrap import present
    from sync_server.commands.opening import founded_store
    from sync_server.store.engine import reading
    from sync_server.store.settings import load_settings
    from sync_server.terminals.ingest import Ingest

    with founded_store(home) as engine:
        with reading(engine) as connection:
            zone = load_settings(connection).zone
        yield engine, OwnJournal(engine, present, Ingest(engine, present, zone, []))

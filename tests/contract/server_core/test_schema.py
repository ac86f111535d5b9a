"""The schema that migrations make is the one the code speaks of, on either database."""

import re
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import SchemaItem

from sync_server.errors import ConfigInvalid, NotFounded, StoreNewer, StoreUnavailable
from sync_server.store.engine import open_engine, reading, writing
from sync_server.store.schema import migrate, newest_schema_version, schema_version
from sync_server.store.settings import load_settings
from sync_server.store.tables import counters, metadata
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal, rows


def is_no_part(thing: SchemaItem, name: str | None, *_: object) -> bool:
    """Whether alembic compares a thing: the parts of `entries` are PostgreSQL's own matter."""
    table = getattr(thing, "table", thing)
    return not re.fullmatch(r"entries_\d", getattr(table, "name", name) or "")


def test_migrations_make_the_tables_that_the_code_speaks_of(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrate(engine)
    migrate(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_no_part})
        assert compare_metadata(context, metadata) == []
        assert schema_version(connection) == newest_schema_version()
        assert connection.execute(select(counters)).all() == [("changes", 0)]
        with pytest.raises(NotFounded):
            load_settings(connection)
    engine.dispose()


@pytest.mark.parametrize(
    "meddling",
    ["UPDATE entries SET points = 1", "DELETE FROM entries", "DELETE FROM entries WHERE seq = 1"],
)
def test_the_database_itself_keeps_entries_as_they_are(
    engine: Engine, ingest: Ingest, meddling: str
) -> None:
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame())
    before = rows(engine, "entries")
    with pytest.raises(DBAPIError, match="never"), writing(engine) as connection:
        connection.execute(text(meddling))
    assert rows(engine, "entries") == before


def test_two_servers_may_start_on_one_new_database(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(3)]
    threads = [Thread(target=migrate, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engines[0]) as connection:
        assert schema_version(connection) == newest_schema_version()
        assert connection.execute(select(counters)).all() == [("changes", 0)]
    for engine in engines:
        engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewer, match="newer version"):
        migrate(engine)
    with reading(engine) as connection:
        assert schema_version(connection) == "9999"
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://root@localhost/books", "no url at all", "sqlite+x://"])
def test_a_foreign_database_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(ConfigInvalid, match="sqlite:///FILE"):
        open_engine(url)


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/server.sqlite", "postgresql://x@127.0.0.1:9/books"]
)
def test_a_database_that_is_not_there_is_said_so(url: str) -> None:
    engine = open_engine(url)
    with pytest.raises(StoreUnavailable, match=r"cannot be opened"):
        migrate(engine)
    engine.dispose()

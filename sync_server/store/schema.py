"""Bringing a database to this version's schema: forward only, under one lock, all or nothing."""

from importlib import resources

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from sync_server.errors import StoreNewer
from sync_server.store.engine import migrating

_SCHEMA_LOCK = 0x70617261676F6E
"""Number of the PostgreSQL advisory lock that keeps two starting servers from migrating at once."""


def migrate(engine: Engine) -> None:
    """Apply the steps that the database lacks; a current database is left as it is.

    Raises StoreNewer when a newer version has been at it, StoreUnavailable when it cannot be
    opened.
    """
    scripts = _scripts()
    with migrating(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        _refuse_newer(connection, scripts)
        with EnvironmentContext(
            Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
        ) as environment:
            environment.configure(connection=connection, transactional_ddl=True)
            environment.run_migrations()


def schema_version(connection: Connection) -> str | None:
    """The step that the database stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_schema_version() -> str | None:
    """The last step that this version knows."""
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    with resources.as_file(resources.files("sync_server.store.migrations")) as folder:
        return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    current = schema_version(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise StoreNewer(
            f"The database was written by a newer version of Paragon (schema {current}).",
            "Install that version, or point server.toml to another database.",
        )

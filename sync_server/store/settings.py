"""The facts of the chain: written once when it is founded, read at every start."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import Connection, bindparam, select

from sync_server.errors import NotFounded, StoreUnavailable
from sync_server.store.keyed import rows_of
from sync_server.store.statements import inserting
from sync_server.store.tables import settings

HISTORY_ID = "history_id"
SHOP = "shop"
CURRENCY = "currency"
TIMEZONE = "timezone"
PROGRAMME = "programme"
LINK_SECRET = "link_secret"  # noqa: S105 - the key of a setting, not its value
SERVER_KEY = "server_key"
TIMELINE = "timeline"
"""The PostgreSQL timeline that was written last; another one is another history."""

RECOVERING = "recovering"
"""YES from when head office was put back until every till has told it all it knows."""

LEAST_EPOCH = "least_epoch"
LEAST_NUMBER = "least_number"
"""Below these, journals and terminal numbers were given in a time that head office lost."""

YES = "1"

OFFICE = "OFFICE"
"""The terminal, and the branch, that head office is in its own books."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a founded chain is.

    `history_id` names this server's history to the tills: another one means that their cursors
    count for nothing. `programme` labels the document in force ("classic@1"). `link_secret` signs
    links in letters; it never leaves head office.
    """

    history_id: str
    shop: str
    currency: str
    timezone: str
    programme: str
    link_secret: str

    def __repr__(self) -> str:
        return f"Settings(shop={self.shop!r}, history_id={self.history_id!r})"

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which its days begin and end.

        Raises StoreUnavailable when the name of it is not what was written.
        """
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise StoreUnavailable(
                f"The database is damaged: it names the time zone {self.timezone!r}.",
                _PUT_BACK,
            ) from fault


def load_settings(connection: Connection) -> Settings:
    """The facts of the chain.

    Raises NotFounded when there is none yet, StoreUnavailable when one is not what was written.
    """
    values = {row.key: row.value for row in connection.execute(select(settings))}
    if not values.get(HISTORY_ID):
        raise NotFounded(
            "No chain was founded in this database.", "Run paragon-server found first."
        )
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as fault:
        raise StoreUnavailable(
            f"The database is damaged: a setting: {fault}.", _PUT_BACK
        ) from fault


def is_founded(connection: Connection) -> bool:
    """Whether the database holds a chain."""
    return read_setting(connection, HISTORY_ID) != ""


def read_setting(connection: Connection, key: str, default: str = "") -> str:
    """The value of setting `key`, or `default`."""
    rows = rows_of(connection, _VALUE, {"named": key})
    value: str = rows[0][0] if rows else default
    return value


def write_setting(connection: Connection, key: str, value: str) -> None:
    """Set setting `key`; inside a writing transaction."""
    insert = inserting(connection, settings).values(key=key, value=value)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[settings.c.key], set_={"value": insert.excluded.value}
        )
    )


_PUT_BACK = "The disk changed it: put the database back from a backup; tills tell what it lacks."
_VALUE = select(settings.c.value).where(settings.c.key == bindparam("named"))

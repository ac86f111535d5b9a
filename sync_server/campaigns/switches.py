"""Which campaigns run: a switch each, that head office sets on its page."""

from sqlalchemy import Connection

from sync_server.store.settings import read_setting, write_setting

ON = "on"
OFF = "off"


def is_on(connection: Connection, campaign: str) -> bool:
    """Whether `campaign` runs; one that nobody has switched yet does."""
    return read_setting(connection, _key(campaign), ON) == ON


def switch(connection: Connection, campaign: str, *, on: bool) -> None:
    """Let `campaign` run or rest; inside a writing transaction. What is queued still goes out."""
    write_setting(connection, _key(campaign), ON if on else OFF)


def _key(campaign: str) -> str:
    return f"campaign.{campaign}"

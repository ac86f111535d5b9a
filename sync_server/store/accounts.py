"""The accounts of members: their own, and those of the wallets that any version has beside it."""

from collections.abc import Iterable

from sqlalchemy import Connection

from loyalty.accounts import accounts_of
from loyalty.programme.document import load_programme
from loyalty.programme.side_wallets import side_wallets
from sync_server.store.programmes import versions


def side_wallets_known(connection: Connection) -> tuple[str, ...]:
    """The names of all wallets that were ever published beside a main one."""
    programmes = (load_programme(version.document) for version in versions(connection))
    return tuple(dict.fromkeys(name for one in programmes for name in side_wallets(one)))


def with_wallets(connection: Connection, members: Iterable[str]) -> list[str]:
    """The accounts of `members`, whether anything is in them or not."""
    wallets = side_wallets_known(connection)
    return [account for member in members for account in accounts_of(member, wallets)]

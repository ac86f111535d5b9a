"""A head office with many members who all have points, filled without a till for each sale."""

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import asdict
from sqlalchemy import insert

from loyalty.balances import Balance
from sync_server.bootstrap import open_store
from sync_server.config import load_config
from sync_server.store.engine import writing
from sync_server.store.feed import BALANCE, tell
from sync_server.store.register import put_members
from sync_server.store.tables import standings
from tests.benchmarks.made_rows import ENROLLED_AT_MS, made_balances, made_members

MEMBERS_A_COMMIT = 20_000


def fill(home: Path, members: int, branches: Sequence[str] = ("KRK",)) -> None:
    """Give the chain founded in `home` so many members, with points in head office's pool.

    They are at home in `branches`, turn by turn.
    """
    engine = open_store(load_config(home).database)
    try:
        everyone = (
            msgspec.structs.replace(member, branch=branch)
            for member, branch in zip(made_members(members), cycle(branches), strict=False)
        )
        balances = made_balances(members)
        while some := list(islice(everyone, MEMBERS_A_COMMIT)):
            with writing(engine) as connection:
                put_members(connection, some)
                ids = [member.member_id for member in some]
                rows = [_standing(one, next(balances)) for one in ids]
                connection.execute(insert(standings), rows)
                tell(connection, BALANCE, ids)
    finally:
        engine.dispose()


def _standing(member_id: str, balance: Balance) -> dict[str, Any]:
    return {
        "member_id": member_id,
        **asdict(balance),
        "pool": balance.points,
        "sales": 1,
        "sales_minor": balance.earned * 100,
        "first_sale_ms": ENROLLED_AT_MS,
        "last_sale_ms": ENROLLED_AT_MS,
    }

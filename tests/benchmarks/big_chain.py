"""A head office with many members who all have points, filled without a till for each sale."""

import random
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert

from sync_server.bootstrap import open_store
from sync_server.config import load_config
from sync_server.store.engine import writing
from sync_server.store.feed import BALANCE, tell
from sync_server.store.register import put_members
from sync_server.store.tables import standings
from tests.benchmarks.made_rows import ENROLLED_AT_MS, made_members

MEMBERS_A_COMMIT = 20_000
MOST_POINTS = 2_000


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
        dice = random.Random(members)
        while some := list(islice(everyone, MEMBERS_A_COMMIT)):
            with writing(engine) as connection:
                put_members(connection, some)
                rows = list(_standings(dice, [member.member_id for member in some]))
                connection.execute(insert(standings), rows)
                tell(connection, BALANCE, [row["member_id"] for row in rows])
    finally:
        engine.dispose()


def _standings(dice: random.Random, member_ids: list[str]) -> Iterator[dict[str, Any]]:
    for member_id in member_ids:
        points = dice.randrange(1, MOST_POINTS)
        redeemed = 500 * dice.randrange(3)
        yield {
            "member_id": member_id,
            "points": points,
            "earned": points + redeemed,
            "redeemed": redeemed,
            "pool": points,
            "sales": 1,
            "sales_minor": (points + redeemed) * 100,
            "first_sale_ms": ENROLLED_AT_MS,
            "last_sale_ms": ENROLLED_AT_MS,
        }

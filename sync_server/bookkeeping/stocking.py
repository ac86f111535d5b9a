"""The stock of rewards: how many there are, put where tills draw the right to give one out.

What a version of the programme says is how many there ever were. What earlier versions put there
is not put there again: a later one adds what it has more, or takes what it has less back.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Engine, bindparam, func, select

from loyalty.accounts import stock_account
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import ADJUST
from loyalty.programme.catalogue import has_stock
from loyalty.programme.document import load_programme
from loyalty.programme.terms.rewards import CatalogueReward
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.store.engine import reading
from sync_server.store.orders import codes_in_pool
from sync_server.store.programmes import document_in_force
from sync_server.store.settings import OFFICE
from sync_server.store.tables import entries, standings

STOCKED = "stocked"
"""Why what a version has more, or less, was posted."""


class Stock(msgspec.Struct, frozen=True):
    """How many of a reward there ever were, and how many were not given out, wherever the right to
    them lies."""

    reward: str
    stock: int
    left: int


class Stocking:
    """Brings the stock of every reward to what the programme in force says; the same again posts
    nothing."""

    def __init__(self, engine: Engine, clock: Clock, journal: OwnJournal) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal

    def stock(self) -> Outcomes:
        """Post what is missing or too much; what tills hold of the latter waits for them."""
        with reading(self._engine) as connection:
            waiting = list(self._postings(connection))
        return self._journal.post(waiting) if waiting else Outcomes()

    def _postings(self, connection: Connection) -> Iterator[Posting]:
        programme = load_programme(document_in_force(connection))
        now_ms = epoch_ms(self._clock())
        for reward in programme.rewards:
            if not has_stock(reward):
                continue
            account, stock = stock_account(reward.name), _stock(connection, reward)
            posted = int(connection.execute(_POSTED, {"of_account": account}).scalar() or 0)
            if posted != stock:
                yield Posting(
                    account=account,
                    kind=ADJUST,
                    points=stock - posted,
                    receipt=f"stock:{reward.name}:{_times(connection, account)}",
                    programme=programme.label,
                    occurred_at_ms=now_ms,
                    payload={"reason": STOCKED},
                )


def stock_of(connection: Connection) -> list[Stock]:
    """The rewards of the programme in force that have a stock, and what is left of each."""
    programme = load_programme(document_in_force(connection))
    return [
        Stock(reward.name, _stock(connection, reward), _left(connection, reward.name))
        for reward in programme.rewards
        if has_stock(reward)
    ]


def _stock(connection: Connection, reward: CatalogueReward) -> int:
    """How many of `reward` there ever were: no more than it has codes, where it is one."""
    if reward.gives != "code":
        return reward.stock or 0
    codes = codes_in_pool(connection, reward.name)
    return codes if reward.stock is None else min(reward.stock, codes)


def _times(connection: Connection, account: str) -> int:
    """How often something was posted for the stock of `account` before."""
    return connection.execute(_TIMES, {"of_account": account}).scalar() or 0


def _left(connection: Connection, reward: str) -> int:
    return connection.execute(_LEFT, {"of_account": stock_account(reward)}).scalar() or 0


_OF_STOCK = (
    entries.c.member == bindparam("of_account"),
    entries.c.terminal == OFFICE,
    entries.c.kind == ADJUST,
    entries.c.receipt.startswith("stock:"),
)
_POSTED = select(func.sum(entries.c.points)).where(*_OF_STOCK)
_TIMES = select(func.count()).select_from(entries).where(*_OF_STOCK)
_LEFT = select(standings.c.points).where(standings.c.member_id == bindparam("of_account"))

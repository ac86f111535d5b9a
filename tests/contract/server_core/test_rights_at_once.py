"""Tills that draw, earn, release and redeem at the same moment, through server processes of their
own: nobody waits in a circle, and every right is still in one place."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

from sqlalchemy import Engine

from loyalty.clock import Clock
from sync_server.store.engine import open_engine
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import TILLS, ShopClock, head_office, rows
from tests.contract.server_core.rights_tills import RightsTill, books_hold, one_journal_each

MEMBERS = ("anna", "boris", "celina", "dorota")
ROUNDS = 25
SYNCS_AT_THE_END = 4


def busy(ingest: Ingest, clock: Clock, terminal: str) -> RightsTill:
    """A till's busy hour: each round many members, in an order of its own."""
    dice = Random(terminal)
    till = RightsTill(terminal, clock)
    for _ in range(ROUNDS):
        for member in dice.sample(MEMBERS, 3):
            till.sale(member, dice.randint(1, 50))
            if dice.random() < 0.5 and till.may_spend(member) > 1:
                till.redeem(member, till.may_spend(member) // 2)
        for member in dice.sample(MEMBERS, 3):
            till.draw(member, dice.randint(1, 100))
        member = dice.choice(MEMBERS)
        if till.held(member) > 3:
            till.release(member, till.held(member) // 3)
        till.sync(ingest, is_lost=dice.random() < 0.2)
    return till


def test_tills_draw_at_the_same_moment(engine: Engine, ingest: Ingest, clock: ShopClock) -> None:
    offices = [
        open_engine(engine.url.render_as_string(hide_password=False).replace("+psycopg", ""))
        for _ in TILLS
    ]
    ingests = [head_office(office, clock) for office in offices]
    one_journal_each(engine)
    try:
        with ThreadPoolExecutor(len(TILLS)) as shops:
            working = [
                shops.submit(busy, office, clock, terminal)
                for office, terminal in zip(ingests, TILLS, strict=True)
            ]
            tills = [work.result() for work in working]
    finally:
        for office in offices:
            office.dispose()
    for _ in range(SYNCS_AT_THE_END):
        for till in tills:
            till.sync(ingest)
    books_hold(engine)
    held = {
        (row["terminal"], row["member_id"]): row["points"] + row["granted"] - row["released"]
        for row in rows(engine, "holdings")
    }
    for till in tills:
        for member in MEMBERS:
            assert till.held(member) == held.get((till.terminal, member), 0)
    assert rows(engine, "cases") == []

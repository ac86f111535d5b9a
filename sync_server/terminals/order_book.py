"""Claims that are sent later, or told as a code, taken from entries as they arrive."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from loyalty.journal import REDEEM, Entry
from loyalty.life_cycles import ORDERED
from loyalty.programme.catalogue import COUNT, REWARD, reward_named
from loyalty.programme.document import Programme
from sync_server.store.orders import Order, hand_out_codes, put_orders

CODE = "code"

Programmes = Callable[[Connection, str], Programme | None]


def note_orders(
    connection: Connection, arrived: Sequence[Entry], programmes: Programmes, now_ms: int
) -> None:
    """Keep an order for each claim of `arrived` that comes later, and hand codes out at once.

    What cannot be read as a claim is a case of its own (`sync_server.terminals.claim_book`).
    """
    found: list[Order] = []
    pools = set()
    for entry in arrived:
        count = entry.payload.get(COUNT)
        if entry.kind != REDEEM or REWARD not in entry.payload or not isinstance(count, int):
            continue
        programme = programmes(connection, entry.programme)
        reward = reward_named(programme, entry.payload[REWARD]) if programme else None
        if reward is None or (reward.handed != ORDERED and reward.gives != CODE):
            continue
        if reward.gives == CODE:
            pools.add(reward.name)
        found.append(
            Order(
                order_id=f"{entry.terminal}.{entry.epoch}.{entry.seq}",
                account=entry.member,
                reward=reward.name,
                programme=entry.programme,
                count=count,
                points=-entry.points,
                claimed_at_ms=entry.occurred_at_ms,
                changed_at_ms=now_ms,
                state=ORDERED,
            )
        )
    put_orders(connection, found)
    for pool in sorted(pools):
        hand_out_codes(connection, pool, now_ms)

"""Orders: what members claimed that comes later, and the codes that they are told."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from loyalty.accounts import member_of
from loyalty.life_cycles import ORDER, ORDERED, SENT, may_become
from loyalty.members import LANGUAGES
from loyalty.programme.catalogue import reward_named
from loyalty.programme.terms.texts import in_language
from sync_server.store.feed import NOTICE, tell
from sync_server.store.programmes import find_programme
from sync_server.store.settings import load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import notices, orders, reward_codes

MAX_CODES_AN_ORDER = 100


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`count` of `reward` that were claimed for `points` of `account`; see `loyalty.life_cycles`
    for what its `state` may become."""

    order_id: str
    account: str
    reward: str
    programme: str
    count: int
    points: int
    claimed_at_ms: int
    changed_at_ms: int
    state: str
    note: str = ""


def put_orders(connection: Connection, ordered: Iterable[Order]) -> None:
    """Keep orders that are new; the same again changes nothing."""
    rows = [msgspec.structs.asdict(order) for order in ordered]
    if rows:
        connection.execute(inserting(connection, orders).on_conflict_do_nothing(), rows)


def find_order(connection: Connection, order_id: str) -> Order | None:
    """The order `order_id`; None when there is none."""
    row = connection.execute(_OF_ID, {"of_order": order_id}).mappings().first()
    return None if row is None else Order(**row)


def locked_order(connection: Connection, order_id: str) -> Order | None:
    """The order `order_id`, which nobody else moves until this writing transaction ends."""
    row = connection.execute(_OF_ID.with_for_update(), {"of_order": order_id}).mappings().first()
    return None if row is None else Order(**row)


def list_orders(connection: Connection, state: str = "") -> list[Order]:
    """All orders in `state`, or all there are, the oldest first."""
    asked = select(orders).order_by(orders.c.claimed_at_ms, orders.c.order_id)
    if state:
        asked = asked.where(orders.c.state == state)
    return [Order(**row) for row in connection.execute(asked).mappings()]


def move_order(connection: Connection, order: Order, state: str, note: str, now_ms: int) -> bool:
    """Bring an order whose row is locked to `state`; False when it may not go there."""
    if not may_become(ORDER, order.state, state):
        return False
    said = {"state": state, "note": note or order.note, "changed_at_ms": now_ms}
    connection.execute(_MOVE, {"of_order": order.order_id, **said})
    return True


def add_codes(connection: Connection, reward: str, codes: Sequence[str]) -> int:
    """Put `codes` behind those of the pool of `reward`; gives how many were not there before."""
    number = connection.execute(_LAST_NUMBER, {"of_reward": reward}).scalar() or 0
    known = set(connection.execute(_CODES, {"of_reward": reward}).scalars())
    fresh = [code for code in dict.fromkeys(codes) if code not in known]
    rows: list[dict[str, Any]] = [
        {"reward": reward, "number": number + place, "code": code, "order_id": ""}
        for place, code in enumerate(fresh, 1)
    ]
    if rows:
        connection.execute(reward_codes.insert(), rows)
    return len(rows)


def codes_in_pool(connection: Connection, reward: str) -> int:
    """How many codes were ever put into the pool of `reward`."""
    return connection.execute(_HOW_MANY, {"of_reward": reward}).scalar() or 0


def codes_of(connection: Connection, order_id: str) -> list[str]:
    """The codes that went to an order."""
    return list(connection.execute(_OF_ORDER, {"of_order": order_id}).scalars())


def hand_out_codes(connection: Connection, reward: str, now_ms: int) -> int:
    """Give codes of the pool of `reward` to the orders that wait for them, the oldest first, and
    tell their members; gives to how many. An order whose codes are not all there waits, and so do
    those behind it."""
    handed = 0
    for row in connection.execute(_WAITING, {"of_reward": reward, "state": ORDERED}).mappings():
        order = Order(**row)
        free = connection.execute(_FREE, {"of_reward": reward, "wanted": order.count}).all()
        if len(free) < order.count or order.count > MAX_CODES_AN_ORDER:
            break
        given = [
            {"of_reward": reward, "of_number": code.number, "of_order": order.order_id}
            for code in free
        ]
        connection.execute(_GIVE, given)
        move_order(connection, order, SENT, "", now_ms)
        _tell(connection, order, [code.code for code in free], now_ms)
        handed += 1
    return handed


def _tell(connection: Connection, order: Order, codes: Sequence[str], now_ms: int) -> None:
    """Have the member's next receipt say the codes, and every screen that shows what it will."""
    programme = find_programme(connection, order.programme)
    reward = reward_named(programme, order.reward) if programme else None
    title = reward.title if reward else ""
    otherwise = order.reward.replace("_", " ")
    told = ", ".join(codes)
    campaign = f"order:{order.order_id}"
    history_id = load_settings(connection).history_id
    notice_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{history_id}/{campaign}").hex
    member_id = member_of(order.account)
    row = {
        "notice_id": notice_id,
        "member_id": member_id,
        "campaign": campaign,
        "texts": {
            language: f"{in_language(title, language, otherwise)}: {told}" for language in LANGUAGES
        },
        "created_at_ms": now_ms,
    }
    connection.execute(inserting(connection, notices).on_conflict_do_nothing(), [row])
    tell(connection, NOTICE, {notice_id: member_id})


_OF_ID = select(orders).where(orders.c.order_id == bindparam("of_order"))
_MOVE = (
    update(orders)
    .where(orders.c.order_id == bindparam("of_order"))
    .values(
        state=bindparam("state"),
        note=bindparam("note"),
        changed_at_ms=bindparam("changed_at_ms"),
    )
)
_WAITING = (
    select(orders)
    .where(orders.c.reward == bindparam("of_reward"), orders.c.state == bindparam("state"))
    .order_by(orders.c.claimed_at_ms, orders.c.order_id)
    .with_for_update()
)
_OF_POOL = reward_codes.c.reward == bindparam("of_reward")
_LAST_NUMBER = select(func.max(reward_codes.c.number)).where(_OF_POOL)
_HOW_MANY = select(func.count()).select_from(reward_codes).where(_OF_POOL)
_CODES = select(reward_codes.c.code).where(_OF_POOL)
_FREE = (
    select(reward_codes.c.number, reward_codes.c.code)
    .where(_OF_POOL, reward_codes.c.order_id == "")
    .order_by(reward_codes.c.number)
    .limit(bindparam("wanted"))
    .with_for_update()
)
_GIVE = (
    update(reward_codes)
    .where(_OF_POOL, reward_codes.c.number == bindparam("of_number"))
    .values(order_id=bindparam("of_order"))
)
_OF_ORDER = (
    select(reward_codes.c.code)
    .where(reward_codes.c.order_id == bindparam("of_order"))
    .order_by(reward_codes.c.number)
)

"""Orders in the hands of head office: sent, received, complained of, settled, cancelled."""

from collections.abc import Iterator

from sqlalchemy import Engine

from loyalty.accounts import stock_account
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import ADJUST
from loyalty.life_cycles import CANCELLED, ORDER
from loyalty.programme.catalogue import claim_sums, has_stock, reward_named
from loyalty.sums import SUMS
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.errors import OrderRefused, UnknownSubject
from sync_server.store.engine import reading, writing
from sync_server.store.orders import Order, codes_of, find_order, locked_order, move_order
from sync_server.store.programmes import find_programme

CANCELLED_ORDER = "cancelled-order"
"""Why the points of an order came back, and what was ordered went back to the stock."""


class Orders:
    """Moves orders from state to state; the points of a cancelled one are posted by `journal`."""

    def __init__(self, engine: Engine, clock: Clock, journal: OwnJournal) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal

    def move(self, order_id: str, state: str, note: str = "") -> Order:
        """Bring an order to `state`, with a `note` for those who look at it.

        Raises UnknownSubject for an order that is not there, OrderRefused for one that may not go
        to that state from where it is.
        """
        now_ms = epoch_ms(self._clock())
        with writing(self._engine) as connection:
            order = locked_order(connection, order_id)
            if order is None:
                raise UnknownSubject(
                    f"There is no order {order_id}.", "paragon-server orders list shows all."
                )
            if not move_order(connection, order, state, note, now_ms):
                possible = ", ".join(sorted(ORDER.get(order.state, ()))) or "nothing more"
                raise OrderRefused(
                    f"Order {order_id} is {order.state}; it cannot be {state}.",
                    f"From there it may become: {possible}.",
                )
            moved = find_order(connection, order_id)
        return moved or order

    def cancel(self, order_id: str, note: str = "") -> Outcomes:
        """Cancel an order and give its points back, and to the stock what had been taken from it.

        What a fault left half done is done by cancelling once more: what is posted is posted once.
        Raises as `move` does.
        """
        with reading(self._engine) as connection:
            order = find_order(connection, order_id)
        if order is None or order.state != CANCELLED:
            order = self.move(order_id, CANCELLED, note)
        return self._journal.post(self._given_back(order))

    def _given_back(self, order: Order) -> Iterator[Posting]:
        now_ms = epoch_ms(self._clock())
        with reading(self._engine) as connection:
            programme = find_programme(connection, order.programme)
            has_codes = bool(codes_of(connection, order.order_id))
        reward = reward_named(programme, order.reward) if programme else None
        sums = claim_sums(reward, -order.count) if reward else {}
        yield Posting(
            account=order.account,
            kind=ADJUST,
            points=order.points,
            receipt=f"cancelled:{order.order_id}",
            programme=order.programme,
            occurred_at_ms=now_ms,
            payload={"reason": CANCELLED_ORDER} | ({SUMS: sums} if sums else {}),
        )
        if reward and has_stock(reward) and not has_codes:
            yield Posting(
                account=stock_account(order.reward),
                kind=ADJUST,
                points=order.count,
                receipt=f"restocked:{order.order_id}",
                programme=order.programme,
                occurred_at_ms=now_ms,
                payload={"reason": CANCELLED_ORDER},
            )

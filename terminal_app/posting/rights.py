"""Rights taken and given back: entries of this till's journal, beside what follows from them."""

import sqlite3

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE
from loyalty.wire import Draw
from terminal_app.posting.draft import Draft
from terminal_app.store import ledger, vouchers
from terminal_app.store.settings import Identity


class RightsBook:
    """Writes entries of rights, all at `now_ms`, in the transaction of `connection`.

    `programme` is the label that the entries carry.
    """

    def __init__(
        self, connection: sqlite3.Connection, identity: Identity, programme: str, now_ms: int
    ) -> None:
        self._connection = connection
        self._identity = identity
        self._programme = programme
        self._now_ms = now_ms

    def take(self, draw: Draw, points: int) -> None:
        """Hold what head office gave for `draw`: its voucher, or so many points of its member."""
        if draw.voucher:
            self._post(draw.member_id, RIGHTS_GRANT, {"draw": draw.number, "voucher": draw.voucher})
            vouchers.hold(self._connection, draw.voucher, self._identity.journal)
            return
        self._post(draw.member_id, RIGHTS_GRANT, {"draw": draw.number, "points": points})
        ledger.move_pool(self._connection, draw.member_id, -points)

    def give_back(self, member_id: str, points: int) -> None:
        """Give the rights to `points` of a member back to head office."""
        self._post(member_id, RIGHTS_RELEASE, {"points": points})
        ledger.move_pool(self._connection, member_id, points)

    def give_back_voucher(self, member_id: str, number: str) -> None:
        """Give the right to voucher `number` back to head office."""
        self._post(member_id, RIGHTS_RELEASE, {"voucher": number})
        vouchers.hold(self._connection, number, "")

    def _post(self, member_id: str, kind: str, payload: dict[str, int | str]) -> None:
        draft = Draft(
            self._connection,
            self._identity,
            receipt="",
            programme=self._programme,
            member_id=member_id,
            occurred_at_ms=self._now_ms,
            recorded_at_ms=self._now_ms,
        )
        draft.add(kind, payload=payload)
        draft.post()

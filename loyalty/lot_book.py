"""A book of lots: one account's points, each lot with its own days, as time goes on.

What is spent comes out of the lot that is gone first. A lot whose days move with every purchase
shares them with its like, so that a purchase moves them all in one step; a book of n lots is kept
in O(n log n).
"""

import heapq
from collections.abc import Iterable, Iterator
from itertools import chain
from zoneinfo import ZoneInfo

import msgspec

from loyalty.programme.expiry import available_at_ms, expires_at_ms
from loyalty.programme.terms.wallets import Expiry, Wallet

Source = tuple[str, int, int]
"""The entry that opened a lot: its terminal, epoch and number."""

FOR_EVER_MS = 1 << 62
"""The last moment of what is never gone: after any that a calendar has."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Points that bring their days with them: handed on by a member, or from another system.

    `expires_at_ms` is 0 for those that are never gone.
    """

    points: int
    available_at_ms: int
    expires_at_ms: int


class Days:
    """The last moment of lots that are gone together, and those of them that may be spent."""

    __slots__ = ("last_ms", "queue")

    def __init__(self, last_ms: int) -> None:
        self.last_ms = last_ms
        self.queue: _Queue = []

    def turn(self) -> "_Turn | None":
        """When it is the turn of the first lot among those of other days; None without a lot."""
        while self.queue and self.queue[0][2].left == 0:
            heapq.heappop(self.queue)[2].queued = False
        if not self.queue:
            return None
        available_at_ms, number, _ = self.queue[0]
        return (self.last_ms, available_at_ms, number, self)


class OpenLot:
    """A lot as the book changes it: `left` of its `points`, `expired` of them booked as gone."""

    __slots__ = (
        *("available_at_ms", "days", "expired", "left", "number"),
        *("opened_at_ms", "points", "queued", "source"),
    )

    def __init__(
        self,
        number: int,
        source: Source,
        points: int,
        opened_at_ms: int,
        pending_to: int,
        days: Days,
    ) -> None:
        self.number = number
        self.source = source
        self.points = points
        self.left = points
        self.expired = 0
        self.opened_at_ms = opened_at_ms
        # What would be pending to beyond its end may be spent in its last moment.
        self.available_at_ms = min(pending_to, days.last_ms)
        self.days = days
        self.queued = False


_Queue = list[tuple[int, int, OpenLot]]
"""A heap: moment, number of the lot, lot. Lots without points may be in it, and are passed over."""

_Turn = tuple[int, int, int, Days]
"""Last moment, then the first moment and the number of the first lot of some days."""


class Taking(msgspec.Struct):
    """`points` that were taken out of `lot`."""

    lot: OpenLot
    points: int


class LotBook:
    """One account's lots. Moments never go back: whoever folds entries sorts them first."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.lots: list[OpenLot] = []
        self.debt = 0
        self._zone = zone
        self._now_ms = 0
        self._fixed: dict[int, Days] = {}
        self._moving: dict[int, Days] = {}
        self._pending: _Queue = []
        # Never later than the days' turn is by now; whoever takes the first one looks again.
        self._turns: list[_Turn] = []
        self._gone: _Queue = []

    def purchased(self, at_ms: int) -> None:
        """The member bought something: the days of lots that go by it begin anew.

        Lots whose days were over by then stay gone.
        """
        self._go_on(at_ms)
        for inactive_days, days in list(self._moving.items()):
            if days.last_ms < at_ms:
                del self._moving[inactive_days]
            else:
                days.last_ms = self._last_ms(Expiry(inactive_days=inactive_days), at_ms)

    def earn(self, at_ms: int, points: int, wallet: Wallet, source: Source) -> OpenLot:
        """Open a lot of `points` by the terms of `wallet`; a debt is worked off first."""
        pending_to = available_at_ms(wallet.pending_days, at_ms, self._zone)
        return self._open(at_ms, points, source, pending_to, self._days(wallet.expiry, at_ms))

    def carry(self, at_ms: int, part: Part, source: Source) -> OpenLot:
        """Open a lot of a `part`, with the days it has already; a debt is worked off first."""
        days = self._until(part.expires_at_ms or FOR_EVER_MS)
        return self._open(at_ms, part.points, source, part.available_at_ms, days)

    def take(self, at_ms: int, points: int, own: Iterable[OpenLot] = ()) -> list[Taking]:
        """Take `points` out of the lots `own`, then out of all, the first to be gone first.

        Lots that may not be spent come last: gone ones that are not booked yet, then pending
        ones. What no lot has becomes debt. What was taken is listed in the order of taking.
        """
        self._go_on(at_ms)
        taken: list[Taking] = []
        if points == 0:
            return taken
        rest = chain(self._in_order(), _with_points(self._gone), _with_points(self._pending))
        for lot in chain(own, rest):
            part = min(lot.left, points)
            lot.left -= part
            points -= part
            taken.append(Taking(lot, part))
            if points == 0:
                return taken
        self.debt += points
        return taken

    def expire(
        self, at_ms: int, points: int, own: Iterable[OpenLot] = ()
    ) -> tuple[list[Taking], int]:
        """Book `points` as gone, out of the lots `own` (none named: of all that are gone).

        The second is how many of them were not gone, by what the book knows: spent before, or
        moved on by a purchase. Those are owed to the member.
        """
        gone = self.gone(at_ms)
        named = list(own) or gone
        due = sum(lot.left for lot in named if lot.days.last_ms < at_ms)
        taken = self.take(at_ms, points, named)
        for taking in taken:
            taking.lot.expired += taking.points
        return taken, max(points - due, 0)

    def give_back(self, at_ms: int, points: int, taken: list[Taking]) -> int:
        """Put up to `points` back where they were `taken`, what was taken last first.

        A debt is worked off before. Told is how many points belong to no lot yet.
        """
        self._go_on(at_ms)
        points = self._work_off(points)
        for taking in reversed(taken):
            part = min(taking.points, points)
            taking.points -= part
            taking.lot.left += part
            # Points that were booked as gone are so no more.
            taking.lot.expired = min(taking.lot.expired, taking.lot.points - taking.lot.left)
            points -= part
            self._put(taking.lot)
        return points

    def gone(self, at_ms: int) -> list[OpenLot]:
        """Lots with points that can be spent no more at `at_ms` and are not booked yet."""
        self._go_on(at_ms)
        return [lot for _, _, lot in sorted(self._gone) if lot.left]

    def _open(
        self, at_ms: int, points: int, source: Source, pending_to: int, days: Days
    ) -> OpenLot:
        self._go_on(at_ms)
        lot = OpenLot(len(self.lots), source, points, at_ms, pending_to, days)
        lot.left = self._work_off(points)
        self.lots.append(lot)
        self._put(lot)
        return lot

    def _work_off(self, points: int) -> int:
        worked_off = min(self.debt, points)
        self.debt -= worked_off
        return points - worked_off

    def _days(self, expiry: Expiry, at_ms: int) -> Days:
        if not expiry.inactive_days:
            return self._until(self._last_ms(expiry, at_ms))
        days = self._moving.get(expiry.inactive_days)
        if days is None or days.last_ms < at_ms:
            days = self._moving[expiry.inactive_days] = Days(self._last_ms(expiry, at_ms))
        return days

    def _until(self, last_ms: int) -> Days:
        days = self._fixed.get(last_ms)
        if days is None:
            days = self._fixed[last_ms] = Days(last_ms)
        return days

    def _last_ms(self, expiry: Expiry, since_ms: int) -> int:
        last_ms = expires_at_ms(expiry, since_ms, self._zone)
        return FOR_EVER_MS if last_ms is None else last_ms

    def _go_on(self, at_ms: int) -> None:
        """Let time pass: what was pending may be spent, what was to be spent is gone."""
        if at_ms < self._now_ms:
            raise ValueError("a book of lots is kept in the order of time")
        self._now_ms = at_ms
        while self._pending and self._pending[0][0] <= at_ms:
            self._move(heapq.heappop(self._pending)[2])
        while self._turns and self._turns[0][0] < at_ms:
            days = heapq.heappop(self._turns)[3]
            if days.last_ms >= at_ms:
                turn = days.turn()
                if turn is not None:
                    heapq.heappush(self._turns, turn)
                continue
            queue, days.queue = days.queue, []
            for _, _, lot in queue:
                self._move(lot)

    def _move(self, lot: OpenLot) -> None:
        lot.queued = False
        self._put(lot)

    def _put(self, lot: OpenLot) -> None:
        """Queue a lot that has points where it belongs by now."""
        if lot.queued or lot.left == 0:
            return
        lot.queued = True
        if lot.days.last_ms < self._now_ms:
            heapq.heappush(self._gone, (lot.days.last_ms, lot.number, lot))
        elif lot.available_at_ms > self._now_ms:
            heapq.heappush(self._pending, (lot.available_at_ms, lot.number, lot))
        else:
            heapq.heappush(lot.days.queue, (lot.available_at_ms, lot.number, lot))
            if lot.days.queue[0][2] is lot:
                turn = (lot.days.last_ms, lot.available_at_ms, lot.number, lot.days)
                heapq.heappush(self._turns, turn)

    def _in_order(self) -> Iterator[OpenLot]:
        """Lots that may be spent, the first to be gone first."""
        while self._turns:
            days = self._turns[0][3]
            turn = days.turn()
            if turn is None:
                heapq.heappop(self._turns)
            elif turn != self._turns[0]:
                heapq.heapreplace(self._turns, turn)
            else:
                yield days.queue[0][2]


def _with_points(queue: _Queue) -> Iterator[OpenLot]:
    """The lots of a queue in its order; whoever asks for the next has emptied the one before."""
    while queue:
        lot = queue[0][2]
        if lot.left:
            yield lot
        heapq.heappop(queue)
        lot.queued = False

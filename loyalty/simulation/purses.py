"""What a simulated member holds of one wallet, in the same book of lots as the ledger's."""

from collections import deque
from zoneinfo import ZoneInfo

from loyalty.lot_book import LotBook, OpenLot
from loyalty.programme.terms.wallets import Wallet

_NO_ENTRY = ("", 0, 0)
"""A simulated sale is written in no journal."""


class Purse:
    """One member's points of one wallet; what is owed is worked off by what is earned next.

    Moments never go back. `expire` is called before points are asked for or moved.
    """

    __slots__ = ("_book", "_pending", "_wallet", "held")

    def __init__(self, wallet: Wallet, zone: ZoneInfo) -> None:
        self._wallet = wallet
        self._book = LotBook(zone)
        self._pending: deque[OpenLot] = deque()
        self.held = 0

    @property
    def debt(self) -> int:
        """Points of returned goods that the purse did not hold any more."""
        return self._book.debt

    def purchased(self, at_ms: int) -> None:
        """Note a purchase: points that lapse without one are good for longer."""
        if self._wallet.expiry.inactive_days:
            self._book.purchased(at_ms)

    def earn(self, points: int, at_ms: int) -> None:
        """Put `points` in, a debt paid first."""
        lot = self._book.earn(at_ms, points, self._wallet, _NO_ENTRY)
        self.held += lot.left
        if lot.available_at_ms > at_ms:
            self._pending.append(lot)

    def spendable(self, at_ms: int) -> int:
        """What may be spent at `at_ms`: all but what still waits."""
        pending = self._pending
        while pending and pending[0].available_at_ms <= at_ms:
            pending.popleft()
        return self.held - sum([lot.left for lot in pending])

    def spend(self, points: int, at_ms: int) -> None:
        """Take `points` that are spendable out, the first to be gone first."""
        self._book.take(at_ms, points)
        self.held -= points

    def claw_back(self, points: int, at_ms: int, owes: bool) -> int:
        """Take `points` of returned goods out, and give how many of them were forgiven.

        What the purse does not hold becomes a debt when the member `owes` it.
        """
        before = self._book.debt
        self._book.take(at_ms, points)
        lacking = self._book.debt - before
        self.held -= points - lacking
        if owes:
            return 0
        self._book.debt = before
        return lacking

    def expire(self, at_ms: int) -> int:
        """Take out what is gone before `at_ms`, and give how many points that were."""
        gone = self._book.gone(at_ms)
        if not gone:
            return 0
        points = sum(lot.left for lot in gone)
        self._book.expire(at_ms, points, gone)
        self.held -= points
        return points

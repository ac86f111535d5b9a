"""Lots: what a member's points are made of, folded from the entries of one account.

Each entry that gives points opens a lot, with the days that its own version of the programme gave
it. The fold sorts the entries by when they happened, so every till and head office come to the
same lots from the same entries, in whatever order those arrived. What the lots hold, less the
debt, is the balance.
"""

from collections.abc import Callable, Iterable
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from loyalty.journal import EARN, EXPIRE, REDEEM, REVERSE, TRANSFER, WALLET, Entry
from loyalty.life_cycles import AVAILABLE, EXPIRED, PENDING, SPENT
from loyalty.lot_book import FOR_EVER_MS, LotBook, OpenLot, Part, Source, Taking
from loyalty.programme.sale_facts import PAID_MINOR, RETURNED_SALE
from loyalty.programme.terms.wallets import Wallet

PARTS: Final = "parts"
"""Where the payload of an entry that gives points has the days they bring with them: `Part`s."""
POINTS_BACK: Final = "points_back"
"""Where a return has the points that had paid for its goods: they go back to their lots."""
REVOKED_POINTS: Final = "revoked_points"
"""Where a return has the points of the vouchers it revokes: they go back to their lots as well."""

_ReceiptOf = tuple[str, str]
"""Terminal and reference of a receipt."""
_NOBODYS: Source = ("", 0, 0)


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """Points that came in with one entry, and what is left of them.

    They may be spent from `available_at_ms` up to and including `expires_at_ms` (None: for ever).
    `points_expired` of them were booked as gone.
    """

    source: Source
    points: int
    points_left: int
    points_expired: int
    opened_at_ms: int
    available_at_ms: int
    expires_at_ms: int | None

    def state(self, now_ms: int) -> str:
        """Where the lot is in its life-cycle at `now_ms`."""
        if self.expires_at_ms is not None and self.expires_at_ms < now_ms:
            return EXPIRED if self.points_left or self.points_expired else SPENT
        if self.points_left == 0:
            return SPENT
        return PENDING if now_ms < self.available_at_ms else AVAILABLE


class Lots(msgspec.Struct, frozen=True, kw_only=True):
    """All lots of an account in the order they were opened, also those that are spent.

    `debt` is what was taken beyond them, worked off by the next ones. `over_expired` is what
    entries booked as gone that was not, by what is known now (a till without a line told later
    of a purchase): head office gives it back with an entry `of` the one that took it, so they
    are told by the entry.
    """

    lots: tuple[Lot, ...]
    debt: int
    over_expired: tuple[tuple[Source, int], ...] = ()

    @property
    def balance(self) -> int:
        """Points of the account, as the sum of its entries has them."""
        return sum(lot.points_left for lot in self.lots) - self.debt


def fold_lots(
    account: str, entries: Iterable[Entry], wallet_of: Callable[[str], Wallet], zone: ZoneInfo
) -> Lots:
    """The lots of `account`, a member's id or that with a wallet ("2900…/stamps").

    `entries` are those of the account; purchases of the same member that moved none of its points
    may be among them, for lots that go by the last purchase. `wallet_of` has the account's wallet
    as the programme with a label described it.
    """
    fold = _Fold(wallet_of, zone, {})
    for entry in sorted(entries, key=_in_time):
        if entry.kind == EARN and entry.amount_minor > 0:
            fold.book.purchased(entry.occurred_at_ms)
        if entry.member == account:
            fold.count(entry)
    return fold.told()


def fold_linked(
    entries: Iterable[Entry], wallet_of: Callable[[str], Wallet], zone: ZoneInfo
) -> dict[str, Lots]:
    """The lots of every account that `entries` are of, accounts that handed points on to each other
    among them: what is handed on keeps the days that it had at its giver's.

    Of points whose giver's entries are not among them the days begin anew.
    """
    folds: dict[str, _Fold] = {}
    handed_on: dict[_ReceiptOf, list[Part]] = {}
    for entry in sorted(entries, key=_in_time):
        fold = folds.get(entry.member)
        if fold is None:
            fold = folds[entry.member] = _Fold(wallet_of, zone, handed_on)
        if entry.kind == EARN and entry.amount_minor > 0:
            fold.book.purchased(entry.occurred_at_ms)
        fold.count(entry)
    return {account: fold.told() for account, fold in folds.items()}


def spendable_lots(lots: Iterable[Lot], now_ms: int) -> list[Lot]:
    """Lots that may be spent now, in the order they are: the first to be gone first."""
    return sorted((lot for lot in lots if lot.state(now_ms) == AVAILABLE), key=_first_gone)


def expiring(lots: Iterable[Lot], now_ms: int, until_ms: int) -> list[Lot]:
    """Lots with points that may still be spent or are pending now, and are gone by `until_ms`."""
    return sorted(
        (
            lot
            for lot in lots
            if lot.points_left and lot.expires_at_ms and now_ms <= lot.expires_at_ms < until_ms
        ),
        key=_first_gone,
    )


def expired(lots: Iterable[Lot], now_ms: int) -> list[Lot]:
    """Lots that are gone and whose points no entry has booked yet."""
    return sorted(
        (lot for lot in lots if lot.points_left and lot.state(now_ms) == EXPIRED), key=_first_gone
    )


class _Fold:
    """Entries counted into a book one by one, and which lots and takings each of them made."""

    def __init__(
        self,
        wallet_of: Callable[[str], Wallet],
        zone: ZoneInfo,
        handed_on: dict[_ReceiptOf, list[Part]],
    ) -> None:
        self.book = LotBook(zone)
        self._handed_on = handed_on
        self.over_expired: dict[Source, int] = {}
        self._wallet_of = wallet_of
        self._lots: dict[Source, list[OpenLot]] = {}
        self._taken: dict[Source, list[Taking]] = {}
        self._paid: dict[_ReceiptOf, list[Taking]] = {}
        self._issued: dict[_ReceiptOf, list[Taking]] = {}
        self._receipts: dict[Source, _ReceiptOf] = {}

    def told(self) -> Lots:
        """What the entries came to."""
        return Lots(
            lots=tuple(_as_told(lot) for lot in self.book.lots),
            debt=self.book.debt,
            over_expired=tuple(
                (source, over) for source, over in self.over_expired.items() if over
            ),
        )

    def count(self, entry: Entry) -> None:
        """Count an entry of the account in; nothing changes by one that moves no points."""
        names = _names(entry)
        if entry.kind == EARN:
            self._receipts.update(dict.fromkeys(names, (entry.terminal, entry.receipt)))
        elif entry.kind == WALLET and entry.points > 0 and _of(entry) not in self._lots:
            # A return names the sale, which is an entry of another account.
            names.append(_of(entry))
        given, taken = _moved(entry)
        # What comes back is there before anything is taken, so that no debt is made in between.
        if given:
            opened = self._give(entry, given)
            self._lots.update(dict.fromkeys(names, opened))
        if taken:
            takings = self._take(entry, taken)
            self._taken.update(dict.fromkeys(names, takings))
            if entry.kind == TRANSFER:
                parts = [_as_handed_on(taking) for taking in takings if taking.points]
                self._handed_on[(entry.terminal, entry.receipt)] = parts
            elif entry.kind == REDEEM:
                of_receipts = self._paid if PAID_MINOR in entry.payload else self._issued
                receipt = (entry.terminal, entry.receipt)
                of_receipts.setdefault(receipt, []).extend(takings)

    def _give(self, entry: Entry, points: int) -> list[OpenLot]:
        """Lots that an entry opens with what does not go back to others."""
        at_ms = entry.occurred_at_ms
        for part, takings in self._homes(entry, points):
            points -= part - self.book.give_back(at_ms, part, takings)
        opened = []
        for brought in _parts(entry, points) or self._handed(entry, points):
            points -= brought.points
            opened.append(self.book.carry(at_ms, brought, _source(entry)))
        if points:
            wallet = self._wallet_of(entry.programme)
            opened.append(self.book.earn(at_ms, points, wallet, _source(entry)))
        return opened

    def _handed(self, entry: Entry, points: int) -> list[Part]:
        """What the giver's lots had of `points` that are handed on, with their days."""
        if entry.kind != TRANSFER:
            return []
        parts = self._handed_on.get((entry.terminal, entry.receipt), [])
        return parts if sum(part.points for part in parts) <= points else []

    def _homes(self, entry: Entry, points: int) -> list[tuple[int, list[Taking]]]:
        """Where points come back to: the entry that took them, or what the receipt of the sale
        took, for its own payment and for its vouchers."""
        of = _of(entry)
        if of in self._taken:
            if of in self.over_expired:
                self.over_expired[of] = max(self.over_expired[of] - points, 0)
            return [(points, self._taken[of])]
        receipt = self._receipts.get(of)
        if receipt is None:
            return []
        revoked = min(_figure(entry, REVOKED_POINTS), points)
        return [
            (points - revoked, self._paid.get(receipt, [])),
            (revoked, self._issued.get(receipt, [])),
        ]

    def _take(self, entry: Entry, points: int) -> list[Taking]:
        own = self._lots.get(_of(entry), [])
        if entry.kind != EXPIRE:
            return self.book.take(entry.occurred_at_ms, points, own)
        takings, over = self.book.expire(entry.occurred_at_ms, points, own)
        self.over_expired[_source(entry)] = over
        return takings


def _in_time(entry: Entry) -> tuple[int, str, int, int]:
    return (entry.occurred_at_ms, entry.terminal, entry.epoch, entry.seq)


def _first_gone(lot: Lot) -> tuple[int, int, Source]:
    last_ms = FOR_EVER_MS if lot.expires_at_ms is None else lot.expires_at_ms
    return (last_ms, lot.available_at_ms, lot.source)


def _source(entry: Entry) -> Source:
    return (entry.terminal, entry.epoch, entry.seq)


def _names(entry: Entry) -> list[Source]:
    """What other entries may call this one: also the place it had before it was salvaged."""
    names = [_source(entry)]
    salvaged = entry.payload.get("salvaged")
    if isinstance(salvaged, list) and [type(part) for part in salvaged] == [int, int]:
        names.append((entry.terminal, salvaged[0], salvaged[1]))
    return names


def _of(entry: Entry) -> Source:
    """The entry that this one is about; one that nobody wrote when it says none."""
    of = entry.payload.get(RETURNED_SALE)
    if isinstance(of, list) and [type(part) for part in of] == [str, int, int]:
        return (of[0], of[1], of[2])
    return _NOBODYS


def _moved(entry: Entry) -> tuple[int, int]:
    """Points that an entry gives and those it takes: a return may do both."""
    back = 0
    if entry.kind == REVERSE:
        back = _figure(entry, POINTS_BACK) + _figure(entry, REVOKED_POINTS)
    back = max(back, entry.points)
    return back, back - entry.points


def _figure(entry: Entry, key: str) -> int:
    figure = entry.payload.get(key)
    return max(figure, 0) if isinstance(figure, int) else 0


def _parts(entry: Entry, points: int) -> list[Part]:
    """The days that points bring with them; none when they are not said for all of `points`."""
    try:
        parts = msgspec.convert(entry.payload.get(PARTS, []), list[Part])
    except msgspec.ValidationError:
        return []
    is_whole = all(part.points > 0 for part in parts) and sum(p.points for p in parts) == points
    return parts if is_whole else []


def _as_handed_on(taking: Taking) -> Part:
    last_ms = taking.lot.days.last_ms
    is_for_ever = last_ms == FOR_EVER_MS
    return Part(taking.points, taking.lot.available_at_ms, 0 if is_for_ever else last_ms)


def _as_told(lot: OpenLot) -> Lot:
    return Lot(
        source=lot.source,
        points=lot.points,
        points_left=lot.left,
        points_expired=lot.expired,
        opened_at_ms=lot.opened_at_ms,
        available_at_ms=lot.available_at_ms,
        expires_at_ms=None if lot.days.last_ms == FOR_EVER_MS else lot.days.last_ms,
    )

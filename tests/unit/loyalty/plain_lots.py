"""Lots worked out plainly: every lot is looked at for every entry, no queue remembers anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from loyalty.journal import EARN, Entry
from loyalty.programme.expiry import available_at_ms, expires_at_ms
from loyalty.programme.terms.wallets import Expiry, Wallet

LATE = 1 << 62


@dataclass
class PlainLot:
    """One lot; `group` names the others whose last day moves with its own."""

    points: int
    left: int
    available_ms: int
    last_ms: int
    group: tuple[int, int] | None = None


@dataclass
class PlainLots:
    """Lots of one account. Which of several equal lots is spent first is not looked at here."""

    zone: ZoneInfo
    lots: list[PlainLot] = field(default_factory=list)
    debt: int = 0
    groups: dict[int, tuple[tuple[int, int], int]] = field(default_factory=dict)

    def count(self, entry: Entry, wallet: Wallet) -> None:
        now_ms = entry.occurred_at_ms
        if entry.kind == EARN and entry.amount_minor > 0:
            self._purchased(now_ms)
        if entry.points > 0:
            self._earn(now_ms, entry.points, wallet)
        else:
            self._take(now_ms, -entry.points)

    def _purchased(self, now_ms: int) -> None:
        for days, (group, last_ms) in list(self.groups.items()):
            if last_ms < now_ms:
                continue
            moved = expires_at_ms(Expiry(inactive_days=days), now_ms, self.zone) or 0
            self.groups[days] = (group, moved)
            for lot in self.lots:
                if lot.group == group:
                    lot.last_ms = moved

    def _earn(self, now_ms: int, points: int, wallet: Wallet) -> None:
        worked_off = min(points, self.debt)
        self.debt -= worked_off
        last_ms = expires_at_ms(wallet.expiry, now_ms, self.zone) or LATE
        group = None
        days = wallet.expiry.inactive_days
        if days:
            kept = self.groups.get(days)
            if kept is None or kept[1] < now_ms:
                kept = ((days, len(self.lots)), last_ms)
            self.groups[days] = kept
            group, last_ms = kept
        available_ms = min(available_at_ms(wallet.pending_days, now_ms, self.zone), last_ms)
        self.lots.append(PlainLot(points, points - worked_off, available_ms, last_ms, group))

    def _take(self, now_ms: int, points: int) -> None:
        def rank(place: int) -> tuple[int, int, int, int]:
            lot = self.lots[place]
            if lot.last_ms < now_ms:
                return (1, lot.last_ms, 0, place)
            if lot.available_ms > now_ms:
                return (2, lot.available_ms, 0, place)
            return (0, lot.last_ms, lot.available_ms, place)

        for place in sorted(range(len(self.lots)), key=rank):
            part = min(points, self.lots[place].left)
            self.lots[place].left -= part
            points -= part
        self.debt += points


def plain_lots(
    entries: Sequence[Entry], wallet_of: Callable[[str], Wallet], zone: ZoneInfo
) -> PlainLots:
    """The lots of `entries`, which are in order and name no others."""
    plain = PlainLots(zone)
    for entry in entries:
        plain.count(entry, wallet_of(entry.programme))
    return plain

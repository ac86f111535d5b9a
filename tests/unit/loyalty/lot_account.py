"""Entries of one account, each a line to write, and wallets whose lots have days of each kind."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, REDEEM, Entry
from loyalty.lots import Lots, fold_lots
from loyalty.programme.terms.wallets import Expiry, Wallet

WARSAW = ZoneInfo("Europe/Warsaw")
ANNA = "2900001000000017"
WALLETS = {
    "plain@1": Wallet(),
    "days@1": Wallet(expiry=Expiry(days=30)),
    "days@2": Wallet(expiry=Expiry(days=10)),
    "pending@1": Wallet(pending_days=14, expiry=Expiry(days=60)),
    "active@1": Wallet(expiry=Expiry(inactive_days=30)),
    "hasty@1": Wallet(pending_days=30, expiry=Expiry(days=2)),
}


def at(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=WARSAW))


class Account:
    """Entries of one account, each a line to write."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def post(
        self, when: str, kind: str, points: int, label: str = "plain@1", **payload: Any
    ) -> Entry:
        receipt = str(payload.pop("receipt", f"R-{len(self.entries) + 1}"))
        entry = Entry(
            terminal="KRK-1",
            epoch=1,
            seq=len(self.entries) + 1,
            kind=kind,
            member=str(payload.pop("member", ANNA)),
            points=points,
            amount_minor=100 if kind == EARN else 0,
            receipt=receipt,
            programme=label,
            occurred_at_ms=at(when),
            recorded_at_ms=at(when),
            payload=payload,
        )
        self.entries.append(entry)
        return entry

    def earn(self, when: str, points: int, label: str = "plain@1", **payload: Any) -> Entry:
        return self.post(when, EARN, points, label, **payload)

    def redeem(self, when: str, points: int, **payload: Any) -> Entry:
        return self.post(when, REDEEM, -points, **payload)

    @property
    def folded(self) -> Lots:
        lots = fold_lots(ANNA, self.entries, WALLETS.__getitem__, WARSAW)
        points = sum(entry.points for entry in self.entries if entry.member == ANNA)
        assert lots.balance == points
        return lots

    @property
    def left(self) -> list[int]:
        return [lot.points_left for lot in self.folded.lots]


def of(entry: Entry) -> list[object]:
    return [entry.terminal, entry.epoch, entry.seq]

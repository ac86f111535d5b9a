"""Caps: what a rule or a wallet may still give on a receipt, a day, in a month."""

from collections.abc import Mapping

import msgspec

from loyalty.programme.occasions import cap_key
from loyalty.programme.terms.conditions import Cap


class Periods(msgspec.Struct, frozen=True):
    """The day and the month of a sale by the shop's calendar: "2026-11-22" and "2026-11"."""

    day: str
    month: str

    @classmethod
    def of(cls, iso: str) -> "Periods":
        """Those of the ISO day `iso`."""
        return cls(iso, iso[:7])


class Limits(msgspec.Struct, frozen=True):
    """The cap of `rule` in `wallet`, or of the whole wallet (`WALLET_CAP`): one limit at least."""

    wallet: str
    rule: str
    cap: Cap

    def room(self, earned: Mapping[str, int], periods: Periods) -> int:
        """How much one receipt may be given after what was `earned` before it, never below zero.
        Goods brought back without their receipt can leave less than nothing earned: that makes no
        cap larger."""
        receipt, day, month = self.cap.receipt, self.cap.day, self.cap.month
        rooms = [] if receipt is None else [receipt]
        if day is not None:
            before = earned.get(cap_key(self.wallet, self.rule, periods.day), 0)
            rooms.append(day - max(before, 0))
        if month is not None:
            before = earned.get(cap_key(self.wallet, self.rule, periods.month), 0)
            rooms.append(month - max(before, 0))
        return max(min(rooms), 0)

    def keys(self, periods: Periods) -> list[str]:
        """The keys that a gain is kept by: one for each period that has a limit over sales."""
        limits = ((periods.day, self.cap.day), (periods.month, self.cap.month))
        return [
            cap_key(self.wallet, self.rule, period) for period, limit in limits if limit is not None
        ]

"""A day's sums of one terminal: what the till counted, for head office to hold against its own.

The till counts as it commits each entry; head office counts what arrived. Equal sums mean that
nothing was lost, doubled or changed on the way; a difference names the day to look at.
"""

from zoneinfo import ZoneInfo

import msgspec

from loyalty.clock import from_epoch_ms
from loyalty.journal import (
    EARN,
    REDEEM,
    REVERSE,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
)


class DayTally(msgspec.Struct, frozen=True, array_like=True):
    """Sums over the entries of `day` (ISO date in the shop's zone) at one terminal.

    `last_seq` is the latest entry counted in. Amounts are in minor units; returns and points
    taken are counted up, not below zero.
    """

    day: str
    last_seq: int = 0
    entries: int = 0
    sales: int = 0
    anonymous: int = 0
    sales_minor: int = 0
    returns: int = 0
    returns_minor: int = 0
    points_earned: int = 0
    points_clawed_back: int = 0
    points_redeemed: int = 0
    vouchers_issued: int = 0
    vouchers_redeemed: int = 0


def day_of(occurred_at_ms: int, zone: ZoneInfo) -> str:
    """The shop's calendar day of a moment, as an ISO date."""
    return from_epoch_ms(occurred_at_ms).astimezone(zone).date().isoformat()


QUARTER_MS = 900_000
WHOLE_QUARTERS_SINCE_MS = 94_694_400_000
"""Since 1973 every zone's offset is whole quarters of an hour (Liberia's was the last that was
not), so a day begins with one."""

MAX_QUARTERS_KEPT = 100_000


class Days:
    """The days of many moments: each quarter of an hour is looked up in the calendar once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[int, str] = {}

    def of(self, occurred_at_ms: int) -> str:
        """The shop's calendar day of a moment, as `day_of` has it.

        Raises what it raises for a moment that no calendar has.
        """
        if occurred_at_ms < WHOLE_QUARTERS_SINCE_MS:
            return day_of(occurred_at_ms, self._zone)
        quarter = occurred_at_ms // QUARTER_MS
        day = self._known.get(quarter)
        if day is None:
            if len(self._known) >= MAX_QUARTERS_KEPT:
                self._known.clear()
            day = self._known[quarter] = day_of(occurred_at_ms, self._zone)
        return day


def counted(tally: DayTally, entry: Entry) -> DayTally:
    """`tally` with `entry` counted in; the entry must be of the tally's day."""
    is_sale, is_return = entry.kind == EARN, entry.kind == REVERSE
    return DayTally(
        day=tally.day,
        last_seq=max(tally.last_seq, entry.seq),
        entries=tally.entries + 1,
        sales=tally.sales + is_sale,
        anonymous=tally.anonymous + (is_sale and not entry.member),
        sales_minor=tally.sales_minor + (entry.amount_minor if is_sale else 0),
        returns=tally.returns + is_return,
        returns_minor=tally.returns_minor - (entry.amount_minor if is_return else 0),
        points_earned=tally.points_earned + (entry.points if is_sale else 0),
        points_clawed_back=tally.points_clawed_back - (entry.points if is_return else 0),
        points_redeemed=tally.points_redeemed - (entry.points if entry.kind == REDEEM else 0),
        vouchers_issued=tally.vouchers_issued + (entry.kind == VOUCHER_ISSUED),
        vouchers_redeemed=tally.vouchers_redeemed + (entry.kind == VOUCHER_REDEEMED),
    )

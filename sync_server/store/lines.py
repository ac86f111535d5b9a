"""A receipt as an entry carries it, read one way wherever it is computed with."""

from zoneinfo import ZoneInfo

import msgspec

from loyalty.clock import from_epoch_ms
from loyalty.journal import Entry
from loyalty.programme.sale_facts import MAX_FIGURE, SaleFacts, sale_facts

UNREADABLE = "its lines cannot be read"


class _Lines(msgspec.Struct, frozen=True):
    lines: list[tuple[str, int, int]]


def facts_of(entry: Entry, zone: ZoneInfo) -> SaleFacts | None:
    """What an earn or reverse entry was computed from, by the shop's calendar in `zone`; None when
    it cannot be read."""
    return sale_facts(entry.payload, from_epoch_ms(entry.occurred_at_ms).astimezone(zone))


def total_of(entry: Entry) -> int | None:
    """What the lines of `facts_of` sum to, in minor units, without making them; None when they
    cannot be read. Journals are other machines' words: a fraction or a number beyond 64 bits is no
    quantity and no amount."""
    try:
        lines = msgspec.convert(entry.payload, _Lines).lines
    except (msgspec.ValidationError, RecursionError):
        return None
    total_minor = 0
    for _, quantity, minor in lines:
        if not -MAX_FIGURE <= quantity <= MAX_FIGURE or not -MAX_FIGURE <= minor <= MAX_FIGURE:
            return None
        total_minor += minor
    return total_minor

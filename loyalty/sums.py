"""What is counted of members over time: sums by key, the same fold at the till and at head office.

An entry says in `payload["sums"]` what it adds: a whole number, below zero for what goes back. A
key is what is counted and the period it is counted in, "spend|2026-11": amounts in minor units,
points and times alike. The period comes last in every key: a day, a month, a year, or "ever".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.journal import Entry

SUMS = "sums"
"""Where an entry's payload says them."""

EVER = "ever"
SPEND = "spend"
VISITS = "visits"
POINTS = "points"

MAX_SUMS_AN_ENTRY = 100
MAX_KEY_CHARACTERS = 100
MAX_SUM_AN_ENTRY = MAX_AMOUNT_MINOR

MAX_SUMS_A_MEMBER = 200
"""What a till is told of one member; what is beyond it is old, or of more than any shop counts."""

MAX_SUMS_BYTES = 7_000
"""Of one member, as they are told: a frame of a thousand such is one that is taken."""

MAX_DAYS_COUNTED = 31
"""A day's sums are consulted on that day alone. Days are kept by which are the latest, not by a
clock, so that a replay of old sales has its own, and a till with a wrong clock loses nobody's."""

MAX_MONTHS_COUNTED = 74
"""The longest window that a programme may count over, a year of grace, and the month itself."""

_KEY = re.compile(r"[^|]+(\|[^|]+)?\|(ever|[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)")
_MOST_OF_LENGTH = {len("2026-11-22"): MAX_DAYS_COUNTED, len("2026-11"): MAX_MONTHS_COUNTED}
_BYTES_BESIDE_A_KEY = 11
"""Of MessagePack: the length of the key, and the largest number."""


def sum_key(what: str, period: str) -> str:
    """The key of `what` in `period`."""
    return f"{what}|{period}"


def period_of(key: str) -> str:
    """The period of a sum's key."""
    return key.rpartition("|")[2]


def sums_in(entry: Entry) -> Mapping[str, int]:
    """What `entry` adds to its member's sums; nothing for a shopper without a card.

    Raises ValueError when what it says are no sums: entries that came from outside are asked with
    `broken_sums` first.
    """
    said = entry.payload.get(SUMS)
    if not said or not entry.member:
        return {}
    why = broken_sums(said)
    if why:
        raise ValueError(why)
    return said  # type: ignore[no-any-return]


def broken_sums(said: object) -> str:
    """Why `said`, which an entry has for its sums, are none; empty when they are."""
    if not isinstance(said, dict) or len(said) > MAX_SUMS_AN_ENTRY:
        return f"its sums are not at most {MAX_SUMS_AN_ENTRY} numbers by key"
    for key, value in said.items():
        if not isinstance(key, str) or len(key) > MAX_KEY_CHARACTERS or not _KEY.fullmatch(key):
            return "a key of its sums names no period"
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_SUM_AN_ENTRY:
            return "one of its sums is no whole number within bounds"
    return ""


def added(*parts: Mapping[str, int]) -> dict[str, int]:
    """`parts` added up by key."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def fold_sums(entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """The sums of each member that `entries` count something of."""
    folded: dict[str, Counter[str]] = {}
    for entry in entries:
        said = sums_in(entry)
        if said:
            folded.setdefault(entry.member, Counter()).update(said)
    return {member: dict(sums) for member, sums in folded.items()}


def latest(sums: Mapping[str, int]) -> dict[str, int]:
    """`sums` without days and months that have enough later ones.

    The latest of many are among the latest of each part of them, so it comes to the same whether
    entries are folded one by one or all at once.
    """
    limited = {length: set[str]() for length in _MOST_OF_LENGTH}
    for key in sums:
        period = period_of(key)
        if len(period) in limited:
            limited[len(period)].add(period)
    gone = {
        period
        for length, periods in limited.items()
        for period in sorted(periods, reverse=True)[_MOST_OF_LENGTH[length] :]
    }
    return {key: value for key, value in sums.items() if period_of(key) not in gone}


def worth_telling(sums: Mapping[str, int]) -> dict[str, int]:
    """What a till is told of a member's `sums`: the latest of them that are not 0, as many as a
    message holds, the newest first."""
    told: dict[str, int] = {}
    size = 0
    # "ever" sorts after every year, so it is told before all else.
    for key, value in sorted(
        latest(sums).items(), key=lambda one: (period_of(one[0]), one[0]), reverse=True
    ):
        size += (len(key.encode()) + _BYTES_BESIDE_A_KEY) * (value != 0)
        if len(told) >= MAX_SUMS_A_MEMBER or size > MAX_SUMS_BYTES:
            break
        if value:
            told[key] = value
    return told

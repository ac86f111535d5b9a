"""What is counted of members over time: sums by key, the same fold at the till and at head office.

An entry says in `payload["sums"]` what it adds: a whole number, below zero for what goes back. A
key is what is counted and the period it is counted in, "spend|2026-11": amounts in minor units,
points and times alike. The period comes last in every key: a day, a month, a year, or "ever".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.journal import Entry

SUMS = "sums"
"""Where an entry's payload says them."""

EVER = "ever"
SPEND = "spend"
VISITS = "visits"
POINTS = "points"
PENDING = "pending"
"""Points that wait, by the first day they may be spent on."""

MAX_SUMS_AN_ENTRY = 500
"""Of a sale that every rule of the largest document gives something for, each with its limits."""

MAX_KEY_CHARACTERS = 100
MAX_SUM_AN_ENTRY = MAX_AMOUNT_MINOR

MAX_SUMS_BYTES = 7_000
"""Of one member, as they are told: a frame of a thousand such is one that is taken."""

KEYS_REMEMBERED = 4_096

_BYTES_BESIDE_A_KEY = 11
"""Of MessagePack: the length of a key, and the largest number."""


class _Kind(NamedTuple):
    """How long the period of a key is, written out, and whether the key is of a limit."""

    length: int
    of_limit: bool


class _Most(NamedTuple):
    kept: int
    told: int


MAX_DAYS_TOLD = 70
"""Of sums by the day that are no limit's: the days that points wait for."""

_YEAR, _MONTH, _DAY = len("2026"), len("2026-11"), len("2026-11-22")
_MOST = {
    _Kind(_YEAR, of_limit=False): _Most(kept=200, told=40),
    _Kind(_MONTH, of_limit=False): _Most(kept=600, told=140),
    _Kind(_DAY, of_limit=False): _Most(kept=200, told=MAX_DAYS_TOLD),
    _Kind(_DAY, of_limit=True): _Most(kept=600, told=50),
    _Kind(_MONTH, of_limit=True): _Most(kept=600, told=50),
    _Kind(_YEAR, of_limit=True): _Most(kept=100, told=10),
}
"""How many keys of a kind there may be; "ever" is as long as a year. The latest are kept, by each
other and not by a clock, so that a replay of old sales has its own. They are told in this order:
tiers look back ten years, points wait for two months, limits look at a day and a month."""

MAX_SUMS_A_MEMBER = sum(most.told for most in _MOST.values())
"""What a till is told of one member."""

_KEY = re.compile(r"[^|]+(\|[^|]+)?\|(ever|[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)")

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(dict[str, int]).decode


def sum_key(what: str, period: str) -> str:
    """The key of `what` in `period`."""
    return f"{what}|{period}"


def period_of(key: str) -> str:
    """The period of a sum's key."""
    return key.rpartition("|")[2]


def sums_in(entry: Entry) -> Mapping[str, int]:
    """What `entry` adds to its member's sums; nothing for a shopper without a card.

    Entries that come from outside are asked with `broken_sums` first. Raises TypeError for one
    that has something else there altogether.
    """
    said = entry.payload.get(SUMS)
    if not said or not entry.member:
        return {}
    if not isinstance(said, dict):
        raise TypeError("an entry's sums are numbers by key")
    return said


def broken_sums(said: object) -> str:
    """Why `said`, which an entry has for its sums, are none; empty when they are."""
    if not isinstance(said, dict) or len(said) > MAX_SUMS_AN_ENTRY:
        return f"its sums are not at most {MAX_SUMS_AN_ENTRY} numbers by key"
    for key, value in said.items():
        if not isinstance(key, str) or not _is_key(key):
            return "a key of its sums names no period"
        if type(value) is not int or not -MAX_SUM_AN_ENTRY <= value <= MAX_SUM_AN_ENTRY:
            return "one of its sums is no whole number within bounds"
    return ""


@lru_cache(maxsize=KEYS_REMEMBERED)
def _is_key(key: str) -> bool:
    """Whether `key` has the form of one; those of a day come in every entry."""
    return len(key) <= MAX_KEY_CHARACTERS and _KEY.fullmatch(key) is not None


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
    """`sums` without those that have enough later ones of their kind.

    The latest of all are among the latest of each part, so it comes to the same whether entries
    are folded one by one or all at once.
    """
    if len(sums) <= min(most.kept for most in _MOST.values()):
        return dict(sums)
    return {
        key: sums[key]
        for kind, most in _MOST.items()
        for key in _newest_first(sums, kind)[: most.kept]
    }


def worth_telling(sums: Mapping[str, int]) -> dict[str, int]:
    """What a till is told of a member's `sums`: the latest that are not 0, as many as a message
    holds."""
    counting = {key: value for key, value in sums.items() if value}
    told: dict[str, int] = {}
    size = 0
    for kind, most in _MOST.items():
        for key in _newest_first(counting, kind)[: most.told]:
            size += len(key.encode()) + _BYTES_BESIDE_A_KEY
            if size > MAX_SUMS_BYTES:
                return told
            told[key] = counting[key]
    return told


def packed(sums: Mapping[str, int]) -> bytes:
    """`sums` as a store keeps them: the same bytes for the same sums."""
    return _encode(sums)


def unpacked(kept: bytes) -> dict[str, int]:
    """The sums in `kept`. Raises ValueError when it holds none."""
    return _decode(kept)


def _newest_first(sums: Mapping[str, int], kind: _Kind) -> list[str]:
    """The keys of `kind`; "ever" sorts after every year, and so comes first."""
    pipes = 1 + kind.of_limit
    periods = [
        (period, key)
        for key in sums
        if key.count("|") == pipes and len(period := period_of(key)) == kind.length
    ]
    return [key for _, key in sorted(periods, reverse=True)]

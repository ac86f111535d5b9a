"""What a programme asks of a member's past, so that nothing else is counted, told or looked up."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from loyalty.programme.occasions import WALLET_CAP, cap_key
from loyalty.programme.terms.conditions import Cap, When
from loyalty.programme.terms.programme import Programme
from loyalty.sums import EVER, PENDING, POINTS, SPEND, VISITS, sum_key

PROGRAMMES_KEPT = 64


class Consulted(msgspec.Struct, frozen=True, kw_only=True):
    """What one programme asks for.

    `by_month` and `ever` are what is summed by calendar month and for all time: SPEND, POINTS,
    VISITS. `caps` are the rules and wallets with a limit over sales, each with the periods that it
    has one for. `visits`, `birthday` and `segments` are asked by a condition. What is
    earned waits for `pending_days`. `lotteries` count tickets.
    """

    pending_days: int = 0
    by_month: tuple[str, ...] = ()
    ever: tuple[str, ...] = ()
    caps: tuple[tuple[str, str, Cap], ...] = ()
    visits: bool = False
    birthday: bool = False
    segments: frozenset[str] = frozenset()
    lotteries: bool = False

    @property
    def has_sums(self) -> bool:
        """Whether anything at all is counted of a member."""
        return bool(self.by_month or self.ever or self.caps or self.pending_days or self.lotteries)

    def cap_keys(self, iso_day: str) -> Iterator[str]:
        """The keys that limits over sales are kept by for a sale on `iso_day`."""
        for wallet, rule, cap in self.caps:
            if cap.day is not None:
                yield cap_key(wallet, rule, iso_day)
            if cap.month is not None:
                yield cap_key(wallet, rule, iso_day[: len("2026-11")])

    def counted_keys(self, iso_day: str) -> Iterator[tuple[str, str]]:
        """What a sale on `iso_day` adds to beside limits: what is counted, and its key."""
        for what in self.by_month:
            yield what, sum_key(what, iso_day[: len("2026-11")])
        for what in self.ever:
            yield what, sum_key(what, EVER)
        if self.pending_days:
            first_day = date.fromisoformat(iso_day) + timedelta(days=self.pending_days)
            yield POINTS, sum_key(PENDING, first_day.isoformat())


@lru_cache(maxsize=PROGRAMMES_KEPT)
def consulted(programme: Programme) -> Consulted:
    """What `programme` asks of a member's past; looked for once a programme."""
    windows = [(VISITS, 0)] if _asks_visits(programme) else []
    if programme.tier:
        windows.append((programme.tiers.by, programme.tiers.months))
    if programme.discount is not None:
        windows.append((SPEND, programme.discount.months))
    if any(event.on == "milestone" for event in programme.event):
        windows.append((SPEND, 0))
    whens = tuple(_whens(programme))
    return Consulted(
        pending_days=programme.wallet().pending_days,
        by_month=tuple(sorted({what for what, months in windows if months})),
        ever=tuple(sorted({what for what, months in windows if not months})),
        caps=tuple(_caps(programme)),
        visits=_asks_visits(programme),
        birthday=any(when.birthday for when in whens),
        segments=frozenset(segment for when in whens for segment in when.segments),
        lotteries=bool(programme.lottery),
    )


def _asks_visits(programme: Programme) -> bool:
    return any(when.visit or when.every_visit for when in _whens(programme)) or any(
        event.on == "visit" for event in programme.event
    )


def _whens(programme: Programme) -> Iterator[When]:
    yield from (rule.when for rule in programme.rules)
    yield from (multiplier.when for multiplier in programme.multiply)
    yield from (event.when for event in programme.event)
    yield from (surprise.when for surprise in programme.surprise)
    yield from (reward.when for reward in programme.rewards)


def _caps(programme: Programme) -> Iterator[tuple[str, str, Cap]]:
    main = programme.main_wallet
    for rule in programme.rules:
        if rule.cap.day is not None or rule.cap.month is not None:
            yield rule.wallet or main, rule.name, rule.cap
    for name, wallet in programme.wallets.items():
        if wallet.cap.day is not None or wallet.cap.month is not None:
            yield name, WALLET_CAP, wallet.cap

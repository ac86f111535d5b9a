"""Events, surprises and draws: each says when it comes, and gives something."""

import re
from collections.abc import Mapping

from loyalty.programme.checks.conditions import check_when
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import (
    MAX_ANNIVERSARY,
    MAX_CODE_CHARACTERS,
    MAX_EVENTS,
    MAX_LOTTERIES,
    MAX_POINTS,
    MAX_SEED_CHARACTERS,
    MAX_SURPRISES,
    MAX_VISIT,
    MAX_WINNERS,
)
from loyalty.programme.faults import shown
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.happenings import Event, Lottery, Surprise

_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_OF_SOME: Mapping[str, tuple[str, ...]] = {
    "at": ("visit", "anniversary", "milestone"),
    "at_least": ("referral",),
    "friend_points": ("referral",),
    "code": ("custom",),
}
"""The keys that only some happenings have."""


def check_happenings(judge: Judge) -> None:
    """Every event, surprise and draw."""
    programme = judge.programme
    judge.few(("event",), programme.event, MAX_EVENTS)
    judge.names(("event",), [event.name for event in programme.event])
    codes: set[str] = set()
    for place, event in enumerate(programme.event):
        _event(judge, ("event", place), event)
        if event.code and event.code in codes:
            allowed = "a code that no other event has"
            judge.wrong(("event", place, "code"), event.code, allowed)
        codes.add(event.code)
    judge.few(("surprise",), programme.surprise, MAX_SURPRISES)
    judge.names(("surprise",), [one.name for one in programme.surprise])
    for place, surprise in enumerate(programme.surprise):
        _surprise(judge, ("surprise", place), surprise)
    judge.few(("lottery",), programme.lottery, MAX_LOTTERIES)
    judge.names(("lottery",), [one.name for one in programme.lottery])
    for place, lottery in enumerate(programme.lottery):
        _lottery(judge, ("lottery", place), lottery)


def _event(judge: Judge, here: KeyPath, event: Event) -> None:
    judge.title((*here, "title"), event.title)
    judge.number((*here, "friend_points"), event.friend_points, MAX_POINTS, least=0)
    judge.amount((*here, "at_least"), event.at_least)
    judge.number((*here, "a_member"), event.a_member, MAX_POINTS)
    judge.number((*here, "a_year"), event.a_year, MAX_POINTS)
    _gives(judge, here, event, event.friend_points)
    if judge.findings.is_unreadable((*here, "on")):
        return
    said = {
        "at": event.at,
        "at_least": event.at_least,
        "friend_points": event.friend_points,
        "code": event.code,
    }
    for key, happenings in _OF_SOME.items():
        if said[key] and event.on not in happenings:
            allowed = f"to be left out on {shown(event.on)}"
            judge.findings.add((*here, key), "is said", allowed)
    match event.on:
        case "visit" if event.at:
            judge.whole_text((*here, "at"), event.at, MAX_VISIT)
        case "anniversary" if event.at:
            judge.whole_text((*here, "at"), event.at, MAX_ANNIVERSARY)
        case "milestone":
            judge.amount((*here, "at"), event.at, must=True)
        case "custom":
            judge.words((*here, "code"), event.code, MAX_CODE_CHARACTERS)


def _surprise(judge: Judge, here: KeyPath, surprise: Surprise) -> None:
    judge.title((*here, "title"), surprise.title)
    judge.number((*here, "in_how_many"), surprise.in_how_many, MAX_POINTS)
    judge.words((*here, "seed"), surprise.seed, MAX_SEED_CHARACTERS)
    judge.amount((*here, "at_least"), surprise.at_least)
    _gives(judge, here, surprise, 0)


def _gives(judge: Judge, here: KeyPath, gift: Event | Surprise, friend_points: int) -> None:
    """Points into a wallet, a reward, or both; for whom and when."""
    judge.number((*here, "points"), gift.points, MAX_POINTS, least=0)
    judge.wallet((*here, "wallet"), gift.wallet)
    judge.reward((*here, "reward"), gift.reward)
    check_when(judge, (*here, "when"), gift.when)
    if not (gift.points or gift.reward or friend_points):
        keys = ("points", "reward", "friend_points")
        judge.findings.add(here, "gives nothing", "points, a reward, or both", *keys)


def _lottery(judge: Judge, here: KeyPath, lottery: Lottery) -> None:
    judge.title((*here, "title"), lottery.title)
    judge.amount((*here, "ticket_per"), lottery.ticket_per, must=True)
    first = judge.day((*here, "first"), lottery.first, must=True)
    until = judge.day((*here, "until"), lottery.until, must=True)
    if first and until and until < first:
        judge.wrong((*here, "until"), lottery.until, f"no day before first, {lottery.first}")
    judge.number((*here, "winners"), lottery.winners, MAX_WINNERS)
    judge.reward((*here, "reward"), lottery.reward)
    if not _COMMITMENT.fullmatch(lottery.commitment):
        allowed = "the SHA-256 of the draw's secret: 64 digits 0 to 9 and a to f"
        judge.wrong((*here, "commitment"), lottery.commitment, allowed)

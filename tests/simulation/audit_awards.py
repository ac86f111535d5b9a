"""What a receipt is due by a programme's document, worked out by an engine of the auditor's own.

It reads the document as a table of words and figures, and counts with fractions.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

SHOP_ZONE = ZoneInfo("Europe/Warsaw")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNLIMITED = 2**63
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Bought:
    """One line of a receipt, with its category and tags."""

    sku: str
    quantity: int
    minor: int
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """What a receipt gives: points, minor units off, and what it counts of its member."""

    points: int
    discount_minor: int
    sums: Mapping[str, int]


def shop_time(at_ms: int) -> datetime:
    """A moment by the clock on the shop's wall."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(SHOP_ZONE)


def bought(payload: Mapping[str, Any]) -> list[Bought]:
    """The goods of an entry."""
    marks = payload.get("marks", {})
    return [
        Bought(sku, quantity, minor, tuple(marks.get(str(place), ())))
        for place, (sku, quantity, minor) in enumerate(payload.get("lines", []))
    ]


def due_for(
    document: Document,
    lines: Sequence[Bought],
    at: datetime,
    standing: Mapping[str, Any],
    paid: Mapping[str, int],
) -> Due:
    """What `lines` give a member of `standing` at the shop's time `at`, `paid` being no money."""
    off = [_off(document, line, int(standing.get("spent_minor", 0))) for line in lines]
    nets = _less_paid(
        document, [line.minor - cut for line, cut in zip(lines, off, strict=True)], paid
    )
    counted = [
        (line, net)
        for line, net in zip(lines, nets, strict=True)
        if not _is_among(document, line, document.get("excluded", {}).get("goods", ()))
    ]
    spent = max(sum(net for _, net in counted), 0)
    earned = standing.get("earned", {})
    points, gains = _earned(document, counted, at, standing, earned)
    sums = {**_spend(document, at, spent), **_pending(document, at, points), **gains}
    return Due(points, sum(off), {key: value for key, value in sums.items() if value})


def wallet_of(document: Document) -> str:
    """The only wallet of a document."""
    return str(next(iter(document.get("wallets", {"points": {}}))))


def wallet_terms(document: Document) -> Mapping[str, Any]:
    """What the document says of its only wallet."""
    terms: Mapping[str, Any] = document.get("wallets", {}).get(wallet_of(document), {})
    return terms


def caps_of(document: Document, at: datetime) -> dict[str, int]:
    """The most that may be earned, by the key it is counted under, of the day and month of `at`."""
    wallet = wallet_of(document)
    limited = [("*", wallet_terms(document).get("cap", {}))]
    limited += [(rule["name"], rule.get("cap", {})) for rule in document.get("earn", ())]
    return {
        f"{wallet}|{name}|{period}": cap[span]
        for name, cap in limited
        for span, period in (("day", f"{at:%Y-%m-%d}"), ("month", f"{at:%Y-%m}"))
        if span in cap
    }


def _off(document: Document, line: Bought, spent_minor: int) -> int:
    """What a growing discount takes off a line, half a minor unit up."""
    if _is_among(document, line, document.get("excluded", {}).get("goods", ())):
        return 0
    reached = [
        Fraction(step["percent"])
        for step in document.get("discount", {}).get("steps", ())
        if spent_minor >= Fraction(step["at"]) * 100
    ]
    return int(line.minor * reached[-1] / 100 + Fraction(1, 2)) if reached else 0


def _less_paid(document: Document, costs: list[int], paid: Mapping[str, int]) -> list[int]:
    """What is left of each line's cost after its share of what is no new money: in proportion,
    the largest remainders first, and of equal ones the first lines."""
    tenders = document.get("excluded", {}).get("tenders", ())
    total = sum(costs)
    away = min(sum(paid.get(tender, 0) for tender in tenders), total)
    if not away:
        return costs
    shares = [Fraction(cost * away, total) for cost in costs]
    cuts = [int(share) for share in shares]
    by_remainder = sorted(range(len(costs)), key=lambda place: cuts[place] - shares[place])
    for place in by_remainder[: away - sum(cuts)]:
        cuts[place] += 1
    return [cost - cut for cost, cut in zip(costs, cuts, strict=True)]


def _earned(
    document: Document,
    counted: list[tuple[Bought, int]],
    at: datetime,
    standing: Mapping[str, Any],
    earned: Mapping[str, int],
) -> tuple[int, dict[str, int]]:
    wallet = wallet_of(document)
    gains: dict[str, int] = defaultdict(int)
    rules = list(document.get("earn", ()))
    if "earning" in document:
        rules.insert(0, {"name": "earning", **document["earning"]})
    of_all = wallet_terms(document).get("cap", {})
    room = _room(of_all, wallet, "*", at, earned)
    total, stopped = 0, set[int]()
    for rule in rules:
        asked = [
            place
            for place, (line, _) in enumerate(counted)
            if place not in stopped
            and (not rule.get("goods") or _is_among(document, line, rule["goods"]))
        ]
        plain = _plain(rule, [counted[place] for place in asked])
        if not _holds(rule.get("when", {}), at, standing):
            plain = 0
        points = int(plain * _times(document, rule, at, standing))
        # The first rules take what the wallet has room for.
        cap = rule.get("cap", {})
        points = min(points, _room(cap, wallet, rule["name"], at, earned), room - total)
        if points and rule.get("stop"):
            stopped.update(place for place in asked if counted[place][1] > 0)
        _gain(gains, cap, wallet, rule["name"], points, at)
        total += points
    _gain(gains, of_all, wallet, "*", total, at)
    return total, gains


def _plain(rule: Mapping[str, Any], goods: list[tuple[Bought, int]]) -> int:
    """What a rule gives before anything multiplies it."""
    minor = sum(net for _, net in goods)
    if minor <= 0 or minor < Fraction(rule.get("at_least") or 0) * 100:
        return 0
    if "percent" in rule:
        return int(minor * Fraction(rule["percent"]) / 100)
    each, points = rule.get("each"), int(rule.get("points", 1))
    if each == "visit":
        return points
    if each:
        count = sum(line.quantity if each == "unit" else 1 for line, net in goods if net > 0)
        return count // int(rule.get("every", 1)) * points
    return int(minor // (Fraction(rule["per"]) * 100)) * points


def _times(
    document: Document, rule: Mapping[str, Any], at: datetime, standing: Mapping[str, Any]
) -> Fraction:
    found = [
        Fraction(multiplier["times"])
        for multiplier in document.get("multiply", ())
        if (not multiplier.get("rules") or rule["name"] in multiplier["rules"])
        and _holds(multiplier.get("when", {}), at, standing)
    ]
    if document.get("stacking", {}).get("multipliers") == "add":
        return 1 + sum((times - 1 for times in found), Fraction(0))
    return max(found, default=Fraction(1))


def _holds(when: Mapping[str, Any], at: datetime, standing: Mapping[str, Any]) -> bool:
    spans = [span.split("-") for span in when.get("hours", ())]
    return (
        ("weekdays" not in when or _DAYS[at.weekday()] in when["weekdays"])
        and (not spans or any(begin <= f"{at:%H:%M}" < end for begin, end in spans))
        and when.get("from", "") <= f"{at:%Y-%m-%d}" <= when.get("until", "9999-12-31")
        and ("tiers" not in when or standing.get("tier") in when["tiers"])
    )


def _room(
    cap: Mapping[str, int], wallet: str, name: str, at: datetime, earned: Mapping[str, int]
) -> int:
    room = [cap.get("receipt", _UNLIMITED)]
    for span, period in (("day", f"{at:%Y-%m-%d}"), ("month", f"{at:%Y-%m}")):
        if span in cap:
            room.append(cap[span] - max(earned.get(f"{wallet}|{name}|{period}", 0), 0))
    return max(min(room), 0)


def _gain(
    gains: dict[str, int],
    cap: Mapping[str, int],
    wallet: str,
    name: str,
    points: int,
    at: datetime,
) -> None:
    for span, period in (("day", f"{at:%Y-%m-%d}"), ("month", f"{at:%Y-%m}")):
        if span in cap:
            gains[f"{wallet}|{name}|{period}"] += points


def _spend(document: Document, at: datetime, spent: int) -> dict[str, int]:
    sums = {}
    if "tiers" in document:
        sums[f"spend|{at:%Y-%m}"] = spent
    asks_ever = any(event["on"] == "milestone" for event in document.get("event", ()))
    if asks_ever or "discount" in document:
        sums["spend|ever"] = spent
    return sums


def _pending(document: Document, at: datetime, points: int) -> dict[str, int]:
    """What waits, by the first day on which it may be spent."""
    days = wallet_terms(document).get("pending_days", 0)
    return {f"pending|{at.date() + timedelta(days=days)}": points} if days else {}


def _is_among(document: Document, line: Bought, groups: Sequence[str]) -> bool:
    named = [document["goods"][group] for group in groups]
    category, tags = line.marks[:1], set(line.marks[1:])
    return any(
        line.sku in group.get("items", ())
        or bool(set(category) & set(group.get("categories", ())))
        or bool(tags & set(group.get("tags", ())))
        for group in named
    )

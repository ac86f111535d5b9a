"""The award once more, slowly, from the words of the terms: fractions, no engine, no caches.

It shares no code with `loyalty.programme.awards`; where the two differ, one of them misreads the
document.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from loyalty.amounts import decimals_of
from loyalty.baskets import Line
from loyalty.bounds import MAX_POINTS
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Occasion, Standing
from loyalty.programme.terms.conditions import Cap, When
from loyalty.programme.terms.earning import EarnRule


def plain_wallets(programme: Programme, occasion: Occasion, standing: Standing) -> dict[str, int]:
    """What each wallet gets; wallets that get nothing are left out."""
    net = _net(programme, occasion, standing)
    full_price = [line.amount_minor for line in occasion.basket.lines]
    discounted = _discounted(programme, occasion, standing) != full_price
    main = next(iter(programme.wallets), "points")
    given: dict[str, int] = {}
    taken: dict[str, set[int]] = {}
    for rule in programme.rules:
        wallet = rule.wallet or main
        if discounted and not programme.stacking.discount_earns:
            continue
        if not _holds(rule.when, occasion, standing):
            continue
        chosen = [
            place
            for place, line in enumerate(occasion.basket.lines)
            if not _among(programme, programme.excluded.goods, line)
            and (not rule.goods or _among(programme, rule.goods, line))
            and place not in taken.get(wallet, set())
        ]
        plain = _plain(programme, rule, [(occasion.basket.lines[at], net[at]) for at in chosen])
        points = int(plain * _times(programme, rule, occasion, standing))
        before = given.get(wallet, 0)
        points = _cut(points, rule.cap, 0, f"{wallet}|{rule.name}", occasion.at, standing)
        whole = programme.wallets[wallet].cap if wallet in programme.wallets else Cap()
        points = _cut(points, whole, before, f"{wallet}|*", occasion.at, standing)
        points = min(points, MAX_POINTS - before)
        given[wallet] = before + points
        if rule.stop and points > 0:
            taken.setdefault(wallet, set()).update(chosen)
    return {wallet: points for wallet, points in given.items() if points}


def _plain(programme: Programme, rule: EarnRule, chosen: list[tuple[Line, int]]) -> int:
    whole = sum(net for _, net in chosen)
    if whole <= 0 or (rule.at_least and whole < _minor(programme, rule.at_least)):
        return 0
    if rule.percent:
        return int(whole * Fraction(rule.percent) / 100)
    if rule.each == "visit":
        return rule.points
    if rule.each == "unit":
        count = sum(line.quantity for line, net in chosen if net > 0 and line.quantity > 0)
        count += sum(line.quantity for line, net in chosen if net < 0 and line.quantity < 0)
        return max(count, 0) // rule.every * rule.points
    if rule.each == "line":
        count = sum(1 for _, net in chosen if net > 0)
        count -= sum(1 for line, net in chosen if net < 0 and line.quantity < 0)
        return max(count, 0) // rule.every * rule.points
    return whole // _minor(programme, rule.per) * rule.points


def _times(
    programme: Programme, rule: EarnRule, occasion: Occasion, standing: Standing
) -> Fraction:
    main = next(iter(programme.wallets), "points")
    times = [
        Fraction(one.times)
        for one in programme.multiply
        if (rule.name in one.rules if one.rules else rule.wallet in ("", main))
        and _holds(one.when, occasion, standing)
    ]
    if not times:
        return Fraction(1)
    if programme.stacking.multipliers == "best":
        return max(times)
    if programme.stacking.multipliers == "add":
        return max(Fraction(1) + sum(one - 1 for one in times), Fraction(0))
    whole = Fraction(1)
    for one in times:
        whole *= one
    return whole


def _cut(points: int, cap: Cap, before: int, key: str, at: datetime, standing: Standing) -> int:
    if cap.receipt is not None:
        points = min(points, cap.receipt - before)
    if cap.day is not None:
        points = min(points, cap.day - before - standing.earned.get(f"{key}|{at:%Y-%m-%d}", 0))
    if cap.month is not None:
        points = min(points, cap.month - before - standing.earned.get(f"{key}|{at:%Y-%m}", 0))
    return max(points, 0)


def _net(programme: Programme, occasion: Occasion, standing: Standing) -> list[int]:
    amounts = _discounted(programme, occasion, standing)
    payable = [max(amount, 0) for amount in amounts]
    old = sum(occasion.paid.get(tender, 0) for tender in programme.excluded.tenders)
    old = min(old, sum(payable))
    if not old:
        return amounts
    exact = [Fraction(old * amount, sum(payable)) for amount in payable]
    parts = [int(part) for part in exact]
    while sum(parts) < old:
        rests = [part - whole for part, whole in zip(exact, parts, strict=True)]
        parts[rests.index(max(rests))] += 1
    return [amount - part for amount, part in zip(amounts, parts, strict=True)]


def _discounted(programme: Programme, occasion: Occasion, standing: Standing) -> list[int]:
    amounts = [line.amount_minor for line in occasion.basket.lines]
    terms = programme.discount
    reached = [
        Fraction(step.percent)
        for step in (terms.steps if terms else ())
        if standing.spent_minor >= _minor(programme, step.at)
    ]
    if terms is None or not reached:
        return amounts
    part = reached[-1] / 100
    for place, line in enumerate(occasion.basket.lines):
        named = not terms.goods or _among(programme, terms.goods, line)
        if named and not _among(programme, programme.excluded.goods, line):
            off = int(abs(amounts[place]) * part + Fraction(1, 2))
            amounts[place] -= off if amounts[place] > 0 else -off
    return amounts


def _among(programme: Programme, names: tuple[str, ...], line: Line) -> bool:
    return any(
        line.sku in group.items
        or any(line.sku.startswith(start) for start in group.starts_with)
        or (line.category != "" and line.category in group.categories)
        or bool(set(line.tags) & set(group.tags))
        for group in (programme.goods[name] for name in names)
    )


def _minor(programme: Programme, text: str) -> int:
    return int(Fraction(text) * 10 ** decimals_of(programme.currency))


def _holds(when: When, occasion: Occasion, standing: Standing) -> bool:
    at, visit = occasion.at, standing.visits + 1
    return (
        (not when.branches or occasion.branch in when.branches)
        and (not when.tiers or standing.tier in when.tiers)
        and (not when.segments or bool(set(when.segments) & set(standing.segments)))
        and when.visit in (0, visit)
        and (not when.every_visit or visit % when.every_visit == 0)
        and any(_day_holds(when, day, standing) for day in _days(when, at))
    )


def _days(when: When, at: datetime) -> list[datetime]:
    days, clock = [], f"{at:%H:%M}"
    for span in when.hours:
        first, last = span.split("-")
        if last > first:
            days += [at] if first <= clock < last else []
        else:
            days += [at] if clock >= first else []
            days += [at - timedelta(days=1)] if clock < last else []
    return days if when.hours else [at]


def _day_holds(when: When, day: datetime, standing: Standing) -> bool:
    iso, month_day = f"{day:%Y-%m-%d}", f"{day:%m-%d}"
    february_28 = month_day == "02-28" and f"{day + timedelta(days=1):%d}" == "01"
    born = {month_day, "02-29"} if february_28 else {month_day}
    return (
        (not when.weekdays or f"{day:%A}".lower() in when.weekdays)
        and (not when.first or iso >= when.first)
        and (not when.until or iso <= when.until)
        and (not when.dates or iso in when.dates or month_day in when.dates)
        and (when.birthday != "day" or standing.birthday in born)
        and (when.birthday != "month" or standing.birthday[:2] == month_day[:2])
    )

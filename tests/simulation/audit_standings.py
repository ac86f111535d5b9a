"""G3 and G6: what a till took a member for is what it had written of them; no cap was passed there,
and no points were spent before the day they wait for.

A member who only ever shopped at one till is known there completely, so the till's own entries say
the tier, the spend of a discount, what caps were used up and what waits. Of the others each till
may know a part; but what it gave them itself it knows.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.simulation.audit_awards import Document, caps_of, shop_time, wallet_terms
from tests.simulation.audit_books import Programmes, programmes_in
from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach, Witness

Journal = tuple[str, int]
_MOVING = ("earn", "reverse", "event", "redeem")


def audit_standings(
    connection: sqlite3.Connection, witness: Witness, counted: list[Row]
) -> Iterator[Breach]:
    """Standings that the till's own entries contradict, and caps that one till passed.

    What was lost with a disk may have been told before, so it is nobody's contradiction.
    """
    programmes = programmes_in(connection)
    of_member: dict[str, list[Fields]] = defaultdict(list)
    for row in sorted(counted, key=lambda row: (row.terminal, row.epoch, row.seq)):
        fields = row.fields
        if fields is not None and fields.member and fields.kind in _MOVING:
            of_member[fields.member].append(fields)
    for entries in of_member.values():
        if len({(one.terminal, one.epoch) for one in entries}) == 1 and not witness.gone:
            yield from _known_completely(programmes, entries)
        yield from _capped(programmes, entries)


def _known_completely(programmes: Programmes, entries: list[Fields]) -> Iterator[Breach]:
    sums: dict[str, int] = defaultdict(int)
    balance = 0
    for fields in entries:
        document = programmes.get(fields.programme)
        if document is not None and fields.kind == "redeem":
            yield from _waited(document, fields, balance, sums)
        balance += fields.points
        if document is not None and fields.kind == "earn":
            due = standing_by(document, sums, shop_time(fields.occurred_at_ms))
            said = fields.payload.get("standing", {})
            if said != due:
                yield Breach(
                    "G6",
                    f"entry {fields.seq} of {fields.terminal}, epoch {fields.epoch} takes "
                    f"{fields.member} for {said}, its journal says {due}",
                )
        for key, value in fields.payload.get("sums", {}).items():
            sums[key] += value


def _waited(
    document: Document, fields: Fields, balance: int, sums: Mapping[str, int]
) -> Iterator[Breach]:
    """No points are spent before the day they wait for."""
    if wallet_terms(document).get("pending_days", 0) == 0:
        return
    today = f"pending|{shop_time(fields.occurred_at_ms):%Y-%m-%d}"
    pending = sum(points for key, points in sums.items() if today < key < "pending|9999")
    overdraft = document.get("offline", {}).get("overdraft", 0)
    if -fields.points > max(balance - pending, 0) + overdraft:
        yield Breach(
            "G3",
            f"entry {fields.seq} of {fields.terminal}, epoch {fields.epoch} spends "
            f"{-fields.points} points of {balance}, and {pending} of these wait",
        )


def standing_by(document: Document, sums: Mapping[str, int], at: datetime) -> dict[str, Any]:
    """What is known of a member, of whom `sums` were counted, at the shop's time `at`."""
    due: dict[str, Any] = {}
    tier = _tier(document, sums, at)
    if tier:
        due["tier"] = tier
    spent = max(sums.get("spend|ever", 0), 0)
    if "discount" in document and spent:
        due["spent_minor"] = spent
    earned = {key: sums[key] for key in caps_of(document, at) if sums.get(key)}
    if earned:
        due["earned"] = earned
    return due


def _tier(document: Document, sums: Mapping[str, int], at: datetime) -> str:
    """The best by this month and those before it, or by a month that ended within the grace."""
    if "tier" not in document:
        return ""
    terms = document["tiers"]
    best, end = 0, at.date()
    while end + timedelta(days=terms.get("grace_days", 0)) >= at.date():
        month = end.year * 12 + end.month - 1
        window = [divmod(month - back, 12) for back in range(terms["months"] + 1)]
        spent = sum(sums.get(f"spend|{year:04}-{number + 1:02}", 0) for year, number in window)
        best = max(best, spent)
        end = end.replace(day=1) - timedelta(days=1)
    reached = [tier["name"] for tier in document["tier"] if best >= Fraction(tier["at"]) * 100]
    return str(reached[-1]) if reached else ""


def _capped(programmes: Programmes, entries: list[Fields]) -> Iterator[Breach]:
    """No journal gives more than a cap allows, unless goods that came back made room again."""
    gained: dict[tuple[Journal, str], int] = defaultdict(int)
    most: dict[str, int] = {}
    reopened = set()
    for fields in entries:
        sums = fields.payload.get("sums", {})
        if fields.kind in ("redeem", "event"):
            continue
        if fields.kind == "reverse":
            reopened |= {key for key, value in sums.items() if value < 0}
            continue
        document = programmes.get(fields.programme, {})
        most |= caps_of(document, shop_time(fields.occurred_at_ms))
        for key, value in sums.items():
            gained[(fields.terminal, fields.epoch), key] += value
    for (journal, key), points in gained.items():
        if key in most and key not in reopened and points > most[key]:
            yield Breach("G6", f"{journal} gave {points} points as {key}, {most[key]} are allowed")

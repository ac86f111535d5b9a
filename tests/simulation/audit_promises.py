"""G6: every entry explains itself.

Its points, what is off and what it counts of its member are what its own version of the programme
gives for its goods, with what the till knew of the member.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.simulation.audit_awards import Bought, Document, Due, bought, due_for, shop_time
from tests.simulation.audit_books import Programmes, programmes_in
from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach

Place = tuple[str, int, int]
"""Terminal, epoch and number of an entry, as it was written first."""

_PROMISE_DIFFERS = "SELECT terminal, epoch, seq FROM cases WHERE kind = 'promise-differs'"
_RETURNED_TWICE = """
    SELECT terminal, epoch, seq FROM cases WHERE kind IN ('returned-twice', 'returns-differ')
"""
_NOTHING = Due(0, 0, {})


class _Books(NamedTuple):
    """What an entry is explained by: the documents, the sales by their first place, how many
    vouchers came out with a receipt, and the entries whose promise head office says differs."""

    programmes: Programmes
    sales: Mapping[Place, list[Fields]]
    issues: Mapping[tuple[str, int, str], int]
    named: set[Place]

    def sale_of(self, fields: Fields) -> Fields | None:
        """The sale that a return is of: as its own journal has it, else as it was written first,
        else as the return tells it."""
        told = _told_sale(fields)
        found = [
            sale
            for sale in self.sales.get(tuple(fields.payload["of"]), [])
            if told is None or told.receipt == sale.receipt
        ]

        def nearness(sale: Fields) -> tuple[bool, bool]:
            is_own = (sale.terminal, sale.epoch) == (fields.terminal, fields.epoch)
            return is_own, not sale.is_salvaged

        return max(found, key=nearness, default=told)


def _told_sale(fields: Fields) -> Fields | None:
    """The sale as the code of its receipt had it, where the till had it from there."""
    told = fields.payload.get("sale")
    if told is None:
        return None
    terminal, epoch, seq, receipt, member, points, programme, at_ms, payload = told[:9]
    total = sum(line[2] for line in payload["lines"])
    place = (terminal, epoch, seq)
    return Fields(*place, "earn", member, points, total, receipt, programme, at_ms, at_ms, payload)


def audit_promises(connection: sqlite3.Connection, counted: list[Row]) -> Iterator[Breach]:
    """Entries that give what they do not explain, and returns that give more than was earned."""
    entries = [fields for row in counted if (fields := row.fields) is not None]
    issues: dict[tuple[str, int, str], int] = defaultdict(int)
    for fields in entries:
        if fields.kind == "voucher-issued":
            issues[fields.terminal, fields.epoch, fields.receipt] += 1
    sales: dict[Place, list[Fields]] = defaultdict(list)
    for fields in entries:
        if fields.kind == "earn":
            sales[(fields.terminal, *fields.stood_at)].append(fields)
    books = _Books(
        programmes_in(connection),
        sales,
        issues,
        set(connection.execute(_PROMISE_DIFFERS).fetchall()),
    )
    for fields in entries:
        yield from _explained(books, fields)
    yield from _returned(books, entries, set(connection.execute(_RETURNED_TWICE).fetchall()))


def _explained(books: _Books, fields: Fields) -> Iterator[Breach]:
    where = f"entry {fields.seq} of {fields.terminal}, epoch {fields.epoch}"
    if fields.kind not in ("earn", "reverse", "redeem", "event"):
        if fields.points:
            yield Breach("G6", f"{where} moves points and is of kind {fields.kind}")
        return
    document = books.programmes.get(fields.programme)
    if document is None:
        yield Breach("G6", f"{where} names no programme: {fields.programme!r}")
        return
    if fields.kind == "event":
        name = fields.payload.get("event")
        due = sum(one["points"] for one in document.get("event", ()) if one["name"] == name)
        if fields.points != due:
            yield Breach("G6", f"{where} gives {fields.points} points for {name}, {due} are due")
        return
    if fields.kind == "redeem":
        vouchers = books.issues[fields.terminal, fields.epoch, fields.receipt]
        due = -int(document["reward"]["at_points"]) * vouchers if fields.member else 0
        if fields.points != due:
            yield Breach("G6", f"{where} gives {fields.points} points where {due} are due")
        return
    given = _due(books, document, fields)
    if given is None:
        return
    if fields.points != given.points:
        yield Breach("G6", f"{where} gives {fields.points} points where {given.points} are due")
    off = fields.payload.get("discount_minor", 0)
    if off != given.discount_minor:
        yield Breach("G6", f"{where} takes {off} off where {given.discount_minor} is due")
    sums = fields.payload.get("sums", {})
    if sums != given.sums:
        yield Breach("G6", f"{where} counts {sums} where {given.sums} is due")
    # What a wrong sale gave goes back with its goods: the sale's own case says that it was wrong.
    sale = books.sale_of(fields) if "of" in fields.payload else None
    if sale is not None and (sale.terminal, sale.epoch, sale.seq) in books.named:
        return
    is_named = (fields.terminal, fields.epoch, fields.seq) in books.named
    is_broken = (fields.points, off, sums) != (given.points, given.discount_minor, given.sums)
    if is_named != is_broken:
        yield Breach(
            "G6",
            f"{where} promises {fields.points} of {given.points}; a case says so: {is_named}",
        )


def _due(books: _Books, document: Document, fields: Fields) -> Due | None:
    """What an entry should say; None where its sale is in no books any more."""
    payload = fields.payload
    if fields.kind == "earn":
        return _of_goods(document, fields, bought(payload), payload.get("paid", {}))
    if "of" in payload:
        sale = books.sale_of(fields)
        return None if sale is None else _of_return(document, sale, payload)
    if not fields.member or document.get("returns", {}).get("without_receipt") == "nothing":
        return _NOTHING
    given = _of_goods(document, fields, bought(payload), {})
    back = {key: -value for key, value in given.sums.items()}
    return Due(-given.points, 0, back)


def _of_goods(
    document: Document, fields: Fields, goods: list[Bought], paid: Mapping[str, int]
) -> Due:
    if not fields.member:
        return _NOTHING
    at, standing = shop_time(fields.occurred_at_ms), fields.payload.get("standing", {})
    return due_for(document, goods, at, standing, paid)


def _of_return(document: Document, sale: Fields, payload: Mapping[str, Any]) -> Due:
    """What is left of the sale before, less what is left of it after."""
    before = [tuple(part) for part in payload.get("before", ())]
    held = _of_rest(document, sale, before)
    left = _of_rest(document, sale, [*before, *map(tuple, payload["returned"])])
    changed = {
        key: left.sums.get(key, 0) - held.sums.get(key, 0) for key in {*held.sums, *left.sums}
    }
    return Due(
        left.points - held.points,
        held.discount_minor - left.discount_minor,
        {key: value for key, value in changed.items() if value},
    )


def _of_rest(document: Document, sale: Fields, parts: list[tuple[int, ...]]) -> Due:
    goods = bought(sale.payload)
    total = sum(line.minor for line in goods)
    for place, quantity, minor in parts:
        line = goods[place]
        goods[place] = Bought(line.sku, line.quantity - quantity, line.minor - minor, line.marks)
    rest = [line for line in goods if line.quantity or line.minor]
    left = sum(line.minor for line in rest)
    if not rest:
        return _NOTHING
    # What is left of a sale keeps its part of what was no money, rounded up.
    paid = {
        tender: -(-minor * left // total) for tender, minor in sale.payload.get("paid", {}).items()
    }
    return _of_goods(document, sale, rest, paid)


def _returned(books: _Books, entries: list[Fields], twice: set[Place]) -> Iterator[Breach]:
    """No sale gives back more than it earned, unless a case says that its goods came back twice."""
    back: dict[Place, int] = defaultdict(int)
    earned: dict[Place, int] = {}
    excused = set()
    for fields in entries:
        if fields.kind != "reverse" or "of" not in fields.payload:
            continue
        sale = books.sale_of(fields)
        if sale is None:
            continue
        place = (sale.terminal, sale.epoch, sale.seq)
        earned[place] = sale.points
        back[place] -= fields.points
        if (fields.terminal, fields.epoch, fields.seq) in twice:
            excused.add(place)
    for place, points in back.items():
        if points > earned[place] and place not in excused:
            yield Breach("G6", f"sale {place} earned {earned[place]}; {points} were taken back")

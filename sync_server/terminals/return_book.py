"""Returns by item: what each did, computed again, and what all those of one receipt come to.

A till knows the returns that it took itself. Where goods of one receipt came back at two tills,
each was right by what it knew: head office alone sees both. Goods that came back twice are a case
at each of the tills; goods that came back once each, but for points that differ by what is rounded,
are one case of the receipt. Neither is corrected in silence.
"""

from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.baskets import Line
from loyalty.bounds import Count, Points, Sum
from loyalty.journal import EARN, REVERSE, Entry, decode_entry
from loyalty.programme.debts import FORGIVEN, REVOKED
from loyalty.programme.document import Programme
from loyalty.programme.returning import (
    ReturnAward,
    ReturnedPart,
    SaleAtHand,
    lines_left,
    returned,
)
from loyalty.programme.sale_facts import RETURNED_SALE
from loyalty.receipt_codes import SoldReceipt, sold_receipt
from loyalty.sums import added
from sync_server.store.cases import RETURNED_TWICE, RETURNS_DIFFER, Case
from sync_server.store.tables import entries
from sync_server.terminals.unmade import why_never_made

MAX_RETURNS_OF_A_MEMBER = 10_000
"""Looked through for those of one receipt; a member with more is no shopper."""

MAX_LATER_SALES = 10_000
"""Looked through for one that was written again; that happens as a journal begins."""

UNREADABLE = "what it returns cannot be read"
SALE_UNKNOWN = "it is of a sale that head office does not hold"
SALE_DIFFERS = "it names a sale otherwise than head office holds it"


class _Said(msgspec.Struct, frozen=True):
    """What the entry of a return by item says of its sale; `returned` and `before` are parts of
    it, `sale` is the whole of one that may not have arrived."""

    of: tuple[str, Count, Count]
    returned: list[tuple[Count, Sum, Sum]]
    before: list[tuple[Count, Sum, Sum]] = []
    sums: dict[str, Sum] = {}
    discount_minor: Sum = 0
    points_back: Points = 0
    forgiven: Points = 0
    revoked: Points = 0
    sale: SoldReceipt | None = None
    wallets: dict[str, Sum] = {}
    forgiven_wallets: dict[str, Points] = {}

    @property
    def wallets_moved(self) -> dict[str, int]:
        """What wallets beside the main one changed by, what the member was forgiven with it."""
        kept = {name: -points for name, points in self.forgiven_wallets.items()}
        return {name: moved for name, moved in added(self.wallets, kept).items() if moved}


class _Return(msgspec.Struct, frozen=True):
    """A return of a sale: its entry, and what of it came back."""

    entry: Entry
    said: _Said

    @property
    def parts(self) -> list[ReturnedPart]:
        return [ReturnedPart(*part) for part in self.said.returned]


def is_by_item(entry: Entry) -> bool:
    """Whether `entry` is a return that says of which sale it is."""
    return entry.kind == REVERSE and RETURNED_SALE in entry.payload


def return_difference(
    connection: Connection, entry: Entry, programme: Programme, zone: ZoneInfo
) -> str:
    """How a return by item differs from what is left of its sale, or nothing; `zone` is the
    shop's. It is computed with the returns that its till knew of."""
    said = _said(entry)
    if said is None:
        return UNREADABLE
    sale = _sale(connection, entry, said)
    if isinstance(sale, str):
        return sale
    at_hand = sale.at_hand(zone)
    if at_hand is None:
        return UNREADABLE
    if sale.programme != entry.programme:
        return f"it goes by programme {entry.programme}, its sale by {sale.programme}"
    before = [ReturnedPart(*part) for part in said.before]
    now = [ReturnedPart(*part) for part in said.returned]
    if not _fits(at_hand.lines, [*before, *now]):
        return "it takes back more than was sold"
    return _unlike(returned(programme, at_hand, before, now), entry, programme, said)


def _unlike(due: ReturnAward, entry: Entry, programme: Programme, said: _Said) -> str:
    """How what an entry says differs from what is `due`, or nothing."""
    if due.amount_minor != -entry.amount_minor:
        return f"it is of {-entry.amount_minor}, what it returns was sold for {due.amount_minor}"
    if due.points_back != said.points_back:
        return f"{said.points_back} points that had paid came back, computed {due.points_back}"
    points = due.points + _left_to_the_member(programme, said)
    if said.forgiven and points > 0:
        return f"{said.forgiven} points were forgiven, more than were due"
    if entry.points != points:
        return f"promised {entry.points} points, computed {points}"
    if due.discount_minor != said.discount_minor:
        return f"discount {said.discount_minor}, computed {due.discount_minor}"
    if dict(due.wallets) != said.wallets_moved:
        return "it takes otherwise of other wallets than computed"
    if said.forgiven_wallets and (programme.returns.debt != FORGIVEN or _over_forgiven(said)):
        return "more of other wallets was forgiven than was due"
    if dict(due.sums) != said.sums:
        return "it counts otherwise of its member than computed"
    return ""


def _over_forgiven(said: _Said) -> bool:
    """Whether a member was given points of a wallet by being forgiven some."""
    return any(said.wallets.get(name, 0) > 0 for name in said.forgiven_wallets)


def return_cases(
    connection: Connection, entry: Entry, programme: Programme, zone: ZoneInfo
) -> list[Case]:
    """The cases that all returns of the receipt make together, of which `entry` is the latest to
    arrive; none for a shopper without a card, whose goods come back where they were sold."""
    said = _said(entry)
    sale = None if said is None or not entry.member else _sale(connection, entry, said)
    at_hand = sale.at_hand(zone) if isinstance(sale, SoldReceipt) else None
    if said is None or at_hand is None or not isinstance(sale, SoldReceipt):
        return []
    alike = [
        one
        for one in _returns_of(connection, entry.member, said.of)
        if _is_of(sale, _sale(connection, one.entry, one.said))
    ]
    if len(alike) < 2:
        return []
    parts = [part for one in alike for part in one.parts]
    if any(part.line >= len(at_hand.lines) for part in parts):
        return []
    left = lines_left(at_hand.lines, parts)
    over = {
        place
        for place, (line, rest) in enumerate(zip(at_hand.lines, left, strict=True))
        if not _is_within(line, rest)
    }
    if over:
        twice = [one for one in alike if any(part.line in over for part in one.parts)]
        return [_twice(one.entry, sale, twice) for one in twice]
    return _differ(sale, at_hand, programme, alike)


def _differ(
    sale: SoldReceipt, at_hand: SaleAtHand, programme: Programme, alike: Sequence[_Return]
) -> list[Case]:
    """The case of returns that, each right by what its till knew, come to other points together."""
    due = returned(programme, at_hand, (), [part for one in alike for part in one.parts])
    moved = sum(one.entry.points - _left_to_the_member(programme, one.said) for one in alike)
    beside = added(*(one.said.wallets_moved for one in alike))
    if moved == due.points and all(beside.get(n, 0) == due.wallets.get(n, 0) for n in beside):
        return []
    last = alike[-1].entry
    return [
        Case(
            case_id=f"{RETURNS_DIFFER}:{sale.number}",
            kind=RETURNS_DIFFER,
            terminal=last.terminal,
            epoch=last.epoch,
            seq=last.seq,
            member_id=last.member,
            detail=f"Returns of receipt {sale.reference} of {sale.terminal} moved {moved} points, "
            f"together they should move {due.points}: {_named([one.entry for one in alike])}.",
        )
    ]


def _twice(entry: Entry, sale: SoldReceipt, twice: Sequence[_Return]) -> Case:
    return Case(
        case_id=f"{RETURNED_TWICE}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=RETURNED_TWICE,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"More goods of receipt {sale.reference} of {sale.terminal} came back than were "
        f"sold: {_named([one.entry for one in twice])}.",
    )


def _named(found: Sequence[Entry]) -> str:
    return ", ".join(f"receipt {entry.receipt} of {entry.terminal}" for entry in found)


def _left_to_the_member(programme: Programme, said: _Said) -> int:
    """Points that the member need not give back: forgiven ones, and those of revoked vouchers,
    as far as the programme allows either."""
    terms, reward = programme.returns, programme.reward
    forgiven = said.forgiven if terms.debt == FORGIVEN else 0
    revoked = said.revoked if terms.vouchers == REVOKED and reward else 0
    return forgiven + revoked * (reward.at_points if reward else 0)


def _fits(lines: Sequence[Line], parts: Sequence[ReturnedPart]) -> bool:
    if any(part.line >= len(lines) for part in parts):
        return False
    left = lines_left(lines, parts)
    return all(_is_within(line, rest) for line, rest in zip(lines, left, strict=True))


def _is_within(line: Line, rest: Line) -> bool:
    """Whether what is left of `line` is a part of it: nothing of it went twice."""
    units = (line.quantity, rest.quantity)
    minor = (line.amount_minor, rest.amount_minor)
    return all(min(0, sold) <= left <= max(0, sold) for sold, left in (units, minor))


def _said(entry: Entry) -> _Said | None:
    try:
        return msgspec.convert(entry.payload, _Said)
    except (msgspec.ValidationError, RecursionError):
        return None


def _sale(connection: Connection, entry: Entry, said: _Said) -> SoldReceipt | str:
    """The sale that the return `entry` is of: as the books hold it, else as the return itself says;
    or why it is none."""
    told = said.sale
    if told and (told.terminal, told.epoch, told.seq, told.member_id) != (*said.of, entry.member):
        return SALE_DIFFERS
    held = _held(connection, entry, said)
    if held is None:
        return (why_never_made(connection, entry, said.of) or told) if told else SALE_UNKNOWN
    if told and (told.points, told.programme, told.payload) != (
        held.points,
        held.programme,
        held.payload,
    ):
        return SALE_DIFFERS
    return held


def _held(connection: Connection, entry: Entry, said: _Said) -> SoldReceipt | None:
    """The sale of `said` in the books. A till that went on in another journal may have written it
    there again: under its first number the books may hold another history of the first journal."""
    terminal, epoch, seq = said.of
    asked = {"of_terminal": terminal, "of_epoch": epoch, "of_member": entry.member}

    def there() -> Iterator[SoldReceipt]:
        for row in connection.execute(_ENTRY, {**asked, "of_seq": seq}).all():
            yield sold_receipt(decode_entry(row.body))

    def again(journals: Callable[[int], bool]) -> Iterator[SoldReceipt]:
        for row in connection.execute(_LATER, asked).all():
            sold = sold_receipt(decode_entry(row.body))
            if (sold.epoch, sold.seq) == (epoch, seq) and journals(row.epoch):
                yield sold

    places = [there(), again(lambda _: True)]
    if entry.terminal == terminal and entry.epoch != epoch:
        places.insert(0, again(lambda held_in: held_in == entry.epoch))
    references = (said.sale.reference,) if said.sale else ()
    found = (sold for place in places for sold in place)
    return next((sold for sold in found if not references or sold.reference in references), None)


def _is_of(sale: SoldReceipt, other: SoldReceipt | str) -> bool:
    """Whether two returns that name one place mean one sale, and not two histories of a journal."""
    return isinstance(other, SoldReceipt) and (
        (sale.reference, sale.occurred_at_ms, sale.points)
        == (other.reference, other.occurred_at_ms, other.points)
    )


def _returns_of(connection: Connection, member: str, of: tuple[str, int, int]) -> list[_Return]:
    """Every return of one sale that is in the books, in the order of their places."""
    found = []
    for row in connection.execute(_RETURNS, {"of_member": member}):
        entry = decode_entry(row.body)
        said = _said(entry)
        if said is not None and said.of == of:
            found.append(_Return(entry, said))
    return sorted(found, key=lambda one: (one.entry.terminal, one.entry.epoch, one.entry.seq))


_ENTRY = select(entries.c.body).where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch == bindparam("of_epoch"),
    entries.c.seq == bindparam("of_seq"),
    entries.c.member == bindparam("of_member"),
    entries.c.kind == EARN,
)
_LATER = (
    select(entries.c.epoch, entries.c.body)
    .where(
        entries.c.terminal == bindparam("of_terminal"),
        entries.c.epoch > bindparam("of_epoch"),
        entries.c.member == bindparam("of_member"),
        entries.c.kind == EARN,
    )
    .order_by(entries.c.epoch, entries.c.seq)
    .limit(MAX_LATER_SALES)
)
_RETURNS = (
    select(entries.c.body)
    .where(entries.c.member == bindparam("of_member"), entries.c.kind == REVERSE)
    .limit(MAX_RETURNS_OF_A_MEMBER)
)

"""Where the sales of a simulation come from: a file of receipt lines, or the chain's own books."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from loyalty.baskets import Basket, Line, tags_in
from loyalty.clock import from_epoch_ms
from loyalty.errors import EntryInvalid, FileUnreadable, SalesUnusable
from loyalty.journal import EARN, REVERSE, decode_entry
from loyalty.programme.sale_facts import RETURNED_SALE, sale_facts
from loyalty.programme.terms.goods import Tender
from loyalty.receipt_files.invoices import read_invoices
from loyalty.simulation.sales import PastSale, in_order
from sync_server.store.tables import entries, products, terminals

MAX_REJECTS_KEPT = 20
ROWS_AT_ONCE = 1_000
OWN_TENDERS = frozenset[Tender]({"voucher", "points"})
"""Paid with what a programme gave; the simulated one gives its own."""

Marks = Mapping[str, tuple[str, tuple[str, ...]]]
"""Category and tags of goods, by their code."""


class LeftOut(msgspec.Struct, frozen=True):
    """What is no sale and was left out: its line in the file or its entry, and why."""

    where: str
    reason: str


class Source:
    """Sales in the order they were made, to be taken once; `receipts` is how many at most.

    `left_out` is how much of what was read so far is no sale, `named` the first of that.
    """

    def __init__(self, name: str, receipts: int) -> None:
        self.name = name
        self.receipts = receipts
        self.sales: Iterator[PastSale] = iter(())
        self.left_out = 0
        self.named: list[LeftOut] = []

    def leave_out(self, where: str, reason: str) -> None:
        """Note what is no sale."""
        self.left_out += 1
        if len(self.named) < MAX_REJECTS_KEPT:
            self.named.append(LeftOut(where, reason))


def file_source(path: Path, zone: ZoneInfo, currency: str) -> Source:
    """The sales of the file `path` of receipt lines, in `currency`, by the clock of `zone`.

    Raises FileUnreadable when it is no such file, SalesUnusable when none of it is a sale.
    """
    try:
        with path.open("rb") as file:
            held = read_invoices(str(path), file, zone, currency)
    except OSError as fault:
        raise FileUnreadable(
            f"{path} cannot be read: {fault.strerror or fault}.", "Check the name and the rights."
        ) from None
    source = Source(str(path), len(held.invoices))
    for reject in held.rejects:
        source.leave_out(f"line {reject.line}", reject.reason)
    if not held.invoices:
        first = f"; {source.named[0].where}: {source.named[0].reason}" if source.named else ""
        raise SalesUnusable(f"Nothing in {path} is a sale{first}.")
    source.sales = in_order(held.invoices)
    return source


def ledger_source(connection: Connection, zone: ZoneInfo) -> Source:
    """The sales that head office holds, read as they are taken.

    Goods whose entry tells no category are marked with what head office's list of goods says now.
    Raises SalesUnusable when there is none.
    """
    source = Source("the chain's own sales", connection.execute(_COUNTED).scalar_one())
    if not source.receipts:
        raise SalesUnusable("Head office holds no sale yet.", "Name a file of receipt lines.")
    source.sales = _held(connection, zone, source)
    return source


def _held(connection: Connection, zone: ZoneInfo, source: Source) -> Iterator[PastSale]:
    marks = _marks(connection)
    streamed = connection.execution_options(yield_per=ROWS_AT_ONCE)
    for terminal, epoch, seq, body, branch in streamed.execute(_SOLD):
        sale = _sale(body, branch, zone, marks)
        if sale is None:
            source.leave_out(f"entry {terminal}.{epoch}.{seq}", "its lines cannot be read")
        else:
            yield sale


def _sale(body: bytes, branch: str, zone: ZoneInfo, marks: Marks) -> PastSale | None:
    try:
        entry = decode_entry(body)
    except EntryInvalid:
        return None
    facts = sale_facts(entry.payload, from_epoch_ms(entry.occurred_at_ms).astimezone(zone))
    if facts is None:
        return None
    occasion = facts.occasion
    return PastSale(
        member=entry.member,
        occurred_at_ms=entry.occurred_at_ms,
        basket=_marked(occasion.basket, marks),
        is_return=entry.kind == REVERSE,
        has_receipt=RETURNED_SALE in entry.payload,
        branch=occasion.branch or branch,
        paid={
            tender: paid_minor
            for tender, paid_minor in occasion.paid.items()
            if tender not in OWN_TENDERS
        },
    )


def _marks(connection: Connection) -> Marks:
    return {
        row.code: (row.category, tags_in(row.tags)) for row in connection.execute(_GOODS_MARKED)
    }


def _marked(basket: Basket, marks: Marks) -> Basket:
    if not marks:
        return basket
    return Basket(tuple([_marked_line(line, marks) for line in basket.lines]))


def _marked_line(line: Line, marks: Marks) -> Line:
    known = marks.get(line.sku)
    if known is None or line.category or line.tags:
        return line
    return replace(line, category=known[0], tags=known[1])


_IS_SALE = entries.c.kind.in_((EARN, REVERSE))
_COUNTED = select(func.count()).select_from(entries).where(_IS_SALE)
_SOLD = (
    select(entries.c.terminal, entries.c.epoch, entries.c.seq, entries.c.body, terminals.c.branch)
    .join(terminals, terminals.c.terminal == entries.c.terminal)
    .where(_IS_SALE)
    .order_by(entries.c.occurred_at_ms, entries.c.terminal, entries.c.epoch, entries.c.seq)
)
_GOODS_MARKED = select(products.c.code, products.c.category, products.c.tags).where(
    (products.c.category != "") | (products.c.tags != "")
)

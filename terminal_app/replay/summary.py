"""The summary of a replay: what the journals hold, and whether head office says the same.

It counts the whole ledger, not the run: a replay that had nothing left to do prints the numbers
of the one that did it. Only `posted_now`, `already_posted`, `seconds` and `lines_per_second` are
of the run.
"""

from collections.abc import Sequence

import msgspec

from loyalty import journal as kinds
from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.journal import Entry, decode_entry
from loyalty.wire import Standing
from terminal_app.bootstrap import Shop
from terminal_app.store import journal, ledger, spool


class Side(msgspec.Struct, frozen=True):
    """Balances as one side has them: members with entries, and the sum of their points."""

    members: int
    points: int


class Ledger(msgspec.Struct):
    """Counts and balances folded from the journals of all tills."""

    entries: int = 0
    sales: int = 0
    returns: int = 0
    anonymous: int = 0
    enrolled: int = 0
    points_earned: int = 0
    points_clawed_back: int = 0
    points_redeemed: int = 0
    vouchers_issued: int = 0
    balances: dict[str, Balance] = msgspec.field(default_factory=dict)


class Printed(msgspec.Struct):
    """What became of the receipts: on paper, waiting, or caught in a crash with nobody to tell."""

    printed: int = 0
    waiting: int = 0
    unknown: int = 0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What only this run knows."""

    file: str
    lines: int
    rejected_lines: int
    refused_invoices: int
    rejects_file: str
    posted_now: int
    already_posted: int
    seconds: float
    home: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A replay in numbers; amounts of points are counted up, not below zero.

    `differences` counts members whose balance is not the same in the journals, at head office and
    at each till that knows them, terminals whose day sums head office disputes or whose entries it
    lacks, and entries not yet confirmed.
    """

    invoices: int
    sales: int
    returns: int
    anonymous: int
    lines: int
    rejected_lines: int
    refused_invoices: int
    members: int
    points_earned: int
    points_clawed_back: int
    points_redeemed: int
    vouchers_issued: int
    receipts_printed: int
    receipts_waiting: int
    receipts_unknown: int
    entries: int
    till: Side
    server: Side
    differences: int
    posted_now: int
    already_posted: int
    seconds: float
    lines_per_second: int
    file: str
    rejects_file: str
    home: str


def summarise(tills: Sequence[Shop], standing: Standing, run: Run) -> Summary:
    """Hold the journals of `tills` against head office's `standing`."""
    told = fold_journals(tills)
    papers = _papers(tills)
    return Summary(
        invoices=told.sales + told.returns,
        sales=told.sales,
        returns=told.returns,
        anonymous=told.anonymous,
        lines=run.lines,
        rejected_lines=run.rejected_lines,
        refused_invoices=run.refused_invoices,
        members=len(told.balances),
        points_earned=told.points_earned,
        points_clawed_back=told.points_clawed_back,
        points_redeemed=told.points_redeemed,
        vouchers_issued=told.vouchers_issued,
        receipts_printed=papers.printed,
        receipts_waiting=papers.waiting,
        receipts_unknown=papers.unknown,
        entries=told.entries,
        till=_side(told.balances),
        server=_side(_balances(standing)),
        differences=differences(tills, told, standing),
        posted_now=run.posted_now,
        already_posted=run.already_posted,
        seconds=round(run.seconds, 2),
        lines_per_second=round(run.lines / run.seconds) if run.seconds else 0,
        file=run.file,
        rejects_file=run.rejects_file,
        home=run.home,
    )


def fold_journals(tills: Sequence[Shop]) -> Ledger:
    """What the journals of `tills` come to, read from the first entry to the last.

    What a till wrote again when it went on in a new journal counts there alone.
    """
    told = Ledger()
    for shop in tills:
        again: set[tuple[int, int]] = set()
        identity = shop.identity
        with shop.store.reading() as connection:
            for epoch in (identity.epoch, *reversed(identity.earlier_epochs)):
                for sealed in journal.walk(connection, epoch):
                    entry = decode_entry(sealed.body)
                    if "salvaged" in entry.payload:
                        again.add(tuple(entry.payload["salvaged"]))
                    if (entry.epoch, entry.seq) not in again:
                        _count(told, entry)
    return told


def _count(told: Ledger, entry: Entry) -> None:
    told.entries += 1
    match entry.kind:
        case kinds.EARN:
            told.sales += 1
            told.anonymous += not entry.member
            told.points_earned += entry.points
        case kinds.REVERSE:
            told.returns += 1
            told.points_clawed_back -= entry.points
        case kinds.REDEEM:
            told.points_redeemed -= entry.points
        case kinds.VOUCHER_ISSUED:
            told.vouchers_issued += 1
    if entry.member:
        told.balances[entry.member] = after(told.balances.get(entry.member, NO_BALANCE), entry)


def _papers(tills: Sequence[Shop]) -> Printed:
    papers = Printed()
    for shop in tills:
        with shop.store.reading() as connection:
            counts = spool.counts(connection)
        papers.printed += sum(counts.get(state, 0) for state in spool.DONE_STATES)
        papers.waiting += counts.get(spool.PENDING, 0) + counts.get(spool.PRINTING, 0)
        papers.unknown += counts.get(spool.UNKNOWN, 0)
    return papers


def _balances(standing: Standing) -> dict[str, Balance]:
    return {
        told.member_id: Balance(told.points, told.earned, told.clawed_back, told.redeemed)
        for told in standing.members
    }


def _side(balances: dict[str, Balance]) -> Side:
    return Side(len(balances), sum(balance.points for balance in balances.values()))


def differences(tills: Sequence[Shop], told: Ledger, standing: Standing) -> int:
    """How many balances, terminals and unsent entries keep `tills` and head office apart.

    0 means that the journals, head office and every till's own view say the same.
    """
    server = _balances(standing)
    is_alone = {each.terminal for each in standing.terminals} == {
        shop.identity.terminal for shop in tills
    }
    # A chain that others sell in too knows of entries that are in no journal here.
    views = [told.balances] if is_alone else []
    unsent = 0
    for shop in tills:
        with shop.store.reading() as connection:
            views.append(ledger.balances(connection))
        unsent += shop.till.status().unsent
    names = set(server).union(*views) if is_alone else set().union(*views)
    differing = sum(
        any(view.get(name, NO_BALANCE) != server.get(name, NO_BALANCE) for view in views)
        for name in names
    )
    return differing + unsent + _terminals_that_differ(tills, standing)


def _terminals_that_differ(tills: Sequence[Shop], standing: Standing) -> int:
    held = {(each.terminal, each.epoch): each for each in standing.terminals}
    differing = 0
    for shop in tills:
        with shop.store.reading() as connection:
            head = journal.head(connection, shop.identity.terminal, shop.identity.epoch)
        its = held.get((shop.identity.terminal, shop.identity.epoch))
        if its is None:
            differing += head.seq > 0
        else:
            differing += its.entries != head.seq or its.differences > 0
    return differing

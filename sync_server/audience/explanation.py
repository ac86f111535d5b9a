"""Why a balance is what it is: every entry of a member, the balance after it, and its rule.

The rule is not remembered but applied again, from the entry's own lines and the programme version
it names, so what the page says is what head office itself computes.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, func, select

from loyalty.amounts import decimals_of, plain_amount
from loyalty.errors import EntryInvalid
from loyalty.journal import (
    EARN,
    EVENT,
    REDEEM,
    REVERSE,
    TRANSFER,
    WALLET,
    Entry,
    decode_entry,
)
from loyalty.members import DEFAULT_LANGUAGE
from loyalty.programme.catalogue import COUNT, REWARD
from loyalty.programme.document import Programme
from loyalty.programme.reasons import reasons
from loyalty.programme.sale_facts import PAID_MINOR, RETURNED_SALE
from loyalty.programme.transfers import told_of
from sync_server.store.lines import UNREADABLE
from sync_server.store.programmes import find_programme
from sync_server.store.tables import branches, entries, terminals

ENTRIES_A_PAGE = 100


class ExplainedEntry(msgspec.Struct, frozen=True):
    """One entry, the balance after it, and the rule that its points come from."""

    kind: str
    occurred_at_ms: int
    points: int
    balance: int
    amount_minor: int
    receipt: str
    terminal: str
    branch_name: str
    seq: int
    programme: str
    rule: str


class Explanation(msgspec.Struct, frozen=True):
    """A page of a member's entries, newest first, of `total` entries in all."""

    entries: tuple[ExplainedEntry, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return _pages(self.total)


def explain(connection: Connection, member_id: str, zone: ZoneInfo, page: int = 1) -> Explanation:
    """Page number `page` (from 1) of the entries that make up a member's balance, or the last one;
    `zone` is the shop's.

    The running balance is in the order of the shop's clocks; entries of the same moment go by
    terminal and number.
    """
    order = (entries.c.occurred_at_ms, entries.c.terminal, entries.c.epoch, entries.c.seq)
    numbered = (
        select(
            entries,
            func.sum(entries.c.points).over(order_by=order).label("balance"),
        )
        .where(entries.c.member == member_id)
        .subquery()
    )
    total = connection.execute(
        select(func.count()).select_from(entries).where(entries.c.member == member_id)
    ).scalar_one()
    page = min(page, _pages(total))
    rows = connection.execute(
        select(numbered, branches.c.name.label("branch_name"))
        .outerjoin(terminals, terminals.c.terminal == numbered.c.terminal)
        .outerjoin(branches, branches.c.branch == terminals.c.branch)
        .order_by(*(numbered.c[column.name].desc() for column in order))
        .limit(ENTRIES_A_PAGE)
        .offset((page - 1) * ENTRIES_A_PAGE)
    )
    rule_of = _rules(connection, zone)
    explained = tuple(
        ExplainedEntry(
            row.kind,
            row.occurred_at_ms,
            row.points,
            int(row.balance),
            row.amount_minor,
            row.receipt,
            row.terminal,
            row.branch_name or "",
            row.seq,
            row.programme,
            rule_of(row.body),
        )
        for row in rows
    )
    return Explanation(explained, total, page)


def _pages(total: int) -> int:
    return max(1, -(-total // ENTRIES_A_PAGE))


def _rules(connection: Connection, zone: ZoneInfo) -> Callable[[bytes], str]:
    """A function from an entry's bytes to its rule, which loads each programme once."""
    loaded: dict[str, Programme | None] = {}

    def rule_of(body: bytes) -> str:
        try:
            entry = decode_entry(body)
        except EntryInvalid:
            return ""
        if entry.programme not in loaded:
            loaded[entry.programme] = find_programme(connection, entry.programme)
        return _rule(entry, loaded[entry.programme], zone)

    return rule_of


def _rule(entry: Entry, programme: Programme | None, zone: ZoneInfo) -> str:
    if programme is None:
        return ""
    if entry.kind == REDEEM:
        return _redeemed(entry, programme)
    if entry.kind == WALLET:
        return "by the goods of this receipt"
    if entry.kind == EVENT:
        return f"given for {entry.payload.get('event', 'an event')}"
    if entry.kind == TRANSFER:
        return told_of(entry)
    if entry.kind not in (EARN, REVERSE):
        return ""
    if RETURNED_SALE in entry.payload:
        return "what is left of the sale is less by so much"
    computed = reasons(entry, programme, zone, DEFAULT_LANGUAGE)
    if computed is None:
        return UNREADABLE
    said = " ".join(computed.sentences)
    return f"return: {said}" if entry.kind == REVERSE else said


def _redeemed(entry: Entry, programme: Programme) -> str:
    paid_minor = entry.payload.get(PAID_MINOR)
    if isinstance(paid_minor, int):
        return f"paid {plain_amount(paid_minor, decimals_of(programme.currency))} of a purchase"
    if REWARD in entry.payload:
        return f"paid for {entry.payload.get(COUNT)} of {entry.payload[REWARD]}"
    reward = programme.reward
    return f"{reward.at_points} for a voucher of {reward.voucher}" if reward else ""

"""Cases: what no rule can settle and a person must look at."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from loyalty.journal import Entry
from sync_server.store.statements import inserting
from sync_server.store.tables import cases

FORK = "fork"
CUT_OFF = "cut-off"
COPY = "copy"
CLOCK = "clock"
RESTORED = "restored"
REFUSED = "refused"
DOUBLE_VOUCHER = "double-voucher"
VOUCHER_DIFFERS = "voucher-differs"
PROMISE_DIFFERS = "promise-differs"
EVENT_TOO_OFTEN = "event-too-often"
NEVER_BROUGHT = "never-brought"
"""A referral was paid for a friend whom, as far as the books know, somebody else or nobody
brought."""

HANDED_ON_TOO_MUCH = "handed-on-too-much"
"""A member handed on more in a month than may be, at tills that could not know of each other."""

STALE_STANDING = "stale-standing"
"""What a till knew of a member as it sold was not all that the books knew then."""

RETURNED_TWICE = "returned-twice"
"""Goods of one receipt came back at tills that could not know of each other."""

RETURNS_DIFFER = "returns-differ"
"""Returns of one receipt that did not know of each other came to other points than they should."""

PROGRAMME_UNKNOWN = "programme-unknown"
OVERSPENT = "overspent"
RECLAIMED = "reclaimed"
ENROLLED_TWICE = "enrolled-twice"
STRANGE = "strange"
"""An entry that no till of the product writes: it was made by hand, or by another version."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `case_id` is made of what it is about, so that a repeat opens no second one."""

    case_id: str
    kind: str
    terminal: str
    epoch: int
    seq: int
    member_id: str = ""
    detail: str


def open_cases(connection: Connection, found: Sequence[Case], now_ms: int) -> None:
    """Open `found`; one that is open already stays as it was first seen."""
    if found:
        connection.execute(
            inserting(connection, cases).on_conflict_do_nothing(),
            [{**msgspec.structs.asdict(case), "opened_at_ms": now_ms} for case in found],
        )


def count_cases(connection: Connection) -> int:
    """How many cases there are."""
    return int(connection.execute(select(func.count()).select_from(cases)).scalar_one())


def strange_case(entry: Entry, detail: str) -> Case:
    """The case of an entry that no till of the product writes."""
    return Case(
        case_id=f"{STRANGE}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=STRANGE,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=detail,
    )


def differs_case(entry: Entry, difference: str) -> Case:
    """The case of an entry that promises something else than what is computed."""
    return Case(
        case_id=f"{PROMISE_DIFFERS}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=PROMISE_DIFFERS,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: {difference}.",
    )

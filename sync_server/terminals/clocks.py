"""Clocks of tills: a jump is shown to a person, and settles nothing.

Entries carry two times: the wall clock, which anyone may set, and how long after the entry before
they were written, by a clock that nobody can set. Where the two disagree, the wall clock jumped.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from loyalty.journal import Entry
from loyalty.wire import SyncRequest
from sync_server.store.cases import CLOCK, Case
from sync_server.store.tables import entries
from sync_server.terminals.contact import Contact, has_clock_jumped
from sync_server.terminals.limits import clock_offset_ms

JUMP_MS = 5 * 60_000
"""More than this between the wall clock and the steady one is no drift."""


def clock_cases(contact: Contact, request: SyncRequest, now_ms: int) -> list[Case]:
    """The case of a till whose clock was set since it was heard last, or none."""
    if not has_clock_jumped(contact, request, now_ms):
        return []
    moved_ms = clock_offset_ms(request, now_ms) - contact.clock_offset_ms
    return [
        Case(
            case_id=f"{CLOCK}:{request.terminal}:heard-{contact.last_contact_ms}",
            kind=CLOCK,
            terminal=request.terminal,
            epoch=request.epoch,
            seq=contact.head.seq,
            detail=f"The till's clock moved by {moved_ms / 60_000:.0f} minutes against head "
            "office's since the till was heard before.",
        )
    ]


def jump_cases(connection: Connection, arrived: Sequence[Entry]) -> list[Case]:
    """A case for each of the `arrived` entries of one journal before which its clock jumped."""
    if not any(entry.elapsed_ms for entry in arrived):
        return []
    first = arrived[0]
    before_ms: int | None = connection.execute(
        _RECORDED_BEFORE, {"terminal": first.terminal, "epoch": first.epoch, "seq": first.seq - 1}
    ).scalar()
    found = []
    seq = first.seq - 1
    for entry in arrived:
        if entry.elapsed_ms > 0 and before_ms is not None and entry.seq == seq + 1:
            jump_ms = entry.recorded_at_ms - before_ms - entry.elapsed_ms
            if abs(jump_ms) > JUMP_MS:
                found.append(_jump(entry, jump_ms))
        before_ms, seq = entry.recorded_at_ms, entry.seq
    return found


def _jump(entry: Entry, jump_ms: int) -> Case:
    return Case(
        case_id=f"{CLOCK}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=CLOCK,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        detail=f"Before entry {entry.seq} the till's clock jumped by {jump_ms / 60_000:.0f} "
        "minutes.",
    )


_RECORDED_BEFORE = select(entries.c.recorded_at_ms).where(
    entries.c.terminal == bindparam("terminal"),
    entries.c.epoch == bindparam("epoch"),
    entries.c.seq == bindparam("seq"),
)

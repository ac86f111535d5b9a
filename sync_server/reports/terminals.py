"""Terminals as head office sees them: heard when, how far behind, with a clock how far off."""

import msgspec
from sqlalchemy import Connection, func, select

from sync_server.store.tables import branches, heads, terminals, till_tallies

QUIET_AFTER_MS = 15 * 60_000
"""A till syncs every few seconds; one that was silent this long may hold sales nobody has seen."""

CLOCK_OFF_MS = 2 * 60_000
"""Beyond this a sale near midnight may fall on another day than the shopper's."""

NEVER_ENROLLED = "not set up"
REVOKED = "revoked"
QUIET = "quiet"
HEARD = "in contact"


class TerminalNow(msgspec.Struct, frozen=True):
    """A terminal now.

    `entries_held` counts what arrived over all its journals; `entries_missing` is what the till
    has told of, but not yet handed in. What a quiet till holds beyond that is unknown.
    """

    terminal: str
    branch: str
    branch_name: str
    state: str
    last_contact_ms: int | None
    product_version: str
    clock_offset_ms: int
    entries_held: int
    entries_missing: int

    @property
    def is_clock_off(self) -> bool:
        """Whether its clock is off by enough to matter."""
        return abs(self.clock_offset_ms) > CLOCK_OFF_MS


def terminals_now(connection: Connection, now_ms: int) -> tuple[TerminalNow, ...]:
    """Every terminal of the chain, by branch and name."""
    held = {
        (terminal, epoch): seq
        for terminal, epoch, seq in connection.execute(
            select(heads.c.terminal, heads.c.epoch, heads.c.seq)
        )
    }
    told = connection.execute(
        select(
            till_tallies.c.terminal, till_tallies.c.epoch, func.max(till_tallies.c.last_seq)
        ).group_by(till_tallies.c.terminal, till_tallies.c.epoch)
    )
    missing: dict[str, int] = {}
    for terminal, epoch, last_seq in told:
        behind = max(last_seq - held.get((terminal, epoch), 0), 0)
        missing[terminal] = missing.get(terminal, 0) + behind
    entries_held: dict[str, int] = {}
    for (terminal, _epoch), seq in held.items():
        entries_held[terminal] = entries_held.get(terminal, 0) + seq
    rows = connection.execute(
        select(terminals, branches.c.name.label("branch_name"))
        .join(branches, branches.c.branch == terminals.c.branch)
        .order_by(branches.c.name, terminals.c.terminal)
    )
    return tuple(
        TerminalNow(
            row.terminal,
            row.branch,
            row.branch_name or row.branch,
            _state(row.enrolled_at_ms, row.revoked_at_ms, row.last_contact_ms, now_ms),
            row.last_contact_ms,
            row.product_version,
            row.clock_offset_ms,
            entries_held.get(row.terminal, 0),
            missing.get(row.terminal, 0),
        )
        for row in rows
    )


def _state(
    enrolled_at_ms: int | None, revoked_at_ms: int | None, last_contact_ms: int | None, now_ms: int
) -> str:
    if revoked_at_ms is not None:
        return REVOKED
    if enrolled_at_ms is None:
        return NEVER_ENROLLED
    if last_contact_ms is None or now_ms - last_contact_ms > QUIET_AFTER_MS:
        return QUIET
    return HEARD

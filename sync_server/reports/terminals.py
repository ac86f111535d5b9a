"""Terminals as head office sees them: heard when, how far behind, with a clock how far off, and
what it stands to lose by each."""

import msgspec
from sqlalchemy import Connection, func, select

from sync_server.reports.rights import held_by_terminal
from sync_server.store.held import DAY_MS
from sync_server.store.tables import branches, heads, journals, quarantine, terminals, till_tallies
from sync_server.store.terms import offline_terms

QUIET_AFTER_MS = 15 * 60_000
"""A till syncs every few seconds; one that was silent this long may hold sales nobody has seen."""

CLOCK_OFF_MS = 2 * 60_000
"""Beyond this a sale near midnight may fall on another day than the shopper's."""

MAX_REFUSED_NAMED = 20
"""Of each terminal, the newest; the count has all of them."""

NEVER_ENROLLED = "not set up"
REVOKED = "revoked"
QUIET = "quiet"
HEARD = "in contact"


class RefusedEntry(msgspec.Struct, frozen=True):
    """An entry that head office keeps but does not count, and why."""

    epoch: int
    seq: int
    reason: str


class TerminalNow(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal now.

    `entries_held` counts what arrived over all its journals, `epochs`; `entries_missing` is what
    the till has told of, but not yet handed in. `waiting_…` is what it said at the last contact
    that it had not sent: entries, points earned less taken, sales less returns in minor units.
    What a quiet till holds beyond that is unknown. `rights_held` are the points that it may spend
    until `lease_until_ms` with nobody knowing: the exposure. Entries in `refused` do not count.
    """

    terminal: str
    branch: str
    branch_name: str
    state: str
    last_contact_ms: int | None
    product_version: str
    clock_offset_ms: int
    epochs: tuple[int, ...]
    entries_held: int
    entries_missing: int
    waiting_entries: int
    waiting_points: int
    waiting_minor: int
    rights_held: int
    lease_until_ms: int | None
    refused_count: int
    refused: tuple[RefusedEntry, ...]

    @property
    def is_clock_off(self) -> bool:
        """Whether its clock is off by enough to matter."""
        return abs(self.clock_offset_ms) > CLOCK_OFF_MS


def terminals_now(connection: Connection, now_ms: int) -> tuple[TerminalNow, ...]:
    """Every terminal of the chain, by branch and name."""
    held, missing = _entries(connection)
    rights = held_by_terminal(connection)
    refused = _refused(connection)
    epochs: dict[str, tuple[int, ...]] = {}
    for terminal, epoch in connection.execute(_JOURNALS):
        epochs[terminal] = (*epochs.get(terminal, ()), epoch)
    lease_ms = offline_terms(connection).days * DAY_MS
    return tuple(
        TerminalNow(
            terminal=row.terminal,
            branch=row.branch,
            branch_name=row.branch_name or row.branch,
            state=_state(row.enrolled_at_ms, row.revoked_at_ms, row.last_contact_ms, now_ms),
            last_contact_ms=row.last_contact_ms,
            product_version=row.product_version,
            clock_offset_ms=row.clock_offset_ms,
            epochs=epochs.get(row.terminal, ()),
            entries_held=held.get(row.terminal, 0),
            entries_missing=missing.get(row.terminal, 0),
            waiting_entries=row.waiting_entries,
            waiting_points=row.waiting_points,
            waiting_minor=row.waiting_minor,
            rights_held=rights.get(row.terminal, 0),
            lease_until_ms=row.last_contact_ms + lease_ms if row.last_contact_ms else None,
            refused_count=len(refused.get(row.terminal, ())),
            refused=tuple(refused.get(row.terminal, ())[:MAX_REFUSED_NAMED]),
        )
        for row in connection.execute(_TERMINALS)
    )


def _entries(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Entries that each terminal handed in, and those that it told of beyond them."""
    head_of = {(row.terminal, row.epoch): row.seq for row in connection.execute(_HEADS)}
    missing: dict[str, int] = {}
    for terminal, epoch, last_seq in connection.execute(_TOLD):
        behind = max(last_seq - head_of.get((terminal, epoch), 0), 0)
        missing[terminal] = missing.get(terminal, 0) + behind
    held: dict[str, int] = {}
    for (terminal, _epoch), seq in head_of.items():
        held[terminal] = held.get(terminal, 0) + seq
    return held, missing


def _refused(connection: Connection) -> dict[str, list[RefusedEntry]]:
    refused: dict[str, list[RefusedEntry]] = {}
    for row in connection.execute(_REFUSED):
        one = RefusedEntry(row.epoch, row.seq, row.reason)
        refused.setdefault(row.terminal, []).append(one)
    return refused


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


_HEADS = select(heads.c.terminal, heads.c.epoch, heads.c.seq)
_TOLD = select(
    till_tallies.c.terminal, till_tallies.c.epoch, func.max(till_tallies.c.last_seq)
).group_by(till_tallies.c.terminal, till_tallies.c.epoch)
_JOURNALS = select(journals.c.terminal, journals.c.epoch).order_by(
    journals.c.terminal, journals.c.epoch
)
_REFUSED = (
    select(quarantine.c.terminal, quarantine.c.epoch, quarantine.c.seq, quarantine.c.reason)
    .where(quarantine.c.in_chain)
    .order_by(quarantine.c.terminal, quarantine.c.received_at_ms.desc(), quarantine.c.seq.desc())
)
_TERMINALS = (
    select(terminals, branches.c.name.label("branch_name"))
    .join(branches, branches.c.branch == terminals.c.branch)
    .order_by(branches.c.name, terminals.c.terminal)
)

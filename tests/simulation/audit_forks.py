"""G4: where a till wrote another history than head office holds, both are kept, and it is said."""

import sqlite3
from collections.abc import Iterator, Mapping

from tests.simulation.evidence import Row
from tests.simulation.witness import Breach, Witness

_EVIDENCE = "SELECT terminal, epoch, seq, body FROM quarantine WHERE NOT in_chain"
_CASES = "SELECT terminal, epoch, seq FROM cases WHERE kind = 'fork'"


def audit_forks(
    connection: sqlite3.Connection,
    witness: Witness,
    chain: list[Row],
    journals: Mapping[str, list[Row]],
) -> Iterator[Breach]:
    """Second histories without their case, or whose first entry head office did not keep.

    Books that were put back forget evidence; a till that has left the journal has no reason to
    send it again.
    """
    if witness.office_was_put_back:
        return
    held = {(row.terminal, row.epoch, row.seq): row.body for row in chain}
    evidence = {
        (terminal, epoch, seq, bytes(body))
        for terminal, epoch, seq, body in connection.execute(_EVIDENCE)
    }
    cases = connection.execute(_CASES).fetchall()
    for name, rows in journals.items():
        seen = set()
        for row in rows:
            place = (row.terminal, row.epoch)
            other = held.get((*place, row.seq))
            if place in seen or other is None or other == row.body:
                continue
            seen.add(place)
            if not any(case[:2] == place and case[2] <= row.seq for case in cases):
                yield Breach("G4", f"{name}: {place} parts at entry {row.seq}, and no case says so")
            if (*place, row.seq, row.body) not in evidence:
                yield Breach(
                    "G4", f"{name}: {place} parts at entry {row.seq}, of which no evidence is kept"
                )

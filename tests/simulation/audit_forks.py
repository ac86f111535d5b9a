"""G4: where a till wrote another history than head office holds, both are kept, and it is said."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach, Witness

_EVIDENCE = "SELECT terminal, epoch, seq, body FROM quarantine WHERE NOT in_chain"
_CASES = "SELECT case_id, kind, terminal, epoch, seq FROM cases"
_LEFT = ("cut-off", "copy")
"""Cases of a till that left its journal for another reason than that entries of it differed."""


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
    books = _Books.of(connection, chain)
    for name, rows in journals.items():
        seen = set()
        for row in rows:
            place = (row.terminal, row.epoch)
            other = books.held.get((*place, row.seq))
            if place in seen or other is None or other == row.body:
                continue
            seen.add(place)
            if not books.says(row):
                yield Breach("G4", f"{name}: {place} parts at entry {row.seq}, and no case says so")
            if not books.keeps(row):
                yield Breach(
                    "G4", f"{name}: {place} parts at entry {row.seq}, of which no evidence is kept"
                )


@dataclass(frozen=True)
class _Books:
    """What head office holds of journals, of second histories, and the cases it opened.

    `moved` are entries that stood elsewhere first, by terminal and the place where they did.
    """

    held: Mapping[tuple[str, int, int], bytes]
    evidence: frozenset[tuple[str, int, int, bytes]]
    cases: list[tuple[str, str, str, int, int]]
    moved: Mapping[tuple[str, tuple[int, int]], list[Fields]]

    @staticmethod
    def of(connection: sqlite3.Connection, chain: list[Row]) -> "_Books":
        moved: dict[tuple[str, tuple[int, int]], list[Fields]] = {}
        for row in chain:
            fields = row.fields
            if fields is not None and fields.is_salvaged:
                moved.setdefault((row.terminal, fields.stood_at), []).append(fields)
        return _Books(
            {(row.terminal, row.epoch, row.seq): row.body for row in chain},
            frozenset(
                (terminal, epoch, seq, bytes(body))
                for terminal, epoch, seq, body in connection.execute(_EVIDENCE)
            ),
            connection.execute(_CASES).fetchall(),
            moved,
        )

    def says(self, row: Row) -> bool:
        """Whether a case names the place, or the journal in which the entry stands now."""
        place = (row.terminal, row.epoch)
        return self._has_left(row) or any(
            kind == "fork" and (terminal, epoch) == place and seq <= row.seq
            for _, kind, terminal, epoch, seq in self.cases
        )

    def keeps(self, row: Row) -> bool:
        """Whether the bytes are kept, or the entry in another journal when they were never sent.

        A till that knows that its end was cut off sends nothing more in that journal: what it
        writes until it has its next one comes there. Where a case says that head office was sent
        another entry under this number, bytes of one must be there: a copy's may have come first.
        """
        place = (row.terminal, row.epoch, row.seq)
        if (*place, row.body) in self.evidence:
            return True
        if not self._moved(row) or not (self._has_left(row) or self._has_lost(row)):
            return False
        case_id = "fork:{}:{}:{}".format(*place)
        was_sent = any(case[0] == case_id for case in self.cases)
        return not was_sent or any(kept[:3] == place for kept in self.evidence)

    def _has_left(self, row: Row) -> bool:
        """Whether the entry stands in a journal for which its till left this one as cut off."""
        named = {
            f"{kind}:{row.terminal}:{row.epoch}:new-{one.epoch}"
            for kind in _LEFT
            for one in self._moved(row)
        }
        return any(case[0] in named for case in self.cases)

    def _has_lost(self, row: Row) -> bool:
        """Whether a case says that the till's journal ended before this entry."""
        journal = f"fork:{row.terminal}:{row.epoch}:"
        return any(
            case_id.startswith(journal) and "-" in case_id.removeprefix(journal)
            for case_id, _, _, _, seq in self.cases
            if 0 < seq <= row.seq
        )

    def _moved(self, row: Row) -> list[Fields]:
        """The same entry where its till wrote it again: all but its place and its time there."""
        fields = row.fields
        if fields is None:
            return []
        wanted = _apart_from_place(fields)
        found = self.moved.get((row.terminal, fields.stood_at), [])
        return [one for one in found if one.epoch != row.epoch and _apart_from_place(one) == wanted]


def _apart_from_place(fields: Fields) -> Fields:
    payload = {key: value for key, value in fields.payload.items() if key != "salvaged"}
    return replace(fields, epoch=0, seq=0, recorded_at_ms=0, payload=payload)

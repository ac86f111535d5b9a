"""What the entries make: every sum in the books folded again from nothing, journal by journal.

It counts as head office counted when they came: a grant for what is written down under its draw,
a release for no more than the journal held.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.journal import (
    EARN,
    ENROL,
    REVERSE,
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    Entry,
)
from loyalty.rights import NO_RIGHTS, Rights, points_of, releasable, voucher_of
from loyalty.sums import added, latest, sums_in
from loyalty.tallies import DayTally, counted
from sync_server.reconcile.enrolled import Enrolled, enrolled_by
from sync_server.store.tables import grants

JournalMember = tuple[str, int, str]
"""Terminal, epoch, member."""

Written = Mapping[int, tuple[str, str, int]]
"""The grants of one journal as they are written down, by the number of their draw: member,
voucher or nothing, points or 1."""

NO_SALES = (0, 0)


class Made(msgspec.Struct):
    """What the entries make, as far as they were read.

    `parts`, `rights` and what is `counted` (`loyalty.sums`) are of each member in each journal,
    `sales` are a member's sales and what they came to less returns, in minor units. `enrolled` has
    each member's enrolments, `unfounded` the rights entries that are not what was granted.
    """

    parts: dict[JournalMember, Balance] = {}
    counted: dict[JournalMember, dict[str, int]] = {}
    rights: dict[JournalMember, Rights] = {}
    sales: dict[str, tuple[int, int]] = {}
    tallies: dict[tuple[str, int, str], DayTally] = {}
    enrolled: dict[str, list[Enrolled]] = {}
    unfounded: list[tuple[str, int, int]] = []
    _taken: set[tuple[str, int, int]] = set()

    def count(self, entry: Entry, day: str, written: Written) -> None:
        """Count the next entry of its journal, which happened on `day`."""
        key = (entry.terminal, entry.epoch, day)
        self.tallies[key] = counted(self.tallies.get(key) or DayTally(day), entry)
        if not entry.member:
            return
        journal = (entry.terminal, entry.epoch, entry.member)
        self.parts[journal] = after(self.parts.get(journal, NO_BALANCE), entry)
        if more := sums_in(entry):
            self.counted[journal] = latest(added(self.counted.get(journal, {}), more))
        if entry.kind in (EARN, REVERSE):
            sales, sales_minor = self.sales.get(entry.member, NO_SALES)
            is_sale = entry.kind == EARN
            self.sales[entry.member] = (sales + is_sale, sales_minor + entry.amount_minor)
        elif entry.kind == ENROL:
            self.enrolled.setdefault(entry.member, []).append(enrolled_by(entry))
        elif entry.kind == RIGHTS_GRANT:
            self._grant(entry, written)
        elif entry.kind == RIGHTS_RELEASE:
            self._release(journal, points_of(entry))

    def balances(self) -> dict[str, Balance]:
        """What each member has: the sum of the parts."""
        found: dict[str, Balance] = {}
        for (_, _, member), part in self.parts.items():
            sum_ = found.get(member, NO_BALANCE)
            found[member] = Balance(
                points=sum_.points + part.points,
                earned=sum_.earned + part.earned,
                clawed_back=sum_.clawed_back + part.clawed_back,
                redeemed=sum_.redeemed + part.redeemed,
            )
        return found

    def _grant(self, entry: Entry, written: Written) -> None:
        number = entry.payload["draw"]
        row = written.get(number)
        draw = (entry.terminal, entry.epoch, number)
        said = (entry.member, voucher_of(entry), points_of(entry) or 1)
        is_again = draw in self._taken
        if is_again or row is None or row != said:
            self.unfounded.append((entry.terminal, entry.epoch, entry.seq))
        if is_again or row is None:
            return
        self._taken.add(draw)
        member, voucher, points = row
        if not voucher:
            journal = (entry.terminal, entry.epoch, member)
            before = self.rights.get(journal, NO_RIGHTS)
            self.rights[journal] = Rights(before.granted + points, before.released)

    def _release(self, journal: JournalMember, points: int) -> None:
        before = self.rights.get(journal, NO_RIGHTS)
        held = self.parts[journal].points + before.granted - before.released
        counting = releasable(points, held)
        self.rights[journal] = Rights(before.granted, before.released + counting)


def written_grants(connection: Connection, terminal: str, epoch: int) -> Written:
    """The grants of a journal."""
    rows = connection.execute(_WRITTEN, {"terminal": terminal, "epoch": epoch})
    return {row.number: (row.member_id, row.voucher, row.points) for row in rows}


_WRITTEN = select(grants.c.number, grants.c.member_id, grants.c.voucher, grants.c.points).where(
    grants.c.terminal == bindparam("terminal"), grants.c.epoch == bindparam("epoch")
)

"""Tills as far as rights go: what each believes to hold, from its own entries and nothing else."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, select

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import (
    EARN,
    REDEEM,
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    decode_entry,
)
from loyalty.rights import fold_rights
from loyalty.wire import Draw, Recall, SyncRequest
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading
from sync_server.store.held import HELD
from sync_server.store.tables import holdings, journals, standings
from sync_server.terminals.ingest import Ingest, Taken
from tests.contract.server_core.journals import ZONE, Journal, meddling


class RightsTill(Journal):
    """A till that draws, takes grants, releases what is asked back, and obeys its lease."""

    def __init__(self, terminal: str, clock: Clock, epoch: int = 1) -> None:
        super().__init__(terminal, epoch)
        self.clock = clock
        self.acknowledged = 0
        self.open: dict[int, Draw] = {}
        self.drawn = 0
        self.lease_until_ms = 0
        self.vouchers: set[str] = set()
        self.last_frame: SyncRequest | None = None

    def held(self, member: str) -> int:
        """Points that this till may spend while its lease lasts."""
        entries = [decode_entry(body) for body in self.bodies]
        rights = fold_rights(entries).get(member)
        own = sum(entry.points for entry in entries if entry.member == member)
        return own + (rights.granted - rights.released if rights else 0)

    def may_spend(self, member: str) -> int:
        return max(self.held(member), 0) if self.is_leased() else 0

    def is_leased(self) -> bool:
        return epoch_ms(self.clock()) <= self.lease_until_ms

    def redeem(self, member: str, points: int) -> None:
        assert points <= self.may_spend(member)
        self.add(REDEEM, member, -points)

    def draw(self, member: str, points: int = 0, voucher: str = "") -> int:
        self.drawn += 1
        self.open[self.drawn] = Draw(self.drawn, member, points, voucher)
        return self.drawn

    def release(self, member: str, points: int = 0, voucher: str = "") -> None:
        if voucher:
            self.vouchers.discard(voucher)
            self.add(RIGHTS_RELEASE, member, payload={"voucher": voucher})
        else:
            self.add(RIGHTS_RELEASE, member, payload={"points": points})

    def request(self, **changed: Any) -> SyncRequest:
        draws = tuple(self.open[number] for number in sorted(self.open))
        said = {"draws": draws, "tallies": (), "sent_at_ms": epoch_ms(self.clock()), **changed}
        self.last_frame = self.frame(self.acknowledged + 1, **said)
        return self.last_frame

    def sync(self, ingest: Ingest, *, is_lost: bool = False, keeps: Sequence[str] = ()) -> Taken:
        """Send all there is; a reply that `is_lost` is never seen. What is asked back of the
        members in `keeps`, who are being served, stays."""
        taken = ingest.take(self.request())
        if not is_lost:
            self.hear(taken, keeps)
        return taken

    def hear(self, taken: Taken, keeps: Sequence[str] = ()) -> None:
        self.acknowledged = max(self.acknowledged, taken.head.seq)
        self.lease_until_ms = taken.rights.rights_until_ms
        for grant in taken.rights.grants:
            draw = self.open.pop(grant.number, None)
            if draw is None or not grant.points:
                continue
            facts: dict[str, Any] = {"draw": grant.number}
            if draw.voucher:
                self.vouchers.add(draw.voucher)
                facts["voucher"] = draw.voucher
            else:
                facts["points"] = grant.points
            self.add(RIGHTS_GRANT, draw.member_id, payload=facts)
        for recall in taken.rights.recalls:
            if recall.member_id not in keeps:
                self._honour(recall)

    def _honour(self, recall: Recall) -> None:
        if recall.voucher:
            if recall.voucher in self.vouchers:
                self.release(recall.member_id, voucher=recall.voucher)
            return
        points = min(recall.points, self.held(recall.member_id))
        if points > 0:
            self.release(recall.member_id, points)

    def earned(self) -> int:
        return sum(entry.points for entry in map(decode_entry, self.bodies) if entry.kind == EARN)


Tills = tuple[RightsTill, ...]


def rights_tills(engine: Engine, clock: Clock, *terminals: str) -> Tills:
    """The tills of these terminals; every terminal has the first of its journals alone."""
    one_journal_each(engine)
    return tuple(RightsTill(terminal, clock) for terminal in terminals)


def in_touch(engine: Engine, ingest: Ingest, clock: Clock, *terminals: str) -> Tills:
    """Tills of these terminals that were in touch; the first of them earned 500 for anna."""
    tills = rights_tills(engine, clock, *terminals)
    tills[0].sale("anna", 500)
    for till in tills:
        till.sync(ingest)
    return tills


def one_journal_each(engine: Engine) -> None:
    """Leave every terminal the first of its journals alone: nothing followed it."""
    with meddling(engine) as connection:
        connection.execute(delete(journals).where(journals.c.epoch > 1))


def findings(engine: Engine) -> list[str]:
    """All that is wrong with head office's books, and where."""
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


def books_hold(engine: Engine) -> None:
    assert findings(engine) == []


def pool_of(engine: Engine, member: str) -> int:
    with engine.begin() as connection:
        statement = select(standings.c.pool).where(standings.c.member_id == member)
        return int(connection.execute(statement).scalar() or 0)


def held_at(engine: Engine, terminal: str, member: str, epoch: int = 1) -> int:
    with engine.begin() as connection:
        statement = select(HELD).where(
            holdings.c.member_id == member,
            holdings.c.terminal == terminal,
            holdings.c.epoch == epoch,
        )
        return int(connection.execute(statement).scalar() or 0)

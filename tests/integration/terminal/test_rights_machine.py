"""Any day at the counter: rights are never overspent, and the books hold after every step.

Hypothesis makes the days: scans, sales, returns, syncs whose answers are lost or come late, grants,
recalls, rights taken back from a silent till, a clock that is moved, programs that start anew.
"""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.clock import epoch_ms
from loyalty.identifiers import minted_card
from loyalty.journal import REVERSE, RIGHTS_GRANT, RIGHTS_RELEASE, Entry
from loyalty.members import Member
from loyalty.rights import points_of
from loyalty.wire import SyncReply, SyncRequest
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands import ledger_checks
from terminal_app.store.settings import MOMENT_STEP_MS, require_identity
from terminal_app.sync.rounds import compose
from terminal_app.sync.taking import take
from terminal_app.till.answers import GoodsReturn, KnownMember, Sale
from tests.integration.terminal.office_model import DAY_MS, LEASE_DAYS, OfficeModel
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    goods,
    known,
    posted,
)

MEMBERS = tuple(
    Member(member_id=minted_card(9, number), card=minted_card(9, number), branch=branch)
    for number, branch in enumerate(("KRK", "WAW"), 1)
)
WHO = st.sampled_from([member.member_id for member in MEMBERS])
POINTS = st.sampled_from((1, 60, 340, 499, 500, 900, 1_700))
DELIVERIES = st.sampled_from(("taken", "taken", "twice", "lost", "late"))


class RightsMachine(RuleBasedStateMachine):
    """A till on a real database against a head office in a page of sums."""

    @initialize()
    def open(self) -> None:
        self.closing = ExitStack()
        self.home = Path(self.closing.enter_context(tempfile.TemporaryDirectory())) / "till"
        self.clock = ShopClock()
        found_till(self.home)
        self.office = OfficeModel("KRK-1", MEMBERS, epoch_ms(self.clock()))
        self.late: list[tuple[SyncRequest, SyncReply]] = []
        self.lease_ms = 0
        self.seen_ms = 0
        self.seen_entries = 0
        for member in MEMBERS:
            self.office.move_elsewhere(member.member_id, 1_200)
            self.office.release_elsewhere(member.member_id)
        self._start()
        self.sync("taken")

    def _start(self) -> None:
        self.running = ExitStack()
        self.shop: Shop = self.running.enter_context(open_till(self.home, clock=self.clock))

    def teardown(self) -> None:
        if hasattr(self, "running"):
            self.running.close()
            try:
                assert faults_of(self.home) == []
            finally:
                self.closing.close()

    @rule(who=WHO)
    def scan(self, who: str) -> None:
        seen = known(self.shop.till.identify(who))
        assert isinstance(seen, KnownMember)
        assert 0 <= seen.safe.points <= max(seen.balance.points, 0)
        assert seen.safe.held == self._held(who)

    @rule(who=WHO, points=POINTS)
    def sell(self, who: str, points: int) -> None:
        before = self._held(who)
        quoted = self.shop.till.quote(goods(points * 100), who)
        receipt = posted(
            self.shop.till.sell(Sale(basket=goods(points * 100), member_id=who))
        ).receipt
        assert receipt.points == points
        assert receipt.balance == quoted.balance_after  # type: ignore[union-attr]
        if receipt.points_redeemed:
            # Spent is what was held, or earned this moment; and only while rights last.
            assert receipt.points_redeemed <= before + points
            now_ms = epoch_ms(self.clock())
            assert max(now_ms, self.seen_ms) < self.lease_ms
        self._note_moment()

    @rule(who=WHO, points=st.integers(1, 200))
    def take_back(self, who: str, points: int) -> None:
        posted(self.shop.till.take_back(GoodsReturn(basket=goods(points * 100), member_id=who)))
        self._note_moment()

    @rule(delivery=DELIVERIES)
    def sync(self, delivery: str) -> None:
        request = compose(self.shop.store, self.clock, "0.1.0")
        self._note_moment()
        reply = self.office.answer(request)
        if delivery in ("taken", "twice"):
            self._take(request, reply)
        if delivery == "twice":
            self._take(request, reply)
        elif delivery == "late":
            self.late.append((request, reply))

    @precondition(lambda self: self.late)
    @rule()
    def an_answer_comes_late(self) -> None:
        """Another program of the till had asked before, and takes its answer only now."""
        self._take(*self.late.pop(0))

    @rule(who=WHO, points=POINTS)
    def earn_elsewhere(self, who: str, points: int) -> None:
        self.office.move_elsewhere(who, points)

    @rule(who=WHO, points=POINTS)
    def spend_elsewhere(self, who: str, points: int) -> None:
        self.office.move_elsewhere(who, -max(min(points, self.office.held_elsewhere[who]), 0))

    @rule(who=WHO, points=POINTS)
    def draw_elsewhere(self, who: str, points: int) -> None:
        self.office.draw_elsewhere(who, points)

    @rule(who=WHO)
    def release_elsewhere(self, who: str) -> None:
        self.office.release_elsewhere(who)

    @rule(hours=st.sampled_from((0, 1, 30, 24 * 8, 24 * 15)))
    def time_goes_by(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours, minutes=6)
        self.office.now_ms += hours * 3_600_000 + 360_000

    @rule(days=st.integers(-20, 20))
    def the_clock_is_set(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    @rule()
    def start_anew(self) -> None:
        self.running.close()
        self._start()

    @invariant()
    def rights_add_up(self) -> None:
        if not hasattr(self, "office"):
            return
        for member in MEMBERS:
            who = member.member_id
            assert self.office.pool[who] >= 0
            held = self.office.held(who) + self.office.held_elsewhere[who]
            assert held + self.office.pool[who] == self.office.points(who)

    @invariant()
    def nothing_is_overspent(self) -> None:
        """Beyond returns, and what was taken back without this till's word, nobody is in debt."""
        if not hasattr(self, "office"):
            return
        entries = self._entries()
        for member in MEMBERS:
            who = member.member_id
            own = [entry for entry in entries if entry.member == who]
            clawed = -sum(entry.points for entry in own if entry.kind == REVERSE)
            balance = sum(entry.points for entry in own) + self.office.elsewhere[who]
            assert balance >= -clawed - self.office.ever_reclaimed[who]
            granted = [entry for entry in own if entry.kind == RIGHTS_GRANT]
            numbers = [entry.payload["draw"] for entry in granted]
            assert len(set(numbers)) == len(numbers), "a grant was taken twice"
            taken = sum(points_of(entry) for entry in granted)
            assert taken <= self.office.granted[who]

    @invariant()
    def the_books_hold(self) -> None:
        if not hasattr(self, "office"):
            return
        with self.shop.store.writing() as connection:
            identity = require_identity(connection)
            assert ledger_checks.verify(connection, identity) == []
            assert ledger_checks.rebuild(connection, identity).different == ()

    def _take(self, request: SyncRequest, reply: SyncReply) -> None:
        take(self.shop.store, request, reply, self.clock)
        now_ms = epoch_ms(self.clock())
        lasts_ms = reply.rights_until_ms - reply.server_time_ms
        assert lasts_ms <= LEASE_DAYS * DAY_MS
        self.lease_ms = max(min(request.sent_at_ms, now_ms) + lasts_ms, 1)
        self.seen_ms = max(self.seen_ms, now_ms)

    def _note_moment(self) -> None:
        """The till has seen this moment; it writes moments down a step apart."""
        self.seen_ms = max(self.seen_ms, epoch_ms(self.clock()) - MOMENT_STEP_MS)

    def _held(self, who: str) -> int:
        """The rights of the till, folded by hand from its own entries."""
        held = 0
        for entry in self._entries():
            if entry.member == who:
                held += entry.points + _moved(entry)
        return held

    def _entries(self) -> list[Entry]:
        with self.shop.store.reading() as connection:
            return entries_in(connection)


def _moved(entry: Entry) -> int:
    points = points_of(entry)
    return {RIGHTS_GRANT: points, RIGHTS_RELEASE: -points}.get(entry.kind, 0)


TestRights = RightsMachine.TestCase
TestRights.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

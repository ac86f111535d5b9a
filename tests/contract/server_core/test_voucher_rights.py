"""The right to take a voucher offline: one journal has it, or head office; never two."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine

from loyalty.wire import Grant, Recall, SyncRequest, VoucherChange
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading
from sync_server.terminals.feed import Journal as Told
from sync_server.terminals.feed import news_for
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import (
    TILLS,
    ZONE,
    ShopClock,
    found_chain,
    head_office,
    rows,
)
from tests.contract.server_core.rights_tills import RightsTill, one_journal_each

Tills = tuple[RightsTill, RightsTill]

EXAMPLES = {"sqlite": 30, "postgresql": 10}
STEPS = 30
HEAL_ROUNDS = 5


def issue(till: RightsTill) -> str:
    """Earn a voucher for anna at `till` and issue it there."""
    till.sale("anna", 500)
    number = till.reward("anna")
    till.vouchers.add(number)
    return number


def use(till: RightsTill, number: str) -> None:
    till.vouchers.discard(number)
    till.spend(number)


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    one_journal_each(engine)
    return RightsTill("KRK-1", clock), RightsTill("WAW-1", clock)


def holder(engine: Engine) -> str:
    [row] = rows(engine, "vouchers")
    return f"{row['held_terminal']}.{row['held_epoch']}" if row["held_terminal"] else ""


def test_the_till_that_issues_holds_until_it_releases(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    number = issue(first)
    first.sync(ingest)
    assert holder(engine) == "KRK-1.1"
    first.release("anna", voucher=number)
    first.sync(ingest)
    assert holder(engine) == ""
    second.draw("anna", voucher=number)
    assert second.sync(ingest).rights.grants == (Grant(1, 1),)
    assert (holder(engine), second.vouchers) == ("WAW-1.1", {number})
    second.sync(ingest)
    with reading(engine) as connection:
        told = news_for(connection, Told("KRK-1", 1), 0).changes
    [change] = [one for one in told if isinstance(one, VoucherChange)]
    assert (change.number, change.held_by) == (number, "WAW-1.1")


def test_a_voucher_held_elsewhere_is_asked_back(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    number = issue(first)
    first.sync(ingest)
    second.draw("anna", voucher=number)
    assert second.sync(ingest).rights.grants == (Grant(1, 0, "held-elsewhere"),)
    assert first.sync(ingest).rights.recalls == (Recall("anna", 1, number),)
    first.sync(ingest)
    assert (holder(engine), rows(engine, "recalls")) == ("", [])
    second.draw("anna", voucher=number)
    second.sync(ingest)
    assert second.vouchers == {number}


def test_a_voucher_used_where_it_is_held_is_not_asked_for_any_more(
    engine: Engine, ingest: Ingest, tills: Tills
) -> None:
    first, second = tills
    number = issue(first)
    first.sync(ingest)
    second.draw("anna", voucher=number)
    second.sync(ingest)
    use(first, number)
    assert first.sync(ingest).rights.recalls == ()
    second.draw("anna", voucher=number)
    assert second.sync(ingest).rights.grants == (Grant(2, 0, "none"),)


def test_the_voucher_of_a_silent_till_is_taken_back(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    number = issue(first)
    first.sync(ingest)
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", voucher=number)
    second.sync(ingest)
    assert second.vouchers == {number}
    [case] = rows(engine, "cases")
    assert (case["kind"], case["terminal"]) == ("reclaimed", "KRK-1")
    # It comes back: it may take nothing until it has given the voucher up.
    assert first.sync(ingest).rights.recalls == (Recall("anna", 1, number),)
    assert (first.is_leased(), first.vouchers) == (False, set())
    first.sync(ingest)
    assert (first.is_leased(), holder(engine)) == (True, "WAW-1.1")


def test_a_voucher_that_was_taken_twice_names_both_tills(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    number = issue(first)
    first.sync(ingest)
    use(first, number)
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", voucher=number)
    second.sync(ingest)
    use(second, number)
    second.sync(ingest)
    first.sync(ingest)
    kinds = [case["kind"] for case in rows(engine, "cases")]
    assert sorted(kinds) == ["double-voucher", "reclaimed"]


class VoucherMachine(RuleBasedStateMachine):
    """Tills that issue, use, release and draw vouchers over a line that loses and repeats."""

    engine: Engine

    @initialize()
    def found(self) -> None:
        found_chain(self.engine)
        self.clock = ShopClock()
        self.ingest: Ingest = head_office(self.engine, self.clock)
        one_journal_each(self.engine)
        self.tills = [RightsTill(name, self.clock) for name in TILLS]
        self.numbers: list[str] = []
        self.uses: dict[str, int] = {}
        self.old: list[SyncRequest] = []

    @rule(till=st.integers(0, 2))
    def issue(self, till: int) -> None:
        self.numbers.append(issue(self.tills[till]))

    @rule(till=st.integers(0, 2), place=st.integers(0, 9))
    def use(self, till: int, place: int) -> None:
        one = self.tills[till]
        held = sorted(one.vouchers)
        if held and (one.is_leased() or one.acknowledged == 0):
            number = held[place % len(held)]
            use(one, number)
            self.uses[number] = self.uses.get(number, 0) + 1

    @rule(till=st.integers(0, 2))
    def release(self, till: int) -> None:
        for number in sorted(self.tills[till].vouchers)[:1]:
            self.tills[till].release("anna", voucher=number)

    @rule(till=st.integers(0, 2), place=st.integers(0, 9))
    def draw(self, till: int, place: int) -> None:
        if self.numbers:
            self.tills[till].draw("anna", voucher=self.numbers[place % len(self.numbers)])

    @rule(till=st.integers(0, 2), is_lost=st.booleans())
    def sync(self, till: int, is_lost: bool) -> None:
        self.tills[till].sync(self.ingest, is_lost=is_lost)
        frame = self.tills[till].last_frame
        assert frame is not None
        self.old.append(frame)

    @rule(place=st.integers(0, 50))
    def repeat(self, place: int) -> None:
        if self.old:
            self.ingest.take(self.old[place % len(self.old)])

    @rule(days=st.sampled_from((0, 1, 20)))
    def wait(self, days: int) -> None:
        self.clock.move(timedelta(days=days, minutes=1))

    @invariant()
    def a_voucher_is_used_once(self) -> None:
        """Twice only where it was taken back from a silent till, which a case names."""
        reclaimed = [c["detail"] for c in rows(self.engine, "cases") if c["kind"] == "reclaimed"]
        for number, uses in self.uses.items():
            taken_back = sum(f"voucher {number} " in detail for detail in reclaimed)
            assert uses <= 1 + taken_back

    def teardown(self) -> None:
        if not hasattr(self, "tills"):
            return
        for _ in range(HEAL_ROUNDS):
            for till in self.tills:
                till.sync(self.ingest)
        with reading(self.engine) as connection:
            assert list(verify_books(connection, ZONE)) == []
        at = {row["number"]: row["held_terminal"] for row in rows(self.engine, "vouchers")}
        for till in self.tills:
            assert till.is_leased()
            held = {number for number, name in at.items() if name == till.terminal}
            assert {number for number in till.vouchers if not self.uses.get(number)} == held


def test_vouchers_in_any_order(engine: Engine) -> None:
    class OnThisDatabase(VoucherMachine):
        pass

    OnThisDatabase.engine = engine
    OnThisDatabase.TestCase.settings = settings(
        max_examples=EXAMPLES[engine.dialect.name],
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    OnThisDatabase.TestCase("runTest").debug()

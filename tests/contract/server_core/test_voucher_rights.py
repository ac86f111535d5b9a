"""The right to take a voucher offline: one journal has it, or head office; never two."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.wire import Grant, Recall, VoucherChange
from sync_server.rights.answers import Answer
from sync_server.store.engine import reading
from sync_server.terminals.feed import Journal as Told
from sync_server.terminals.feed import news_for
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.chain_machine import ChainMachine, a_till, run_on
from tests.contract.server_core.journals import ShopClock, rows
from tests.contract.server_core.rights_tills import RightsTill, Tills, rights_tills

EXAMPLES = {"sqlite": 30, "postgresql": 10}


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
    return rights_tills(engine, clock, "KRK-1", "WAW-1")


@pytest.fixture
def number(ingest: Ingest, tills: Tills) -> str:
    """The number of a voucher that the first till issued and head office knows of."""
    number = issue(tills[0])
    tills[0].sync(ingest)
    return number


def holder(engine: Engine) -> str:
    [row] = rows(engine, "vouchers")
    return f"{row['held_terminal']}.{row['held_epoch']}" if row["held_terminal"] else ""


def test_the_till_that_issues_holds_until_it_releases(
    engine: Engine, ingest: Ingest, tills: Tills, number: str
) -> None:
    first, second = tills
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
    engine: Engine, ingest: Ingest, tills: Tills, number: str
) -> None:
    first, second = tills
    second.draw("anna", voucher=number)
    assert second.sync(ingest).rights.grants == (Grant(1, 0, "held-elsewhere"),)
    assert first.sync(ingest).rights.recalls == (Recall("anna", 1, number),)
    first.sync(ingest)
    assert (holder(engine), rows(engine, "recalls")) == ("", [])
    second.draw("anna", voucher=number)
    second.sync(ingest)
    assert second.vouchers == {number}


def test_a_voucher_used_where_it_is_held_is_not_asked_for_any_more(
    engine: Engine, ingest: Ingest, tills: Tills, number: str
) -> None:
    first, second = tills
    second.draw("anna", voucher=number)
    second.sync(ingest)
    use(first, number)
    assert first.sync(ingest).rights.recalls == ()
    second.draw("anna", voucher=number)
    assert second.sync(ingest).rights.grants == (Grant(2, 0, "none"),)


def test_the_voucher_of_a_silent_till_is_taken_back(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills, number: str
) -> None:
    first, second = tills
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


def test_a_voucher_taken_back_and_spent_is_asked_for_until_its_till_knows(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills, number: str
) -> None:
    first, second = tills
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", voucher=number)
    second.sync(ingest)
    use(second, number)
    second.sync(ingest)
    [(last,)] = [(row["change_no"],) for row in rows(engine, "changes") if row["key"] == number]

    def answered(cursor: int, history_id: str = "history-1") -> Answer:
        frame = first.frame(first.next_seq, cursor=cursor, history_id=history_id, tallies=())
        return ingest.take(frame).rights

    now_ms = epoch_ms(clock())
    for told in (answered(last - 1), answered(last, "a history that was lost")):
        assert told.recalls == (Recall("anna", 1, number),)
        assert told.rights_until_ms < now_ms
    known = answered(last)
    assert (known.recalls, rows(engine, "recalls")) == ((), [])
    assert known.rights_until_ms > now_ms


def test_a_voucher_that_was_taken_twice_names_both_tills(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills, number: str
) -> None:
    first, second = tills
    use(first, number)
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", voucher=number)
    second.sync(ingest)
    use(second, number)
    second.sync(ingest)
    first.sync(ingest)
    kinds = [case["kind"] for case in rows(engine, "cases")]
    assert sorted(kinds) == ["double-voucher", "reclaimed"]


class VoucherMachine(ChainMachine):
    """Tills that issue, use, release and draw vouchers over a line that loses and repeats."""

    def begin(self) -> None:
        """Every till has issued a voucher and holds it."""
        self.numbers = [issue(till) for till in self.tills]
        self.uses: dict[str, int] = {}

    @rule(till=a_till)
    def issue(self, till: int) -> None:
        self.numbers.append(issue(self.tills[till]))

    @rule(till=a_till, place=st.integers(0, 9))
    def use(self, till: int, place: int) -> None:
        one = self.tills[till]
        held = sorted(one.vouchers)
        if held and (one.is_leased() or one.acknowledged == 0):
            number = held[place % len(held)]
            use(one, number)
            self.uses[number] = self.uses.get(number, 0) + 1

    @rule(till=a_till)
    def release(self, till: int) -> None:
        for number in sorted(self.tills[till].vouchers)[:1]:
            self.tills[till].release("anna", voucher=number)

    @rule(till=a_till, place=st.integers(0, 9))
    def draw(self, till: int, place: int) -> None:
        if self.numbers:
            self.tills[till].draw("anna", voucher=self.numbers[place % len(self.numbers)])

    @rule(till=a_till, is_lost=st.booleans())
    def sync(self, till: int, is_lost: bool) -> None:
        self.send(self.tills[till], is_lost=is_lost)

    @invariant()
    def a_voucher_is_used_once(self) -> None:
        """Twice only where it was taken back from a silent till, which a case names."""
        reclaimed = [c["detail"] for c in rows(self.engine, "cases") if c["kind"] == "reclaimed"]
        for number, uses in self.uses.items():
            taken_back = sum(f"voucher {number} " in detail for detail in reclaimed)
            assert uses <= 1 + taken_back

    def check_healed(self, till: RightsTill) -> None:
        at = {row["number"]: row["held_terminal"] for row in rows(self.engine, "vouchers")}
        held = {number for number, name in at.items() if name == till.terminal}
        assert {number for number in till.vouchers if not self.uses.get(number)} == held


def test_vouchers_in_any_order(engine: Engine) -> None:
    run_on(engine, VoucherMachine, EXAMPLES[engine.dialect.name])

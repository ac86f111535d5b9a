"""Rights over several journals in any order: never overspent, nothing counted twice or lost."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import Engine

from loyalty.journal import REDEEM, decode_entry
from tests.contract.server_core.chain_machine import ChainMachine, a_till, run_on
from tests.contract.server_core.journals import rows
from tests.contract.server_core.rights_tills import RightsTill, held_at

MEMBERS = ("anna", "boris")
EXAMPLES = {"sqlite": 40, "postgresql": 15}

_members = st.sampled_from(MEMBERS)
_points = st.integers(1, 300)


class RightsMachine(ChainMachine):
    """Tills, a line that loses and repeats, and days that pass; held against plain sums."""

    def begin(self) -> None:
        """Every till has points of everybody, as many more are free at head office."""
        for till in self.tills:
            for member in MEMBERS:
                till.sale(member, 200)
                till.release(member, 100)

    @rule(till=a_till, member=_members, whole=_points)
    def earn(self, till: int, member: str, whole: int) -> None:
        self.tills[till].sale(member, whole)

    @rule(till=a_till, member=_members, share=st.integers(1, 4))
    def redeem(self, till: int, member: str, share: int) -> None:
        points = self.tills[till].may_spend(member) // share
        if points:
            self.tills[till].redeem(member, points)

    @rule(till=a_till, member=_members, whole=_points)
    def take_back(self, till: int, member: str, whole: int) -> None:
        earned = sum(one.earned() for one in self.tills)
        if whole <= earned // 4:
            self.tills[till].goods_return(member, whole)

    @rule(till=a_till, member=_members, points=_points)
    def draw(self, till: int, member: str, points: int) -> None:
        self.tills[till].draw(member, points)

    @rule(till=a_till, member=_members)
    def release(self, till: int, member: str) -> None:
        held = self.tills[till].held(member)
        if held > 1:
            self.tills[till].release(member, held // 2)

    @rule(till=a_till, is_lost=st.booleans(), keeps=st.sets(_members, max_size=1))
    def sync(self, till: int, is_lost: bool, keeps: set[str]) -> None:
        self.send(self.tills[till], is_lost=is_lost, keeps=sorted(keeps))

    @invariant()
    def every_right_lies_in_one_place(self) -> None:
        held = dict.fromkeys(MEMBERS, 0)
        for row in rows(self.engine, "holdings"):
            held[row["member_id"]] += (
                row["points"] + row["granted"] - row["released"] - row["reclaimed"]
            )
        for row in rows(self.engine, "standings"):
            assert row["pool"] >= 0
            assert row["pool"] + held[row["member_id"]] == row["points"]

    @invariant()
    def nothing_is_spent_that_nobody_earned(self) -> None:
        """Beyond what was taken back from silent tills, which the cases name."""
        entries = [decode_entry(body) for till in self.tills for body in till.bodies]
        reclaims = [case for case in rows(self.engine, "cases") if case["kind"] == "reclaimed"]
        for member in MEMBERS:
            spent = -sum(e.points for e in entries if (e.kind, e.member) == (REDEEM, member))
            earned = sum(e.points for e in entries if e.member == member and e.points > 0)
            assert spent <= earned + _amount(reclaims, member)

    def check_healed(self, till: RightsTill) -> None:
        for member in MEMBERS:
            taken_away = self._reclaimed(till.terminal, member)
            assert till.held(member) - taken_away == held_at(self.engine, till.terminal, member)
            assert taken_away == 0 or till.held(member) <= 0

    def _reclaimed(self, terminal: str, member: str) -> int:
        return sum(
            row["reclaimed"]
            for row in rows(self.engine, "holdings")
            if (row["terminal"], row["member_id"]) == (terminal, member)
        )


def _amount(reclaims: list[dict[str, str]], member: str) -> int:
    """What cases say was taken back of a member: the number in their sentence."""
    return sum(
        int(case["detail"].split("rights to ")[1].split()[0])
        for case in reclaims
        if case["member_id"] == member
    )


def test_rights_in_any_order(engine: Engine) -> None:
    run_on(engine, RightsMachine, EXAMPLES[engine.dialect.name])

"""What machines of rights share: tills, a line that repeats, days that pass, and the healing."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import Engine

from loyalty.wire import SyncRequest
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import TILLS, ShopClock, found_chain, head_office
from tests.contract.server_core.rights_tills import RightsTill, books_hold, rights_tills

STEPS = 30
HEAL_ROUNDS = 6

a_till = st.integers(0, len(TILLS) - 1)


class ChainMachine(RuleBasedStateMachine):
    """A chain whose tills a machine moves by their places in TILLS."""

    engine: Engine

    @initialize()
    def found(self) -> None:
        found_chain(self.engine)
        self.clock = ShopClock()
        self.ingest: Ingest = head_office(self.engine, self.clock)
        self.tills = rights_tills(self.engine, self.clock, *TILLS)
        self.old: list[SyncRequest] = []
        self.begin()
        for till in self.tills:
            till.sync(self.ingest)

    def begin(self) -> None:
        """What the tills did before the machine moves them: without it few steps come to rights."""
        raise NotImplementedError

    @rule(place=st.integers(0, 50))
    def repeat(self, place: int) -> None:
        """The network delivers a frame again; nobody hears the answer."""
        if self.old:
            self.ingest.take(self.old[place % len(self.old)])

    @rule(days=st.sampled_from((0, 1, 5, 20)))
    def wait(self, days: int) -> None:
        self.clock.move(timedelta(days=days, minutes=1))

    def send(self, till: RightsTill, *, is_lost: bool, keeps: Sequence[str] = ()) -> None:
        """Let a till sync; the network keeps what it sent."""
        till.sync(self.ingest, is_lost=is_lost, keeps=keeps)
        assert till.last_frame is not None
        self.old.append(till.last_frame)

    def teardown(self) -> None:
        """Once all were in touch again, the books hold and every till may spend."""
        if not hasattr(self, "tills"):
            return
        for _ in range(HEAL_ROUNDS):
            for till in self.tills:
                till.sync(self.ingest)
        books_hold(self.engine)
        for till in self.tills:
            assert till.is_leased()
            self.check_healed(till)

    def check_healed(self, till: RightsTill) -> None:
        """What a till believes to hold is what head office's books say."""
        raise NotImplementedError


def run_on(engine: Engine, machine: type[ChainMachine], examples: int) -> None:
    """Run so many examples of a machine on a database."""
    machine.engine = engine
    machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine.TestCase("runTest").debug()

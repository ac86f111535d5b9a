"""One chain in one run: its machines, its head office, the network, and the dice that rule them."""

import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from litestar.status_codes import HTTP_200_OK

from loyalty.programme.brought_back import AskedBack
from loyalty.wire import SYNC_PATH
from terminal_app.till.answers import Enrolment, KnownMember
from tests.simulation.clocks import DAY_MS, MINUTE_MS, TrueTime
from tests.simulation.machines import MAX_PROCESSES, Machine, Process
from tests.simulation.network import Answer, Faults, Network, Packet
from tests.simulation.tempers import Temper, document_of, drawn_programme, drawn_temper
from tests.simulation.templates import START_MS, TERMINALS, Templates
from tests.simulation.witness import Witness

MAX_MACHINES = 7


@dataclass
class Request:
    """A sale or return that may be asked for again, word for word."""

    machine: str
    marker: str
    kind: str
    reference: str
    member: str
    amounts_minor: tuple[int, ...]
    codes: tuple[str, ...] = ()
    of_receipt: str = ""
    items: tuple[AskedBack, ...] = ()


@dataclass
class World:
    """Everything there is in one run."""

    seed: int
    folder: Path
    templates: Templates
    temper_wanted: Mapping[str, Any] = field(default_factory=dict)
    dice: Random = field(init=False)
    time: TrueTime = field(init=False)
    witness: Witness = field(default_factory=Witness)
    machines: list[Machine] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    wallet: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    backups: list[tuple[str, Path]] = field(default_factory=list)
    office_backup: Path | None = None
    programme_version: int = 1
    documents: list[str] = field(default_factory=list)
    counted: int = 0
    meanwhile: Callable[["World"], str] | None = None

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.time = TrueTime(START_MS)
        wanted = {"programme": drawn_programme(self.seed), **self.temper_wanted}
        self.temper: Temper = replace(drawn_temper(self.dice), **wanted)
        self.network = Network(self.dice, self.time, self._deliver)
        self.network.meanwhile = self._meanwhile
        self.network.on_answer = self._answered
        self.witness.shortest_hold_ms = (self.temper.days + self.temper.grace_days) * DAY_MS
        self.office = self.templates.office(self.time)
        self.office.on_fault = self._office_fault
        self.office.on_stop = self.network.lose_what_is_late
        self.office.start()
        self.publish()
        count = self.dice.randrange(2, len(TERMINALS) + 1)
        for terminal in self.dice.sample(TERMINALS, count):
            self.add_machine(terminal, terminal, self.templates.codes[terminal])
        self.open_shops()
        self.set_weather()

    def open_shops(self) -> None:
        """The first members, known at every till before anything goes wrong."""
        for _ in range(self.dice.randrange(1, 4)):
            till = self.pick().process().shop.till
            known = till.enrol(Enrolment(name=f"Member {self.next_number()}"))
            assert isinstance(known, KnownMember)
            self.members.append(known.member.member_id)
        for machine in self.machines * 2:
            machine.sync()

    def publish(self) -> None:
        """Put the programme of the present temper in force at head office."""
        self.programme_version += 1
        self.documents.append(document_of(self.temper, self.programme_version))
        self.office.publish(self.documents[-1])

    def publish_again(self) -> None:
        """What was published and is in no backup, in its order: the last is in force."""
        for document in self.documents:
            self.office.publish(document)

    def add_machine(self, name: str, terminal: str, code: str) -> Machine:
        """A new machine joins the chain as `terminal`, over a line without faults."""
        machine = Machine(name, self.folder / name, self.time, self.network)
        before, self.network.faults = self.network.faults, Faults()
        self.machines.append(machine)
        joined = machine.join(self.templates.empty_till, code)
        self.network.faults = before
        assert joined == terminal
        return machine

    def add_clone(self, of: Machine) -> Machine:
        """The disk of a machine, copied into another."""
        name = f"{of.name}+{self.next_number()}"
        clone = Machine(name, self.folder / name, self.time, self.network)
        clone.home.mkdir()
        of.back_up(clone.database)
        clone.terminal = of.terminal
        self.machines.append(clone)
        return clone

    @property
    def office_path(self) -> Path:
        return self.office.path

    def machine(self, name: str) -> Machine:
        return next(machine for machine in self.machines if machine.name == name)

    def living(self) -> list[Machine]:
        """Machines that are switched on and of the chain."""
        return [machine for machine in self.machines if not machine.is_dead]

    def idle(self) -> list[Machine]:
        """Living machines that do not wait for head office right now."""
        return [machine for machine in self.living() if not machine.is_busy]

    def pick(self) -> Machine:
        return self.dice.choice(self.living())

    def pick_process(self, machine: Machine) -> Process:
        """A process of `machine`; now and then a second program of the same till."""
        if (
            self.temper.second_process
            and machine.processes
            and len(machine.processes) < MAX_PROCESSES
            and self.dice.random() < 0.2
        ):
            return machine.start()
        if not machine.processes:
            return machine.start()
        return self.dice.choice(machine.processes)

    def free_process(self, machine: Machine) -> Process | None:
        """A process of `machine` that is not in the middle of a sync."""
        process = self.pick_process(machine)
        return None if process.is_syncing else process

    def next_number(self) -> int:
        self.counted += 1
        return self.counted

    def note(self, line: str) -> None:
        self.trace.append(f"{len(self.trace) + 1:4} {line}")

    def set_weather(self) -> None:
        """Draw how good the network is from now on."""
        busy = 300 if self.temper.second_process else 120
        if not self.temper.network or self.dice.random() < 0.4:
            self.network.faults = Faults(meanwhile=busy // 2 if self.temper.meanwhile else 0)
            return
        worst = self.dice.choice((30, 100, 300))
        self.network.faults = Faults(
            lost=self.dice.randrange(worst),
            answer_lost=self.dice.randrange(worst),
            delayed=self.dice.randrange(worst),
            doubled=self.dice.randrange(worst),
            cut_short=self.dice.randrange(worst // 3),
            meanwhile=busy if self.temper.meanwhile else 0,
        )

    def pass_time(self) -> str:
        """Let time pass: mostly minutes, at times days."""
        span_ms = self.dice.choice(
            (MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS, 8 * 60 * MINUTE_MS, DAY_MS)
        )
        if self.temper.long_silences and self.dice.random() < 0.15:
            span_ms = self.dice.randrange(2, 25) * DAY_MS
        self.time.pass_by(span_ms)
        return f"{span_ms // MINUTE_MS} minutes pass"

    def close(self) -> None:
        """End every process; the folder is the caller's."""
        for machine in self.machines:
            machine.stop()
        self.office.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _office_fault(self, fault: Exception) -> None:
        said = "".join(traceback.format_exception(fault))
        self.witness.breach("G7", f"head office met a fault of its own: {said}")

    def _deliver(self, packet: Packet) -> Answer:
        answer = self.office.answer(packet)
        if packet.path == SYNC_PATH and answer.status == HTTP_200_OK:
            machine = self.machine(packet.sender)
            self.witness.heard[machine.terminal].append(self.office.clock.now_ms)
        return answer

    def _answered(self, sender: str) -> None:
        """An answer reached a till: its lease counts from now, on its own clock."""
        machine = self.machine(sender)
        lease = self.network.leases[sender]
        if lease.epoch != machine.epoch:
            # A journal that it left is told again: what it spends is not of that one.
            return
        machine.lease_until_ms = machine.clock.now_ms + lease.left_ms
        machine.seen_ms = machine.clock.now_ms

    def _meanwhile(self) -> None:
        if self.meanwhile is not None:
            self.note(f"  meanwhile {self.meanwhile(self)}")

"""The end of all trouble: lines up, clocks right, everything that waits told, until it is quiet."""

from tests.simulation import trouble
from tests.simulation.auditor import audit
from tests.simulation.evidence import opened
from tests.simulation.gathering import gather
from tests.simulation.machines import Machine
from tests.simulation.network import Faults
from tests.simulation.world import World

MAX_TURNS = 24
"""Turns in which every till syncs once; by then nothing may be left to say."""


def heal(world: World) -> str:
    """End all trouble, let every till sync until nothing moves, and hold the books to account."""
    world.network.cut_off = set()
    world.network.faults = Faults()
    world.network.deliver_late()
    if not world.office.is_up:
        world.office.start()
    trouble.note_what_is_gone(world)
    turns = _sync_until_quiet(world)
    for breach in audit(world.witness, str(world.office_path), tills_of(world)):
        world.witness.breach(breach.guarantee, breach.what)
    gathered = gather(world) if not world.witness.breaches else ""
    world.set_weather()
    return f"all is well again after {turns} turns; {gathered}"


def tills_of(world: World) -> dict[str, str]:
    """The databases of the tills that are of the chain, by the names of their machines."""
    return {machine.name: str(machine.database) for machine in world.living()}


def _sync_until_quiet(world: World) -> int:
    earlier: list[object] = []
    before: list[object] = []
    for turn in range(1, MAX_TURNS + 1):
        outcomes = [_sync(world, machine) for machine in world.living()]
        now = [outcomes, *_state(world)]
        # What head office says in one turn may be asked again in the next, and given in a third.
        if now == before == earlier and not any(outcomes):
            return turn
        earlier, before = before, now
    moving = [f"{was} -> {now}" for was, now in zip(earlier, before, strict=False) if was != now]
    world.witness.breach("G7", f"it does not come to rest: {before[0]}, {moving}")
    return MAX_TURNS


def _sync(world: World, machine: Machine) -> str:
    """One sync; a till that head office knows no more is set up again, or scrapped as a copy."""
    outcome = machine.sync()
    if outcome == "HeadOfficeRefused" and "does not know" in _trouble(machine):
        if trouble.has_twin(world, machine):
            machine.stop()
            machine.is_dead = True
            world.witness.lost_terminals.add(machine.terminal)
            trouble.note_what_is_gone(world)
        else:
            trouble.admit_again(world, machine)
    return f"{outcome}: {_trouble(machine)}" if outcome else ""


def _trouble(machine: Machine) -> str:
    return machine.process().shop.till.status().trouble


def _state(world: World) -> list[object]:
    """What changes when something was told, at any of them."""
    state: list[object] = []
    with opened(world.office_path) as connection:
        state += connection.execute("SELECT value FROM counters ORDER BY name").fetchall()
        state += connection.execute("SELECT count(*) FROM entries").fetchall()
    for machine in world.living():
        with opened(machine.database) as connection:
            state += connection.execute("SELECT epoch, max(seq) FROM journal").fetchall()
    return state

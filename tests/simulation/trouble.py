"""What goes wrong around the tills: lines, power, clocks, disks, thieves and backups."""

from collections.abc import Callable

from tests.simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS
from tests.simulation.evidence import markers_held
from tests.simulation.machines import MAX_PROCESSES, Machine
from tests.simulation.network import Faults
from tests.simulation.world import MAX_MACHINES, World

MAX_WRITES_TO_CRASH = 60
MAX_BACKUPS = 4

Trouble = Callable[[World], str]


def sync(world: World) -> str:
    """A till talks to head office."""
    machine = world.pick()
    process = world.free_process(machine)
    if process is None:
        return f"{machine.name} is busy"
    if world.temper.crashes and world.dice.random() < 0.1:
        process.fuse.arm(world.dice.randrange(MAX_WRITES_TO_CRASH))
    if world.temper.crashes and world.dice.random() < 0.1:
        world.office.fuse.arm(world.dice.randrange(MAX_WRITES_TO_CRASH))
    outcome = machine.sync(process)
    process.fuse.disarm()
    world.office.fuse.disarm()
    return f"{machine.name} syncs {outcome or 'well'}"


def sync_beside(world: World) -> str:
    """A second program of a till that is talking to head office talks to it as well."""
    busy = [machine for machine in world.living() if machine.is_busy]
    if not busy or not world.temper.second_process:
        return sync(world)
    machine = world.dice.choice(busy)
    free = [process for process in machine.processes if not process.is_syncing]
    if not free and len(machine.processes) >= MAX_PROCESSES:
        return f"{machine.name} is busy"
    return f"{machine.name} syncs beside {machine.sync(free[0] if free else machine.start())}"


def deliver_late(world: World) -> str:
    """Messages come that nobody waits for any more."""
    return f"{world.network.deliver_late(world.dice.randrange(1, 4))} late messages arrive"


def weather(world: World) -> str:
    """The lines get better or worse."""
    world.set_weather()
    return f"the network is now {world.network.faults}"


def partition(world: World) -> str:
    """Some tills are cut off, or come back."""
    if not world.temper.network:
        return "no line is ever down"
    if world.network.cut_off and world.dice.random() < 0.6:
        world.network.cut_off.clear()
        return "all lines are up"
    names = [machine.name for machine in world.living()]
    world.network.cut_off = set(world.dice.sample(names, world.dice.randrange(1, len(names) + 1)))
    return f"cut off: {', '.join(sorted(world.network.cut_off))}"


def kill(world: World) -> str:
    """A process is killed, or a machine switched off."""
    machine = world.dice.choice(world.idle() or world.living())
    if machine.is_busy:
        return f"{machine.name} is busy"
    machine.stop()
    return f"{machine.name} is switched off"


def office_restarts(world: World) -> str:
    """Head office goes down, or comes back."""
    if world.office.is_up and world.dice.random() < 0.7:
        world.office.stop()
        return "head office is down"
    if world.office.is_up:
        world.office.stop()
    world.office.start()
    return "head office starts"


def office_is_looked_after(world: World) -> str:
    """Someone sees that head office runs."""
    if not world.office.is_up:
        world.office.start()
    return "head office runs"


def clock_goes_wrong(world: World) -> str:
    """A machine's clock is set: an hour, days back, years ahead, or right."""
    machine = world.pick()
    machine.clock.offset_ms = world.dice.choice(
        (
            0,
            HOUR_MS,
            -HOUR_MS,
            -3 * DAY_MS,
            world.dice.randrange(-20, 20) * MINUTE_MS,
            5 * 365 * DAY_MS,
        )
    )
    return f"{machine.name}: clock is {machine.clock.offset_ms // MINUTE_MS} minutes ahead"


def back_up(world: World) -> str:
    """A machine's disk is copied away."""
    machine = world.pick()
    if len(world.backups) >= MAX_BACKUPS:
        world.backups.pop(0)
    copy = world.folder / f"backup-{world.next_number()}"
    machine.back_up(copy)
    world.backups.append((machine.name, copy))
    return f"{machine.name} is backed up"


def restore(world: World) -> str:
    """A machine's disk is put back, by a copied file or by a snapshot it cannot notice."""
    restorable = [
        (machine, copy)
        for name, copy in world.backups
        for machine in world.idle()
        if machine.name == name
    ]
    if not restorable:
        return back_up(world)
    machine, copy = world.dice.choice(restorable)
    as_new_file = world.dice.random() < 0.5
    machine.put_back(copy, as_new_file=as_new_file)
    _forget_requests(world, machine)
    machine.copied_in_epoch = machine.epoch if as_new_file else 0
    world.witness.put_back.add(machine.terminal)
    if not as_new_file:
        world.witness.twins.add(machine.terminal)
    note_what_is_gone(world)
    return f"{machine.name} is put back {'as a copied file' if as_new_file else 'by a snapshot'}"


def clone(world: World) -> str:
    """A machine's disk is copied into a second machine, and both go on."""
    if len(world.machines) >= MAX_MACHINES:
        return "no room for another machine"
    machine = world.pick()
    copied = world.add_clone(machine)
    copied.copied_in_epoch = copied.epoch
    world.witness.copied.add(machine.terminal)
    return f"{machine.name} is copied to {copied.name}"


def set_up_again(world: World) -> str:
    """A till that head office locked out gets a new code, and keeps all it has."""
    machine = world.dice.choice(world.idle() or world.living())
    if machine.is_busy or not world.office.is_up or has_twin(world, machine):
        return "nobody is there to set a till up again"
    return admit_again(world, machine)


def admit_again(world: World, machine: Machine) -> str:
    """The owner gives `machine` a new code; other machines of its terminal are locked out by it."""
    cut_off, world.network.cut_off = world.network.cut_off, set()
    faults, world.network.faults = world.network.faults, Faults()
    outcome = machine.set_up_again(world.office.issue_code(machine.terminal))
    world.network.cut_off, world.network.faults = cut_off, faults
    return f"{machine.name} is set up again {outcome or 'well'}"


def has_twin(world: World, machine: Machine) -> bool:
    """Whether another machine goes by the same terminal's name."""
    return sum(one.terminal == machine.terminal for one in world.living()) > 1


def lose(world: World) -> str:
    """A machine is lost for ever; another is set up in its place."""
    candidates = [machine for machine in world.idle() if "+" not in machine.name]
    if len(candidates) < 2 or len(world.machines) >= MAX_MACHINES or not world.office.is_up:
        return "no machine is lost"
    lost = world.dice.choice(candidates)
    for machine in world.idle():
        if machine.terminal == lost.terminal:
            machine.stop()
            machine.is_dead = True
    world.witness.lost_terminals.add(lost.terminal)
    note_what_is_gone(world)
    code = world.office.issue_code(lost.terminal)
    name = f"{lost.terminal}/{world.next_number()}"
    cut_off, world.network.cut_off = world.network.cut_off, set()
    world.add_machine(name.replace("/", "."), lost.terminal, code)
    world.network.cut_off = cut_off
    return f"{lost.name} is lost; {name} is set up in its place"


def office_backup(world: World) -> str:
    """Head office's books are copied away."""
    copy = world.folder / "office-backup"
    world.office.back_up(copy)
    world.office_backup = copy
    return "head office is backed up"


def office_restore(world: World) -> str:
    """Head office's books are put back, and the operator says so."""
    if world.office_backup is None:
        return office_backup(world)
    world.office.put_back(world.office_backup)
    world.office.note_restored()
    world.office.start()
    world.publish_again()
    world.witness.office_was_put_back = True
    note_what_is_gone(world)
    return "head office is put back from its backup"


def new_programme(world: World) -> str:
    """Head office publishes a new version of the programme."""
    world.temper.points = world.dice.choice((1, 2, 3))
    world.temper.at_points = world.dice.choice((5, 10, 20, 50))
    world.publish()
    return f"programme {world.programme_version} is in force"


def note_what_is_gone(world: World) -> None:
    """Sales of which no copy is left on any disk can reach head office no more."""
    held = markers_held(world.office_path, [machine.database for machine in world.living()])
    world.witness.gone |= world.witness.seen.keys() - held


def _forget_requests(world: World, machine: Machine) -> None:
    world.requests = [one for one in world.requests if one.machine != machine.name]

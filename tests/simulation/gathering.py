"""What rights are for: with every line up, a member may spend at any till all they have, but for
what waits for its day."""

from terminal_app.till.answers import KnownMember
from tests.simulation.clocks import MINUTE_MS
from tests.simulation.evidence import opened
from tests.simulation.machines import Machine
from tests.simulation.world import World

SERVED_MS = 6 * MINUTE_MS
"""By then nobody counts as standing at another till."""

MAX_TURNS = 5

_HELD_BY_NOBODY = """
    SELECT count(*) FROM holdings AS h
    WHERE h.member_id = ? AND points + granted - released - reclaimed > 0
      AND h.epoch < (SELECT max(epoch) FROM journals AS j WHERE j.terminal = h.terminal)
"""
_NEWEST = "SELECT max(epoch) FROM journals WHERE terminal = ?"


def gather(world: World) -> str:
    """A member is scanned at some till after a quiet time; all their points come there."""
    chosen = [machine for machine in world.living() if _writes_newest(world, machine)]
    if not chosen or not world.members:
        return "nobody to gather rights for"
    machine, member = world.dice.choice(chosen), world.dice.choice(world.members)
    with opened(world.office_path) as connection:
        (held_by_nobody,) = connection.execute(_HELD_BY_NOBODY, (member,)).fetchone()
    if held_by_nobody:
        return f"rights of {member} lie in a journal that nobody writes any more"
    world.time.pass_by(SERVED_MS)
    till = machine.process().shop.till
    known = till.identify(member)
    if not isinstance(known, KnownMember):
        return f"{machine.name}: {member} is not known"
    for _ in range(MAX_TURNS):
        machine.sync()
        for other in world.living():
            if other is not machine:
                other.sync()
    machine.sync()
    safe = till.safe_to_spend(member)
    if safe.points < safe.balance - safe.pending:
        world.witness.breach(
            "G7", f"{machine.name}: {member} may spend {safe.points} of {safe.balance}: {safe}"
        )
    return f"{machine.name}: the rights of {member} are gathered"


def _writes_newest(world: World, machine: Machine) -> bool:
    with opened(world.office_path) as connection:
        (newest,) = connection.execute(_NEWEST, (machine.terminal,)).fetchone()
    return bool(machine.epoch == newest)

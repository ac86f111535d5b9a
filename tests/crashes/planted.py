"""Faults planted at the edges: one defence taken away from outside, until a checker notices.

What chance plants in whole chains is in `tests/simulation`; here are the faults of files, disks,
frames and versions, which need no chance: each is done once on purpose, with the defence and
without it. The product carries no switch for any of this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.crashes.planted_till import StockedTill
from tests.simulation.planted import Place
from tests.simulation.power import replaced

Look = Callable[[StockedTill], str]
"""Does the fault and gives what a checker says of it; nothing when all is as it should be."""


@dataclass(frozen=True)
class Planted:
    """A fault, the defence that is taken away to plant it, who looks, and what is exchanged."""

    fault: str
    taken: str
    noticed_by: str
    look: Look
    places: Callable[[], Sequence[Place]]


@dataclass(frozen=True)
class Found:
    """What was noticed of a planted fault, and of the same run with the defence in its place."""

    planted: Planted
    without: str
    with_it: str

    @property
    def is_noticed(self) -> bool:
        """Whether the checker speaks without the defence, and only then."""
        return bool(self.without) and not self.with_it


def hunt(planted: Planted, till: StockedTill) -> Found:
    """Do the fault with its defence taken away, then with it in its place."""
    with replaced(planted.places()):
        without = planted.look(till)
    return Found(planted, without, planted.look(till))

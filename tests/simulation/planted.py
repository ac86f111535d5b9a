"""Faults planted on purpose: one defence taken away at a time, until the auditor notices.

The product carries no switch for it: a function of it is exchanged from outside for as long as
the runs last. A fault that nothing notices would mean that a guarantee is not watched.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.power import replaced
from tests.simulation.runner import STEPS, Run
from tests.simulation.witness import Breach

Place = tuple[object, str, object]

MAX_SEEDS = 25


@dataclass(frozen=True)
class Planted:
    """A fault, the defence that is taken away to plant it, and who must notice.

    `says` is the pattern of what must be said: a fault is not found by whatever else it upsets.
    `places` gives what to exchange: owner, name, and what stands there instead. `temper` switches
    on the trouble in which it shows; `within` is the most seeds that may pass.
    """

    fault: str
    taken: str
    noticed_by: frozenset[str]
    says: str
    places: Callable[[], Sequence[Place]]
    temper: Mapping[str, object] = field(default_factory=dict)
    within: int = MAX_SEEDS


@dataclass(frozen=True)
class Found:
    """When a planted fault was noticed, and by which guarantees; `seed` 0 when it never was.

    `is_sound_without` is whether the same run breaks nothing with the defence in its place.
    """

    planted: Planted
    seed: int
    noticed_by: tuple[str, ...]
    is_sound_without: bool


def is_reason(planted: Planted, breach: Breach) -> bool:
    """Whether a breach is of a guarantee that the defence is for, and says what must be said."""
    return breach.guarantee in planted.noticed_by and bool(re.search(planted.says, breach.what))


def hunt(planted: Planted, run: Run) -> Found:
    """Run seeds with the defence taken away until it is noticed by whom it must be."""
    for seed in range(1, planted.within + 1):
        with replaced(planted.places()):
            outcome = run(seed, STEPS, planted.temper)
        noticed = {one.guarantee for one in outcome.breaches if is_reason(planted, one)}
        if noticed:
            sound = run(seed, STEPS, planted.temper)
            return Found(planted, seed, tuple(sorted(noticed)), not sound.breaches)
    return Found(planted, 0, (), is_sound_without=True)

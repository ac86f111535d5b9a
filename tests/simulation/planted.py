"""Faults planted on purpose: one defence taken away at a time, until the auditor notices.

The product carries no switch for it: a function of it is exchanged from outside for as long as
the runs last. A fault that nothing notices would mean that a guarantee is not watched.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.power import replaced
from tests.simulation.runner import STEPS, Run

Place = tuple[object, str, object]

MAX_SEEDS = 25


@dataclass(frozen=True)
class Planted:
    """A fault, the defence that is taken away to plant it, and who must notice.

    `places` gives what to exchange: owner, name, and what stands there instead. `temper` switches
    on the trouble in which it shows; `within` is the most seeds that may pass.
    """

    fault: str
    taken: str
    noticed_by: frozenset[str]
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


def hunt(planted: Planted, run: Run) -> Found:
    """Run seeds with the defence taken away until it is noticed by whom it must be."""
    for seed in range(1, planted.within + 1):
        with replaced(planted.places()):
            outcome = run(seed, STEPS, planted.temper)
        noticed = {breach.guarantee for breach in outcome.breaches} & planted.noticed_by
        if noticed:
            sound = run(seed, STEPS, planted.temper)
            return Found(planted, seed, tuple(sorted(noticed)), not sound.breaches)
    return Found(planted, 0, (), is_sound_without=True)

"""One run: a seed becomes a chain, its steps are drawn, and the auditor has the last word."""

import hashlib
import logging
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from sync_server.terminals import routes
from sync_server.terminals.feed import news_for
from terminal_app.sync import ahead, loop, rounds
from tests.simulation import shopping, trouble
from tests.simulation.at_once import at_once
from tests.simulation.healing import heal
from tests.simulation.power import replaced
from tests.simulation.tempers import Temper
from tests.simulation.templates import Templates
from tests.simulation.witness import Breach
from tests.simulation.world import World

STEPS = 120
MAX_ROUNDS = 60
"""Of one sync; two sides that take longer in so small a world talk past each other."""

SMALL_FRAMES: Sequence[tuple[object, str, object]] = (
    (rounds, "MAX_ENTRIES_A_FRAME", 12),
    (routes, "news_for", partial(news_for, limit=12)),
    (loop, "MAX_ROUNDS", 5 * MAX_ROUNDS),
)
"""So that a sync of a few sales takes several frames, each with room for the longest receipt."""

MEMORY_DISK = Path("/dev/shm")

Step = Callable[[World], str]


class Run(Protocol):
    """Runs a seed for so many steps, with a part of its temper given."""

    def __call__(
        self, seed: int, steps: int, temper: Mapping[str, object] | None = None
    ) -> "Outcome": ...


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what was found, and everything that happened, in order."""

    seed: int
    breaches: tuple[Breach, ...]
    trace: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The same for two runs in which the same happened."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


_STEPS: tuple[tuple[int, Step, str], ...] = (
    (30, shopping.sell, ""),
    (8, shopping.take_back, ""),
    (5, shopping.enrol, ""),
    (12, shopping.identify, ""),
    (5, shopping.ask_again, ""),
    (1, shopping.ask_otherwise, ""),
    (1, shopping.reprint, ""),
    (25, trouble.sync, ""),
    (8, World.pass_time, ""),
    (4, trouble.weather, "network"),
    (6, trouble.partition, "network"),
    (4, trouble.deliver_late, "network"),
    (3, trouble.kill, "crashes"),
    (4, trouble.office_restarts, "crashes"),
    (3, trouble.office_is_looked_after, ""),
    (1, shopping.write_what_cannot_count, ""),
    (8, trouble.clock_goes_wrong, "clocks"),
    (3, trouble.back_up, "restored_tills"),
    (3, trouble.restore, "restored_tills"),
    (2, trouble.clone, "copied_tills"),
    (3, trouble.office_backup, "restored_office"),
    (2, trouble.office_restore, "restored_office"),
    (1, trouble.lose, "lost_tills"),
    (1, trouble.set_up_again, "lost_tills"),
    (1, trouble.new_programme, "new_programmes"),
    (2, heal, ""),
)
"""How often each thing happens beside the others, and the temper that switches it on."""

_MEANWHILE: tuple[Step, ...] = (
    shopping.sell,
    shopping.sell,
    shopping.take_back,
    shopping.identify,
    trouble.sync,
    trouble.sync_beside,
    trouble.sync_beside,
    trouble.deliver_late,
)


@contextmanager
def simulator() -> Iterator["Run"]:
    """What runs seeds; the templates that they start from are made once."""
    place = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix=f"paragon-simulation-{os.getpid()}-", dir=place))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        templates = Templates(folder / "templates")
        with replaced([(loop, "MAX_ROUNDS", MAX_ROUNDS), (ahead, "in_background", at_once)]):
            yield lambda seed, steps, temper=None: run(
                templates, folder / "run", seed, steps, temper or {}
            )
    finally:
        structlog.reset_defaults()
        shutil.rmtree(folder, ignore_errors=True)


def run(
    templates: Templates, folder: Path, seed: int, steps: int, temper: Mapping[str, object]
) -> Outcome:
    """Everything that `seed` draws, until a guarantee is broken or the steps are done.

    `temper` says what is not to be drawn of the run's temper.
    """
    folder.mkdir(parents=True)
    world = World(seed, folder, templates, temper)
    world.meanwhile = lambda inner: inner.dice.choice(_MEANWHILE)(inner)
    try:
        with replaced(SMALL_FRAMES if world.temper.small_frames else ()):
            _go_through(world, steps)
        return Outcome(seed, tuple(world.witness.breaches), tuple(world.trace))
    finally:
        world.close()


def _go_through(world: World, steps: int) -> None:
    happening = _happening(world.temper)
    for _ in range(steps):
        _take(world, world.dice.choices(*happening)[0])
        if world.witness.breaches:
            return
    _take(world, heal)


def _take(world: World, step: Step) -> None:
    """One step; what the product cannot put into words itself is a breach."""
    place = len(world.trace)
    world.note("")
    try:
        happened = step(world)
    except Exception as fault:
        happened = "".join(traceback.format_exception(fault))
        world.witness.breach("G7", f"a fault nobody expected: {fault!r}")
    world.trace[place] = f"{place + 1:4} {happened}"


def _happening(temper: Temper) -> tuple[list[Step], list[int]]:
    chosen = [
        (step, weight) for weight, step, needs in _STEPS if not needs or getattr(temper, needs)
    ]
    return [step for step, _ in chosen], [weight for _, weight in chosen]

"""The table of planted faults: what was planted, who noticed, after how many seeds."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.planted import Found, hunt
from tests.simulation.planted_office import OFFICE_FAULTS
from tests.simulation.planted_programmes import PROGRAMME_FAULTS
from tests.simulation.planted_silence import SILENT_FAULTS
from tests.simulation.planted_tills import TILL_FAULTS
from tests.simulation.runner import simulator

FAULTS = (*TILL_FAULTS, *OFFICE_FAULTS, *SILENT_FAULTS, *PROGRAMME_FAULTS)


def hunt_for(place: int) -> tuple[int, tuple[str, ...], bool]:
    """Hunt for the fault at `place` of the table: the parts of what was found."""
    with simulator() as run:
        found = hunt(FAULTS[place], run)
    return found.seed, found.noticed_by, found.is_sound_without


def hunt_all(jobs: int) -> Iterator[Found]:
    """Hunt for all faults, in so many processes, in the order of the table."""
    with ProcessPoolExecutor(jobs) as pool:
        for planted, parts in zip(FAULTS, pool.map(hunt_for, range(len(FAULTS))), strict=True):
            yield Found(planted, *parts)


def show_planted(jobs: int, *, as_json: bool) -> int:
    """Print the table; 1 when a fault went unnoticed."""
    rows = []
    for found in hunt_all(jobs):
        rows.append(
            {
                "fault": found.planted.fault,
                "taken_away": found.planted.taken,
                "noticed_by": ", ".join(found.noticed_by) or "nobody",
                "seeds": found.seed or found.planted.within,
                "sound_without": found.is_sound_without,
            }
        )
        if not as_json:
            print(
                "| {fault} | {taken_away} | {noticed_by} | {seeds} |".format(**rows[-1]), flush=True
            )
    if as_json:
        print(json.dumps(rows, indent=1))
    return int(any(row["noticed_by"] == "nobody" for row in rows))

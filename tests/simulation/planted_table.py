"""The table of planted faults: what was planted, who noticed, after how many seeds."""

import json
from collections.abc import Iterable, Iterator

from tests.simulation.planted import Found, Planted, hunt
from tests.simulation.planted_office import OFFICE_FAULTS
from tests.simulation.planted_tills import TILL_FAULTS
from tests.simulation.runner import simulator

FAULTS = TILL_FAULTS + OFFICE_FAULTS


def hunt_all(faults: Iterable[Planted] = FAULTS) -> Iterator[Found]:
    """Hunt for one fault after the other."""
    with simulator() as run:
        for planted in faults:
            yield hunt(planted, run)


def show_planted(*, as_json: bool) -> int:
    """Print the table; 1 when a fault went unnoticed."""
    rows = []
    for found in hunt_all():
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

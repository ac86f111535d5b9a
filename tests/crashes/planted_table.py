"""The table of faults planted at the edges: what was planted, and who noticed."""

from collections.abc import Iterator
from pathlib import Path

from tests.crashes.planted import Found, Planted, hunt
from tests.crashes.planted_disk import DISK_FAULTS
from tests.crashes.planted_feed import FEED_FAULTS
from tests.crashes.planted_till import stocked_till
from tests.crashes.planted_versions import VERSION_FAULTS
from tests.crashes.planted_wire import WIRE_FAULTS

FAULTS: tuple[Planted, ...] = DISK_FAULTS + WIRE_FAULTS + VERSION_FAULTS + FEED_FAULTS


def hunt_all(folder: Path) -> Iterator[Found]:
    """Plant one fault after the other, in `folder`."""
    with stocked_till(folder) as till:
        for planted in FAULTS:
            yield hunt(planted, till)


def row_of(found: Found) -> dict[str, object]:
    """A row of the table: noticed by whom and how, and whether the same is sound otherwise."""
    return {
        "fault": found.planted.fault,
        "taken_away": found.planted.taken,
        "noticed_by": found.planted.noticed_by if found.without else "nobody",
        "noticed": found.without,
        "sound_with_it": not found.with_it,
    }

"""What a frame must keep to, and what is left out of it so that it stops nothing.

A frame without a place in a journal is refused. All else that no column holds (sums, names of
notices, a clock before 1970) is left out or cut: the entries are what must come through.
"""

from datetime import date

import msgspec

from loyalty.bounds import MAX_MOMENT_MS
from loyalty.errors import FrameInvalid
from loyalty.identifiers import is_terminal_id
from loyalty.tallies import DayTally
from loyalty.wire import SyncRequest
from sync_server.store.texts import is_plain

MAX_SEQ = 2**62
MAX_SUM = 10**18
MAX_NOTICES_A_FRAME = 10_000
MAX_VERSION_CHARACTERS = 100


def require_place(request: SyncRequest) -> None:
    """Raise FrameInvalid unless the frame says where in which journal it belongs."""
    numbers = (request.epoch, request.first_seq)
    if not is_terminal_id(request.terminal) or not all(1 <= value <= MAX_SEQ for value in numbers):
        raise FrameInvalid("A frame must name a terminal, an epoch and a first entry.")


def clock_offset_ms(request: SyncRequest, now_ms: int) -> int:
    """How far the till's clock is ahead of head office's, within what a column holds."""
    return max(min(request.sent_at_ms, MAX_MOMENT_MS), 0) - now_ms


def product_version(request: SyncRequest) -> str:
    """The version the till says it has."""
    return request.product_version.replace("\0", "")[:MAX_VERSION_CHARACTERS]


def waiting(request: SyncRequest) -> tuple[int, int, int]:
    """What the till says it has not sent yet: entries, points, money; within what columns hold."""
    said = request.waiting
    entries, points, amount_minor = (
        max(min(value, MAX_SUM), -MAX_SUM)
        for value in (said.entries, said.points, said.amount_minor)
    )
    return max(entries, 0), points, amount_minor


def printed_notices(request: SyncRequest) -> list[str]:
    """The notices that came out on receipts; later ones are named again by the till."""
    return [name for name in request.printed_notices if is_plain(name)][:MAX_NOTICES_A_FRAME]


def sane_tallies(request: SyncRequest, head_seq: int) -> list[DayTally]:
    """The sums that can be kept; a day whose sums cannot is shown as waiting.

    Sums as of an entry beyond `head_seq`, the last that is held, would keep out every later word
    of the till.
    """
    return [tally for tally in request.tallies if tally.last_seq <= head_seq and _is_sane(tally)]


def _is_sane(tally: DayTally) -> bool:
    day, *sums = msgspec.structs.astuple(tally)
    try:
        is_day = date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
    return is_day and all(abs(value) <= MAX_SUM for value in sums)

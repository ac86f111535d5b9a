"""What a frame must keep to before it is looked at: bounds that no till of any version passes."""

from datetime import date

import msgspec

from loyalty.errors import FrameInvalid
from loyalty.identifiers import is_terminal_id
from loyalty.tallies import DayTally
from loyalty.wire import SyncRequest
from sync_server.terminals.inspection import MAX_MOMENT_MS, is_plain

MAX_SEQ = 2**62
MAX_SUM = 10**18
MAX_NOTICES_A_FRAME = 10_000


def require_sane(request: SyncRequest) -> None:
    """Raise FrameInvalid for what no till of any version sends and no column holds."""
    numbers = (request.epoch, request.first_seq)
    if not is_terminal_id(request.terminal) or not all(1 <= value <= MAX_SEQ for value in numbers):
        raise FrameInvalid("A frame must name a terminal, an epoch and a first entry.")
    if not (is_plain(request.product_version) and 0 <= request.sent_at_ms <= MAX_MOMENT_MS):
        raise FrameInvalid("A frame's version or time is out of range.")
    if len(request.printed_notices) > MAX_NOTICES_A_FRAME or not is_plain(*request.printed_notices):
        raise FrameInvalid(f"A frame names at most {MAX_NOTICES_A_FRAME} printed notices.")
    if not all(_is_sane_tally(tally) for tally in request.tallies):
        raise FrameInvalid("A day's sums are out of range.")


def _is_sane_tally(tally: DayTally) -> bool:
    day, *sums = msgspec.structs.astuple(tally)
    try:
        is_day = date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
    return is_day and all(abs(value) <= MAX_SUM for value in sums)

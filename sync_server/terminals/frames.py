"""A frame as it is read, before anything is written: where it continues, and what counts of it."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from loyalty.journal import Entry
from loyalty.wire import Refused, SyncRequest
from sync_server.terminals.chain import Continuation, Head, Placed, continue_chain
from sync_server.terminals.counted_once import counted_before
from sync_server.terminals.evidence import held_under
from sync_server.terminals.inspection import inspect

MAX_REASON_CHARACTERS = 300


class Frame(msgspec.Struct, frozen=True):
    """A frame that was read.

    Of its new entries `counting` will count, and `refused` will not, each with the reason;
    `held_refused` are those among what was held already.
    """

    chain: Continuation
    counting: tuple[tuple[Placed, Entry], ...]
    refused: tuple[tuple[Placed, str], ...]
    held_refused: tuple[Refused, ...]

    @property
    def arrived(self) -> list[Entry]:
        """The entries that will count."""
        return [entry for _, entry in self.counting]

    @property
    def told_refused(self) -> tuple[Refused, ...]:
        """All entries of the frame that do not count, as its till is told."""
        fresh = tuple(Refused(placed.seq, reason) for placed, reason in self.refused)
        return self.held_refused + fresh


def read_frame(connection: Connection, request: SyncRequest, head: Head) -> Frame:
    """Read `request` against the journal that ends at `head`.

    Raises FrameInvalid when its entries do not come to its seal.
    """
    held = held_under(connection, request, head)
    chain = continue_chain(head, held.bodies, request.first_seq, request.bodies, request.last_seal)
    counting: list[tuple[Placed, Entry]] = []
    refused: list[tuple[Placed, str]] = []
    for placed in chain.fresh:
        entry = inspect(placed.body, request.terminal, request.epoch, placed.seq)
        if isinstance(entry, str):
            refused.append((placed, entry[:MAX_REASON_CHARACTERS]))
        else:
            counting.append((placed, entry))
    arrived = [entry for _, entry in counting]
    doubled = counted_before(connection, request.terminal, request.epoch, arrived)
    return refusing(Frame(chain, tuple(counting), tuple(refused), held.refused), doubled)


def refusing(frame: Frame, reasons: Mapping[int, str]) -> Frame:
    """`frame`, of which the entries under the numbers of `reasons` do not count either."""
    if not reasons:
        return frame
    more = [(placed, reasons[placed.seq]) for placed, _ in frame.counting if placed.seq in reasons]
    return msgspec.structs.replace(
        frame,
        counting=tuple(one for one in frame.counting if one[0].seq not in reasons),
        refused=tuple(sorted((*frame.refused, *more), key=lambda one: one[0].seq)),
    )

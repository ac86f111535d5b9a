"""Where a frame of entries stands against the journal that is held: pure, and the heart of sync.

Numbers and seals are all it looks at, never what entries say; so an entry that cannot be read
holds its place in the chain like any other, and stops nothing behind it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from loyalty.errors import FrameInvalid
from loyalty.journal import next_seal
from loyalty.wire import Outcome


class Head(msgspec.Struct, frozen=True):
    """The last entry held of a journal and its seal; entry 0 is the beginning."""

    seq: int
    seal: bytes


class Placed(msgspec.Struct, frozen=True):
    """The bytes of an entry, the number they claim, and the seal they come to in its place.

    Evidence of another history has no place in this one, and no seal.
    """

    seq: int
    body: bytes
    seal: bytes = b""


class Continuation(msgspec.Struct, frozen=True):
    """What a frame comes to: its outcome, the head after it, the entries that are new.

    `evidence` are the frame's entries from the first that differs from what is held.
    """

    outcome: Outcome
    head: Head
    fresh: tuple[Placed, ...] = ()
    evidence: tuple[Placed, ...] = ()


def continue_chain(
    head: Head,
    held: Mapping[int, bytes],
    first_seq: int,
    bodies: Sequence[bytes],
    last_seal: bytes,
) -> Continuation:
    """Continue the journal at `head` with `bodies`, numbered from `first_seq`.

    `held` has the bytes kept under the numbers of the frame up to the head. Entries that are
    held already are skipped when they are the same bytes; other bytes under a number that is
    taken make a fork. So do new entries that do not come to `last_seal`, where the two may part
    before the frame; raises FrameInvalid when it tells the journal from its start.
    """
    if first_seq > head.seq + 1:
        return Continuation(Outcome.BEHIND, head)
    placed = [Placed(seq, body) for seq, body in enumerate(bodies, first_seq)]
    for place, entry in enumerate(placed):
        if entry.seq <= head.seq and held.get(entry.seq) != entry.body:
            return Continuation(Outcome.FORKED, head, evidence=tuple(placed[place:]))
    fresh = []
    seal = head.seal
    for entry in placed:
        if entry.seq > head.seq:
            seal = next_seal(seal, entry.body)
            fresh.append(Placed(entry.seq, entry.body, seal))
    ends_at_head = first_seq + len(placed) - 1 >= head.seq
    if ends_at_head and seal != last_seal:
        if not placed or first_seq > 1:
            # The two part before the frame begins: told from its start, the place is found.
            return Continuation(Outcome.FORKED, head)
        raise FrameInvalid(
            f"The seals of entries {first_seq} to {placed[-1].seq} do not follow from what head "
            "office holds.",
            "Run paragon ledger verify at the till.",
        )
    last_seq = fresh[-1].seq if fresh else head.seq
    return Continuation(Outcome.ACCEPTED, Head(last_seq, seal), tuple(fresh))

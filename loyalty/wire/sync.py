"""The two sides of a round trip."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from loyalty.bounds import Count, MomentMs, Points
from loyalty.tallies import DayTally
from loyalty.wire.changes import Change
from loyalty.wire.columns import Columns
from loyalty.wire.limits import (
    MAX_CHANGES_A_FRAME,
    MAX_DRAWS_A_FRAME,
    MAX_ENTRIES_A_FRAME,
    MAX_FOUND_A_FRAME,
    MAX_LOOKUPS_A_FRAME,
    MAX_NOTICES_A_FRAME,
    MAX_RECALLS_A_FRAME,
    MAX_TALLIES_A_FRAME,
)


class Outcome(StrEnum):
    """How head office took a frame of entries."""

    ACCEPTED = "accepted"
    BEHIND = "behind"
    """It holds less than the frame starts at: send again from its head."""
    FORKED = "forked"
    """It holds other entries under the same numbers: kept as evidence, a person must look."""


class SignedHead(msgspec.Struct, frozen=True, array_like=True):
    """Head office's receipt: it held the entry `seq` of a journal, sealed `seal`, after commit."""

    history_id: str
    seq: Count
    seal: bytes
    signature: bytes


class Draw(msgspec.Struct, frozen=True, array_like=True):
    """A till asks for rights: to `points` of a member, or to one `voucher`.

    `number` is the till's own count of its requests in this journal; the same number is the same
    request for ever, so one whose answer was lost is sent again and granted once.
    """

    number: int
    member_id: str
    points: int
    voucher: str = ""


WHY_RECOVERING = "recovering"
"""The reason of an empty grant while head office waits for all tills after a restore."""


WHY_ASKED_BEFORE = "asked-before"
"""The reason of an empty grant whose number was answered before, perhaps to another question: a
till that was put back from a backup counts again from where it was, and goes on behind `answered`,
the last number that was answered."""


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """The final answer to draw `number`: rights to so many points (or 1 for its voucher).

    It may be fewer than were asked, or 0; then head office has asked back what others hold, and a
    later draw may find it. `reason` is empty or why ("held-elsewhere", "recovering",
    "asked-before", "none").
    """

    number: Count
    points: Points
    reason: str = ""
    answered: Count = 0


class Recall(msgspec.Struct, frozen=True, array_like=True):
    """Head office asks rights back: `points` of a member, or `voucher`; at once if the member is
    not being served, else when they are."""

    member_id: str
    points: Count
    voucher: str = ""


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """What a till has not sent yet beyond this frame: entries, and the points (earned less taken)
    and money (sales less returns) in them."""

    entries: int = 0
    points: int = 0
    amount_minor: int = 0


NOTHING_WAITING = Waiting()


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A till's side of a round trip.

    `bodies` are entries `first_seq`, `first_seq + 1`, ... of `(terminal, epoch)`; `last_seal` is
    the seal of the last of them (of the head when there is none). `history_id`, `cursor` and
    `mark` say up to which change of which server's history the till has been told, as the last
    reply said them. `printed_notices` are ids of notices that came out on a receipt. `tallies`
    are the till's own sums of the days that changed, each as of the last entry of this frame.

    `count` and `length` are how many bodies there are and their bytes together (since version 2).
    `draws` ask for rights, `lookups` are cards that the till has not heard of, `waiting` says what
    comes in later frames. `receipt` is the last signed head, shown when head office turns out to
    hold less than it once confirmed. On the way to a head office that reads them, `columns` stand
    for the bodies.
    """

    version: int
    terminal: str
    epoch: int
    first_seq: int
    bodies: Annotated[tuple[bytes, ...], Meta(max_length=MAX_ENTRIES_A_FRAME)]
    last_seal: bytes
    history_id: str
    cursor: Count
    sent_at_ms: int
    product_version: str
    printed_notices: Annotated[tuple[str, ...], Meta(max_length=MAX_NOTICES_A_FRAME)] = ()
    tallies: Annotated[tuple[DayTally, ...], Meta(max_length=MAX_TALLIES_A_FRAME)] = ()
    mark: str = ""
    count: int = 0
    length: int = 0
    draws: Annotated[tuple[Draw, ...], Meta(max_length=MAX_DRAWS_A_FRAME)] = ()
    lookups: Annotated[tuple[str, ...], Meta(max_length=MAX_LOOKUPS_A_FRAME)] = ()
    waiting: Waiting = NOTHING_WAITING
    receipt: SignedHead | None = None
    columns: Columns | None = None


COUNTS_ALREADY = "it counts already"
"""How the reason begins for an entry that head office holds from another journal of the terminal:
its till leaves the journal in which it counts twice."""


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """An entry that head office keeps but does not count, and why."""

    seq: Count
    reason: str


class SyncReply(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Head office's side: its head after commit, and what is new since the till's cursor.

    `head_seq` and `head_seal` are of the last entry it holds of this terminal and epoch.
    `mark` is what head office wrote beside the change at `cursor`: a database put back from a
    backup gives the number again, but never the mark. With `from_start` the changes are the feed
    from its first one on, and the till forgets what it was told of balances before.

    `head_signature` is head office's, over `head_words`; `server_key`, told with `from_start`,
    checks it for a till that was enrolled before there was one. `fork_seq` is the first entry
    that differs from what head office holds; 0 is that it lies before this frame.
    """

    version: int
    history_id: str
    outcome: Outcome
    head_seq: Count
    head_seal: bytes
    changes: Annotated[tuple[Change, ...], Meta(max_length=MAX_CHANGES_A_FRAME)]
    cursor: Count
    more: bool
    server_time_ms: MomentMs
    refused: Annotated[tuple[Refused, ...], Meta(max_length=MAX_ENTRIES_A_FRAME)] = ()
    mark: str = ""
    from_start: bool = False
    head_signature: bytes = b""
    grants: Annotated[tuple[Grant, ...], Meta(max_length=MAX_DRAWS_A_FRAME)] = ()
    recalls: Annotated[tuple[Recall, ...], Meta(max_length=MAX_RECALLS_A_FRAME)] = ()
    found: Annotated[tuple[Change, ...], Meta(max_length=MAX_FOUND_A_FRAME)] = ()
    rights_until_ms: MomentMs = 0
    fork_seq: Count = 0
    server_key: bytes = b""

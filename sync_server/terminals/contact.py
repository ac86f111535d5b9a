"""A terminal in touch: who it is, where its journal stands, what it says beside its entries."""

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from loyalty.journal import first_seal
from loyalty.wire import Outcome, SyncRequest
from sync_server.errors import TerminalUnknown
from sync_server.store.feed import NOTICE, tell
from sync_server.store.keyed import rows_of
from sync_server.store.tables import heads, journals, notices, terminals
from sync_server.terminals.chain import Continuation, Head
from sync_server.terminals.limits import (
    clock_offset_ms,
    printed_notices,
    product_version,
    waiting,
)

CONTACT_NOTED_EVERY_MS = 30_000
"""A till in touch with nothing to say is written down no more often than this."""

CLOCK_JUMP_MS = 2 * 60_000
"""A till's clock that moved by more than this against head office's was set."""


class Contact(msgspec.Struct, frozen=True):
    """A terminal as it was heard last, and one journal of it.

    `head` is the last entry held, with the `signature` over it that was given in `signed_in`;
    `is_given` says whether the terminal was given this journal, as far as the books know.
    `newest_epoch` is of the last journal it was given, `heard_history` the history in which all
    of this one was last sent.
    """

    terminal: str
    head: Head
    signature: bytes
    signed_in: str
    is_given: bool
    newest_epoch: int
    last_contact_ms: int
    clock_offset_ms: int
    product_version: str
    waiting: tuple[int, int, int]
    heard_history: str

    @property
    def last_sent_at_ms(self) -> int:
        """When the till made the frame that was heard last, by its own clock."""
        return self.last_contact_ms + self.clock_offset_ms


def contact_of(
    connection: Connection, request: SyncRequest, token_hash: str | None, *, holds: bool
) -> Contact:
    """The terminal and journal of `request`.

    Who `holds` it, in a writing transaction, keeps every other frame of the terminal out until
    the end. `token_hash` is of the token that was shown, or None where it was checked before.
    Raises TerminalUnknown when it is none of this terminal, or the terminal was revoked.
    """
    asked = {"terminal": request.terminal, "epoch": request.epoch}
    if holds:
        # What another process commits meanwhile is seen, as the rest is asked after the lock.
        connection.execute(_HOLD, {"terminal": request.terminal})
    rows = rows_of(connection, _CONTACT, asked)
    if not rows:
        raise TerminalUnknown(f"The chain has no terminal {request.terminal[:16]!r}.")
    shown, revoked_at_ms, newest_epoch, last_contact_ms, offset_ms, version = rows[0][:6]
    seq, seal, signature, signed_in, given = rows[0][10:]
    if token_hash is not None and (shown != token_hash or revoked_at_ms is not None):
        raise TerminalUnknown("The token is not known any more.")
    return Contact(
        terminal=request.terminal,
        head=Head(0, first_seal(request.terminal, request.epoch))
        if seq is None
        else Head(seq, seal),
        signature=signature or b"",
        signed_in=signed_in or "",
        is_given=given is not None or seq is not None,
        newest_epoch=newest_epoch,
        last_contact_ms=last_contact_ms or 0,
        clock_offset_ms=offset_ms,
        product_version=version,
        waiting=rows[0][6:9],
        heard_history=rows[0][9] or "",
    )


def is_news(contact: Contact, request: SyncRequest, now_ms: int) -> bool:
    """Whether a till that has no entries says something of itself that is to be written down."""
    return (
        now_ms - contact.last_contact_ms > CONTACT_NOTED_EVERY_MS
        or has_clock_jumped(contact, request, now_ms)
        or contact.product_version != product_version(request)
        or contact.waiting != waiting(request)
    )


def has_clock_jumped(contact: Contact, request: SyncRequest, now_ms: int) -> bool:
    """Whether the till's clock was set since it was heard last."""
    moved_ms = clock_offset_ms(request, now_ms) - contact.clock_offset_ms
    return contact.last_contact_ms > 0 and abs(moved_ms) > CLOCK_JUMP_MS


def note_contact(connection: Connection, request: SyncRequest, now_ms: int) -> None:
    """Write down that the till was heard, and what it says of itself."""
    waiting_entries, waiting_points, waiting_minor = waiting(request)
    connection.execute(
        _NOTE,
        {
            "named": request.terminal,
            "now_ms": now_ms,
            "said_version": product_version(request),
            "offset_ms": clock_offset_ms(request, now_ms),
            "entries": waiting_entries,
            "points": waiting_points,
            "minor": waiting_minor,
        },
    )


def note_printed(connection: Connection, request: SyncRequest, now_ms: int) -> None:
    """Write down which notices came out on receipts; the other tills are told."""
    named = printed_notices(request)
    if not named:
        return
    unprinted = notices.c.notice_id.in_(named) & notices.c.printed_at_ms.is_(None)
    # Two tills may print the same lines: locked in one order, neither waits for the other.
    connection.execute(
        select(notices.c.notice_id).where(unprinted).order_by(notices.c.notice_id).with_for_update()
    )
    printed = connection.execute(
        update(notices)
        .where(unprinted)
        .values(printed_at_ms=now_ms, printed_terminal=request.terminal)
        .returning(notices.c.notice_id, notices.c.member_id)
    )
    tell(connection, NOTICE, {row.notice_id: row.member_id for row in printed})


def is_at_head(request: SyncRequest, frame: Continuation) -> bool:
    """Whether the sender of `request` knows all that head office holds of its journal."""
    last_seq = request.first_seq - 1 + len(request.bodies)
    return frame.outcome is Outcome.ACCEPTED and last_seq == frame.head.seq


def has_said_all(request: SyncRequest, frame: Continuation) -> bool:
    """Whether head office now holds everything that the till of `request` has.

    A till of the first version does not say what waits; an empty frame says that nothing does.
    """
    is_last = request.waiting.entries == 0 if request.version > 1 else not request.bodies
    return is_last and is_at_head(request, frame)


def may_be_cut(request: SyncRequest) -> bool:
    """Whether the last receipt in a frame may go on in the next: tills write receipts whole, so
    only where one waits. A till of the first version does not say."""
    return request.version <= 1 or request.waiting.entries > 0


_HOLD = (
    select(terminals.c.terminal)
    .where(terminals.c.terminal == bindparam("terminal"))
    .with_for_update(key_share=True)
)
_CONTACT = (
    select(
        terminals.c.token_hash,
        terminals.c.revoked_at_ms,
        terminals.c.epoch,
        terminals.c.last_contact_ms,
        terminals.c.clock_offset_ms,
        terminals.c.product_version,
        terminals.c.waiting_entries,
        terminals.c.waiting_points,
        terminals.c.waiting_minor,
        journals.c.heard_history,
        heads.c.seq,
        heads.c.seal,
        heads.c.signature,
        heads.c.history_id,
        journals.c.epoch.label("given"),
    )
    .select_from(terminals)
    .outerjoin(
        heads, (heads.c.terminal == terminals.c.terminal) & (heads.c.epoch == bindparam("epoch"))
    )
    .outerjoin(
        journals,
        (journals.c.terminal == terminals.c.terminal) & (journals.c.epoch == bindparam("epoch")),
    )
    .where(terminals.c.terminal == bindparam("terminal"))
)
_NOTE = (
    update(terminals)
    .where(terminals.c.terminal == bindparam("named"))
    .values(
        last_contact_ms=bindparam("now_ms"),
        product_version=bindparam("said_version"),
        clock_offset_ms=bindparam("offset_ms"),
        waiting_entries=bindparam("entries"),
        waiting_points=bindparam("points"),
        waiting_minor=bindparam("minor"),
    )
)

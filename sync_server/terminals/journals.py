"""Journals: which ones a terminal was given, and a new one for a till that cannot go on in its own.

A copy, a restored backup or a journal that lost its end would write other entries under numbers
that head office holds. Such a till asks for a journal of its own; its request has a name, so that
an answer which was lost is given again.
"""

from sqlalchemy import Connection, func, insert, select, update

from loyalty.errors import FrameInvalid
from loyalty.identifiers import CARD_TERMINAL_DIGITS
from loyalty.wire import EpochReply, EpochRequest
from sync_server.store.cases import COPY, CUT_OFF, FORK, Case, open_cases
from sync_server.store.feed import TERMINAL, tell
from sync_server.store.settings import LEAST_EPOCH, LEAST_NUMBER, read_setting
from sync_server.store.tables import journals, terminals
from sync_server.store.tables.chain import LOST
from sync_server.store.texts import is_plain

MAX_TERMINAL_NUMBER = 10**CARD_TERMINAL_DIGITS - 1
"""What the number has room for on a card."""

PUBLIC_KEY_BYTES = 32
MAX_NONCE_CHARACTERS = 64
MAX_EPOCH = 2**62

MAX_JOURNALS_A_DAY = 20
"""Of one terminal. A till asks for one when it was copied or put back, which nobody does all day;
each takes a terminal number of the whole chain, and its key is told to every till."""

DAY_MS = 86_400_000

ENROLLED = "enrolled"
"""Why a journal is kept: its till was set up."""

_WHY = {
    FORK: "has another history than head office from some entry on: one of the two is a copy",
    CUT_OFF: "ends before what head office holds: its end was cut off, or it is a restored backup",
    COPY: "was copied, or put back from a backup",
}


def start_journal(
    connection: Connection, terminal: str, request: EpochRequest, now_ms: int
) -> EpochReply:
    """Give `terminal` another journal; the same request again gives the same one.

    In a writing transaction. Raises FrameInvalid for a request that cannot be one, for one too
    many in a day, or when the numbers of terminals are used up.
    """
    public_key = read_public_key(request.public_key)
    has_name = 0 < len(request.nonce) <= MAX_NONCE_CHARACTERS and is_plain(request.nonce)
    if public_key is None or not has_name or request.reason not in _WHY:
        raise FrameInvalid("A request for a journal has a name, a reason and a public key.")
    if not 1 <= request.epoch <= MAX_EPOCH:
        raise FrameInvalid("A request for a journal says which one it leaves.")
    given = connection.execute(
        select(journals.c.terminal, journals.c.epoch, journals.c.number).where(
            journals.c.nonce == request.nonce
        )
    ).first()
    if given is not None:
        if given.terminal != terminal:
            raise FrameInvalid("Another terminal asked for a journal under this name.")
        return EpochReply(epoch=given.epoch, terminal_number=given.number)
    _require_room_today(connection, terminal, now_ms)
    epoch, number = next_epoch(connection, terminal), next_number(connection)
    if number is None:
        raise FrameInvalid(f"The chain has used up its {MAX_TERMINAL_NUMBER} terminal numbers.")
    connection.execute(
        insert(journals).values(
            terminal=terminal,
            epoch=epoch,
            number=number,
            public_key=public_key,
            nonce=request.nonce,
            parent_epoch=request.epoch,
            reason=request.reason,
            started_at_ms=now_ms,
        )
    )
    connection.execute(
        update(terminals).where(terminals.c.terminal == terminal).values(epoch=epoch, number=number)
    )
    tell(connection, TERMINAL, [terminal])
    open_cases(connection, [_case(terminal, request, epoch)], now_ms)
    return EpochReply(epoch=epoch, terminal_number=number)


def keep_lost_journal(connection: Connection, terminal: str, epoch: int, now_ms: int) -> None:
    """Keep a journal that was given in a time which the books lost; in a writing transaction.

    Its till goes on with the key of the journal before. Which number its cards have is not known
    any more: it gets one that no till was given, below zero, and new ones are given well above.
    Raises FrameInvalid for one too many in a day.
    """
    _require_room_today(connection, terminal, now_ms)
    before = connection.execute(
        select(journals.c.public_key)
        .where(journals.c.terminal == terminal)
        .order_by(journals.c.epoch.desc())
        .limit(1)
    ).scalar()
    lowest = connection.execute(select(func.min(journals.c.number))).scalar() or 0
    connection.execute(
        insert(journals).values(
            terminal=terminal,
            epoch=epoch,
            number=min(lowest, 0) - 1,
            public_key=before or b"",
            reason=LOST,
            started_at_ms=now_ms,
        )
    )
    connection.execute(
        update(terminals)
        .where(terminals.c.terminal == terminal, terminals.c.epoch < epoch)
        .values(epoch=epoch)
    )
    tell(connection, TERMINAL, [terminal])


def next_epoch(connection: Connection, terminal: str) -> int:
    """An epoch above every one that `terminal` was ever given."""
    highest = connection.execute(
        select(func.max(journals.c.epoch)).where(journals.c.terminal == terminal)
    ).scalar()
    least = int(read_setting(connection, LEAST_EPOCH, "1"))
    return max((highest or 0) + 1, least)


def next_number(connection: Connection) -> int | None:
    """A terminal number above every one ever given; None when they are used up."""
    highest = [
        connection.execute(select(func.max(column))).scalar() or 0
        for column in (terminals.c.number, journals.c.number)
    ]
    number = max(*highest, int(read_setting(connection, LEAST_NUMBER, "1")) - 1) + 1
    return number if number <= MAX_TERMINAL_NUMBER else None


def _require_room_today(connection: Connection, terminal: str, now_ms: int) -> None:
    started = connection.execute(
        select(func.count()).where(
            journals.c.terminal == terminal, journals.c.started_at_ms > now_ms - DAY_MS
        )
    ).scalar_one()
    if started >= MAX_JOURNALS_A_DAY:
        raise FrameInvalid(
            f"Terminal {terminal} began {started} journals within a day, and gets no other now.",
            "Find out why it cannot go on in its own: is its disk put back again and again, or "
            "does another machine show its token? Then set it up again with a new code.",
        )


def read_public_key(text: str) -> bytes | None:
    """The 32 bytes of a public key in hexadecimal; None when it is none."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == PUBLIC_KEY_BYTES else None


def _case(terminal: str, request: EpochRequest, epoch: int) -> Case:
    return Case(
        case_id=f"{request.reason}:{terminal}:{request.epoch}:new-{epoch}",
        kind=request.reason,
        terminal=terminal,
        epoch=request.epoch,
        seq=0,
        detail=f"Journal {request.epoch} of {terminal} {_WHY[request.reason]}. The till goes on "
        f"in journal {epoch}; what it had written that head office did not hold comes there.",
    )

"""The history that head office's books are of, and what happens when they are put back.

Books that come back from a backup, or from a standby that missed the last seconds, have lost what
tills were told. They become another history: tills then send again what they confirmed, and no
right is granted until each of them has, because grants may be among what was lost. What was given
in the lost time is never given again: numbers of journals and terminals go on well above it.
"""

import uuid
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, bindparam, func, select, update

from loyalty.wire import SignedHead, SyncRequest, head_words
from sync_server.store.books_file import BOOKS_FILE, books_file
from sync_server.store.cases import RESTORED, Case, open_cases
from sync_server.store.engine import timeline_of
from sync_server.store.marks import is_lost
from sync_server.store.server_key import private_key, server_key
from sync_server.store.settings import (
    HISTORY_ID,
    LEAST_EPOCH,
    LEAST_NUMBER,
    RECOVERING,
    SERVER_KEY,
    TIMELINE,
    YES,
    read_setting,
    write_setting,
)
from sync_server.store.tables import journals, settings, terminals

LOST_EPOCHS = 1_000
LOST_NUMBERS = 100
LOST_NUMBERS_AN_HOUR = 10
MAX_LOST_NUMBERS = 10_000
"""Room for the journals and terminal numbers that may have been given in a lost time.

It grows with the time, an epoch a second: the same backup may be put back a second time, and the
room must then reach over what was given after the first.
"""


class History(msgspec.Struct, frozen=True):
    """The history of a transaction's moment. Several processes may serve one database, so it is
    read in each."""

    history_id: str
    is_recovering: bool
    key: str
    timeline: str
    least_epoch: int

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """What heads are signed with."""
        return private_key(self.key)


def history_of(connection: Connection) -> History:
    """The history as it is kept; it may still have to be settled."""
    values = {row.key: row.value for row in connection.execute(_FACTS)}
    return History(
        history_id=values.get(HISTORY_ID, ""),
        is_recovering=values.get(RECOVERING) == YES,
        key=values.get(SERVER_KEY, ""),
        timeline=values.get(TIMELINE, ""),
        least_epoch=int(values.get(LEAST_EPOCH, 0)),
    )


def is_settled(connection: Connection, history: History) -> bool:
    """Whether the database is the one that `history` was written in, with a key to sign with."""
    return bool(history.key) and timeline_of(connection) in ("", history.timeline)


def settled_history(connection: Connection, now_ms: int) -> History:
    """The history, begun anew when the database went over to another timeline; in a writing
    transaction."""
    history = history_of(connection)
    if is_settled(connection, history):
        return history
    server_key(connection)
    timeline = timeline_of(connection)
    if history.timeline and timeline not in ("", history.timeline):
        return note_restored(connection, now_ms, "the database goes on from another timeline")
    write_setting(connection, TIMELINE, timeline)
    return history_of(connection)


def settle_place(connection: Connection, now_ms: int) -> None:
    """Begin a new history when SQLite's books are in another file or on another machine than they
    were: then a backup was put back, or somebody writes on in a copy. In a writing transaction,
    as a server starts."""
    place, before = books_file(connection), read_setting(connection, BOOKS_FILE)
    if before and place != before:
        note_restored(connection, now_ms, "they are in another file or on another machine")
    elif place != before:
        write_setting(connection, BOOKS_FILE, place)


def note_restored(connection: Connection, now_ms: int, why: str) -> History:
    """Begin a new history, because the books have lost what tills were told; in a writing
    transaction. `why` goes into the case that is opened.

    Two servers that notice it at once begin one.
    """
    before = history_of(connection).history_id
    held = connection.execute(_HOLD_HISTORY).scalar_one()
    if held != before:
        return history_of(connection)
    lost_epochs, lost_numbers = _room(connection, now_ms)
    epochs = [connection.execute(select(func.max(table.c.epoch))).scalar() for table in _EPOCHS]
    numbers = [connection.execute(select(func.max(table.c.number))).scalar() for table in _EPOCHS]
    # An earlier loss may have left room in which nothing is given yet, as far as is known.
    epochs.append(int(read_setting(connection, LEAST_EPOCH, "0")))
    numbers.append(int(read_setting(connection, LEAST_NUMBER, "0")))
    for key, value in (
        (HISTORY_ID, uuid.uuid4().hex),
        (RECOVERING, YES),
        (TIMELINE, timeline_of(connection)),
        (BOOKS_FILE, books_file(connection)),
        (LEAST_EPOCH, str(max(epoch or 0 for epoch in epochs) + lost_epochs)),
        (LEAST_NUMBER, str(max(number or 0 for number in numbers) + lost_numbers)),
    ):
        write_setting(connection, key, value)
    case = Case(
        case_id=f"{RESTORED}:{before}",
        kind=RESTORED,
        terminal="",
        epoch=0,
        seq=0,
        detail=f"Head office's books were put back from an earlier state: {why}. No rights are "
        "granted until every till has sent again what it knows.",
    )
    open_cases(connection, [case], now_ms)
    return history_of(connection)


def _room(connection: Connection, now_ms: int) -> tuple[int, int]:
    """How many epochs and terminal numbers to leave out, since the last that the books know of."""
    known = (connection.execute(select(func.max(moment))).scalar() for moment in _MOMENTS)
    last_ms = max((moment_ms or 0 for moment_ms in known), default=0)
    lost_s = max(now_ms - last_ms, 0) // 1_000 if last_ms else 0
    numbers = LOST_NUMBERS + LOST_NUMBERS_AN_HOUR * (lost_s // 3_600)
    return LOST_EPOCHS + lost_s, min(numbers, MAX_LOST_NUMBERS)


def has_lost(connection: Connection, history: History, request: SyncRequest, head_seq: int) -> bool:
    """Whether `request` proves that the books have lost something of `history`.

    It shows head office's own signature over a later entry than the last one held, or its mark of
    a draw of change numbers that is not held.
    """
    is_told = request.history_id == history.history_id and request.mark
    if is_told and is_lost(connection, request.mark, history.history_id, history.key):
        return True
    receipt = request.receipt
    return (
        receipt is not None
        and receipt.history_id == history.history_id
        and receipt.seq > head_seq
        and is_signed_here(history, request, receipt)
    )


def is_known_by_receipt(history: History, request: SyncRequest) -> bool:
    """Whether `request` shows head office's signature over its journal, given in any history."""
    return request.receipt is not None and is_signed_here(history, request, request.receipt)


def is_signed_here(history: History, request: SyncRequest, receipt: SignedHead) -> bool:
    """Whether `receipt` is head office's own word about the journal of `request`."""
    words = head_words(
        receipt.history_id, request.terminal, request.epoch, receipt.seq, receipt.seal
    )
    try:
        history.signing_key.public_key().verify(receipt.signature, words)
    except InvalidSignature:
        return False
    return True


def note_heard(connection: Connection, history: History, terminal: str, epoch: int) -> None:
    """Note that `terminal` has sent all of a journal in this history; in a writing transaction.

    When the last till has, rights are granted again.
    """
    heard = {"named": terminal, "heard": history.history_id}
    connection.execute(_HEARD, heard)
    connection.execute(_HEARD_ALL, {**heard, "of_epoch": epoch})
    if history.is_recovering:
        waiting = connection.execute(_UNHEARD, {"history_id": history.history_id}).scalar_one()
        if waiting == 0:
            go_on(connection)


def go_on(connection: Connection) -> None:
    """Grant rights again, whoever was not heard; in a writing transaction."""
    write_setting(connection, RECOVERING, "")


_EPOCHS: tuple[Any, ...] = (terminals, journals)
_MOMENTS: tuple[Any, ...] = (terminals.c.last_contact_ms, journals.c.started_at_ms)
_FACTS = select(settings.c.key, settings.c.value).where(
    settings.c.key.in_((HISTORY_ID, RECOVERING, SERVER_KEY, TIMELINE, LEAST_EPOCH))
)
_HOLD_HISTORY = select(settings.c.value).where(settings.c.key == HISTORY_ID).with_for_update()
_HEARD = (
    update(terminals)
    .where(terminals.c.terminal == bindparam("named"))
    .values(heard_history=bindparam("heard"))
)
_HEARD_ALL = (
    update(journals)
    .where(journals.c.terminal == bindparam("named"), journals.c.epoch == bindparam("of_epoch"))
    .values(heard_history=bindparam("heard"))
)
_UNHEARD = select(func.count()).where(
    terminals.c.token_hash.is_not(None),
    terminals.c.revoked_at_ms.is_(None),
    terminals.c.heard_history != bindparam("history_id"),
)

"""Bytes kept as evidence: entries that cannot count, and second histories."""

import hashlib
from collections.abc import Sequence
from itertools import chain

import msgspec
from sqlalchemy import Connection, select

from loyalty.wire import Refused, SyncRequest
from sync_server.store.cases import FORK, REFUSED, Case, open_cases
from sync_server.store.statements import inserting
from sync_server.store.tables import entries, quarantine
from sync_server.terminals.chain import Continuation, Head, Placed


class Held(msgspec.Struct, frozen=True):
    """What is kept under the numbers of a frame: bytes, and why some of them do not count."""

    bodies: dict[int, bytes]
    refused: tuple[Refused, ...]


def held_under(connection: Connection, request: SyncRequest, head: Head) -> Held:
    """What head office holds under the numbers of a frame."""
    first, last = request.first_seq, request.first_seq + len(request.bodies) - 1
    if not request.bodies or first > head.seq:
        return Held({}, ())
    counted, refused = (
        connection.execute(
            select(table.c.seq, table.c.body, reason).where(
                table.c.terminal == request.terminal,
                table.c.epoch == request.epoch,
                table.c.seq.between(first, last),
                *conditions,
            )
        ).all()
        for table, reason, conditions in (
            (entries, entries.c.kind, ()),
            (quarantine, quarantine.c.reason, (quarantine.c.in_chain.is_(True),)),
        )
    )
    return Held(
        {row.seq: row.body for row in chain(counted, refused)},
        tuple(sorted((Refused(row.seq, row.reason) for row in refused), key=lambda kept: kept.seq)),
    )


def keep_evidence(
    connection: Connection, request: SyncRequest, frame: Continuation, now_ms: int
) -> None:
    """Keep a second history and open its case; sent again, it is known by its bytes."""
    at = frame.evidence[0].seq if frame.evidence else frame.head.seq
    reason = f"entry {at} is held with other bytes"
    put_in_quarantine(
        connection, request, [(placed, reason) for placed in frame.evidence], now_ms, in_chain=False
    )
    fork = Case(
        case_id=f"{FORK}:{request.terminal}:{request.epoch}:{at}",
        kind=FORK,
        terminal=request.terminal,
        epoch=request.epoch,
        seq=at,
        detail=f"From entry {at} on, the till has another history than head office: it may be a "
        "copy or a restored backup. Both are kept.",
    )
    open_cases(connection, [fork], now_ms)


def lost_tail(request: SyncRequest, head: Head, last_sent_at_ms: int) -> Sequence[Case]:
    """The case of a till whose journal ends before what head office holds of it, or none.

    It has nothing to send, now or later, and names an earlier entry as its last. A frame that was
    made before the one that head office heard last (`last_sent_at_ms`, by the till's clock) says
    so too, and means nothing: two programs of one till may overtake each other on the line.
    """
    last_seq = request.first_seq - 1
    has_more = request.bodies or request.waiting.entries
    if has_more or last_seq >= head.seq or request.sent_at_ms <= last_sent_at_ms:
        return ()
    return (
        Case(
            case_id=f"{FORK}:{request.terminal}:{request.epoch}:{last_seq}-{head.seq}",
            kind=FORK,
            terminal=request.terminal,
            epoch=request.epoch,
            seq=last_seq + 1,
            detail=f"The till lost entries {last_seq + 1} to {head.seq}, which head office holds: "
            "its end was cut off, or it is a restored backup.",
        ),
    )


def put_in_quarantine(
    connection: Connection,
    request: SyncRequest,
    kept: Sequence[tuple[Placed, str]],
    now_ms: int,
    *,
    in_chain: bool,
) -> None:
    """Keep entries with the reason for each; bytes that are kept already are left alone."""
    if not kept:
        return
    place = f"{request.terminal} {request.epoch} {in_chain:d}"
    connection.execute(
        inserting(connection, quarantine).on_conflict_do_nothing(),
        [
            {
                "id": hashlib.sha256(f"{place} {placed.seq} ".encode() + placed.body).hexdigest(),
                "terminal": request.terminal,
                "epoch": request.epoch,
                "seq": placed.seq,
                "body": placed.body,
                "seal": placed.seal,
                "reason": reason.replace("\0", ""),
                "in_chain": in_chain,
                "received_at_ms": now_ms,
            }
            for placed, reason in kept
        ],
    )


def refusal_case(request: SyncRequest, seq: int, reason: str) -> Case:
    """The case of an entry that does not count."""
    return Case(
        case_id=f"{REFUSED}:{request.terminal}:{request.epoch}:{seq}",
        kind=REFUSED,
        terminal=request.terminal,
        epoch=request.epoch,
        seq=seq,
        detail=f"Entry {seq} does not count: {reason}.".replace("\0", ""),
    )

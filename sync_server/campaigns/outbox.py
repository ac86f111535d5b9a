"""The outbox: which messages are due, whose turn it is to send them, and how it ended.

A message is claimed before it is sent: a claim writes `sending`, counts the attempt and sets a
lease, in one transaction. Another server sees it claimed and leaves it alone; a server that dies
with claims lets them fall due again when the lease ends. What an attempt ended in is written only
while that very attempt still holds the claim. A crash between the mail server's yes and our
commit repeats one letter, under the same Message-ID.
"""

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, select, update

from sync_server.store.tables import members, messages

QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"

EMAIL = "e-mail"

MAX_CLAIM = 20
LEASE_MS = 15 * 60_000
"""Far more than a claim of MAX_CLAIM letters takes, each within its time-out on a slow line."""

MAX_ATTEMPTS = 20
FIRST_RETRY_MS = 60_000
MAX_RETRY_MS = 4 * 3_600_000
MAX_ERROR_CHARACTERS = 300

CONSENT_WITHDRAWN = "The member no longer agrees to e-mail."
GAVE_UP = "The sending server stopped in the middle of it too often."


class Claimed(msgspec.Struct, frozen=True):
    """A message that is ours to send; `attempt` counts from 1 and proves the claim."""

    message_id: str
    campaign: str
    member_id: str
    address: str
    language: str
    subject: str
    body: str
    attempt: int


def retry_delay_ms(attempt: int) -> int:
    """How long to wait after failed attempt number `attempt`: doubling, up to four hours."""
    return min(FIRST_RETRY_MS << min(attempt - 1, 16), MAX_RETRY_MS)


def is_any_due(connection: Connection, now_ms: int) -> bool:
    """Whether a claim would find anything; asks without writing."""
    first_due = select(messages.c.message_id).where(_due(now_ms)).limit(1)
    return connection.execute(first_due).first() is not None


def claim_due(connection: Connection, now_ms: int, limit: int = MAX_CLAIM) -> tuple[Claimed, ...]:
    """Take up to `limit` due messages, oldest first; to be called in a writing transaction."""
    _fail_hopeless(connection, now_ms)
    rows = connection.execute(
        select(messages)
        .where(_due(now_ms))
        .order_by(messages.c.next_attempt_ms, messages.c.message_id)
        .limit(limit)
    ).all()
    if not rows:
        return ()
    connection.execute(
        update(messages)
        .where(messages.c.message_id.in_([row.message_id for row in rows]))
        .values(state=SENDING, attempts=messages.c.attempts + 1, next_attempt_ms=now_ms + LEASE_MS)
    )
    return tuple(
        Claimed(
            row.message_id,
            row.campaign,
            row.member_id,
            row.address,
            row.language,
            row.subject,
            row.body,
            row.attempts + 1,
        )
        for row in rows
    )


def mark_sent(connection: Connection, claimed: Claimed, now_ms: int) -> bool:
    """Record that the mail server took the message; False when the claim was no longer ours."""
    return _close(connection, claimed, state=SENT, sent_at_ms=now_ms, last_error="")


def mark_unsent(
    connection: Connection, claimed: Claimed, reason: str, now_ms: int, *, for_good: bool = False
) -> bool:
    """Record a failed attempt: due again after a wait, or failed `for_good` or by count."""
    if for_good or claimed.attempt >= MAX_ATTEMPTS:
        return _close(connection, claimed, state=FAILED, last_error=reason[:MAX_ERROR_CHARACTERS])
    return _close(
        connection,
        claimed,
        state=QUEUED,
        next_attempt_ms=now_ms + retry_delay_ms(claimed.attempt),
        last_error=reason[:MAX_ERROR_CHARACTERS],
    )


def release(connection: Connection, claimed: Claimed, now_ms: int) -> bool:
    """Hand back a claim that was not tried: due again at once, the attempt not counted."""
    return _close(
        connection,
        claimed,
        state=QUEUED,
        attempts=claimed.attempt - 1,
        next_attempt_ms=now_ms,
    )


def counts_by_state(connection: Connection, campaign: str) -> dict[str, int]:
    """How many messages of `campaign` are in each state; a claimed one counts as queued."""
    counts = {QUEUED: 0, SENT: 0, FAILED: 0}
    for state, count in connection.execute(
        select(messages.c.state, func.count())
        .where(messages.c.campaign == campaign)
        .group_by(messages.c.state)
    ):
        counts[QUEUED if state == SENDING else state] += count
    return counts


def _due(now_ms: int) -> ColumnElement[bool]:
    return and_(
        messages.c.channel == EMAIL,
        messages.c.state.in_((QUEUED, SENDING)),
        messages.c.next_attempt_ms <= now_ms,
    )


def _fail_hopeless(connection: Connection, now_ms: int) -> None:
    """Close what must not or cannot be sent any more, so that it is reported, not forgotten."""
    agrees = exists().where(
        members.c.member_id == messages.c.member_id, members.c.email_consent.is_(True)
    )
    for hopeless, reason in (
        (not_(agrees), CONSENT_WITHDRAWN),
        (messages.c.attempts >= MAX_ATTEMPTS, GAVE_UP),
    ):
        connection.execute(
            update(messages).where(_due(now_ms), hopeless).values(state=FAILED, last_error=reason)
        )


def _close(connection: Connection, claimed: Claimed, **values: object) -> bool:
    closed = connection.execute(
        update(messages)
        .where(
            messages.c.message_id == claimed.message_id,
            messages.c.state == SENDING,
            messages.c.attempts == claimed.attempt,
        )
        .values(**values)
    )
    return closed.rowcount == 1

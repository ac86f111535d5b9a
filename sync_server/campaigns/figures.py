"""A campaign in figures for head office's page: what was made, printed, and what went wrong."""

import msgspec
from sqlalchemy import Connection, func, select

from sync_server.campaigns.outbox import FAILED, QUEUED, SENDING
from sync_server.store.tables import messages, notices

TROUBLES_SHOWN = 20


class Lines(msgspec.Struct, frozen=True):
    """Lines for receipts: how many were made, and how many came out on paper."""

    created: int
    printed: int


class Trouble(msgspec.Struct, frozen=True):
    """A letter whose last attempt failed."""

    member_id: str
    address: str
    state: str
    attempts: int
    last_error: str


def count_lines(connection: Connection, campaign: str) -> Lines:
    """How many receipt lines `campaign` has made, and how many of them were printed."""
    return Lines(
        *connection.execute(
            select(func.count(), func.count(notices.c.printed_at_ms)).where(
                notices.c.campaign == campaign
            )
        ).one()
    )


def latest_troubles(connection: Connection, campaign: str) -> tuple[Trouble, ...]:
    """Letters that failed or wait for another attempt, at most TROUBLES_SHOWN."""
    rows = connection.execute(
        select(
            messages.c.member_id,
            messages.c.address,
            messages.c.state,
            messages.c.attempts,
            messages.c.last_error,
        )
        .where(
            messages.c.campaign == campaign,
            messages.c.state.in_((FAILED, QUEUED, SENDING)),
            messages.c.last_error != "",
        )
        .order_by(messages.c.state, messages.c.next_attempt_ms.desc())
        .limit(TROUBLES_SHOWN)
    )
    return tuple(Trouble(*row) for row in rows)

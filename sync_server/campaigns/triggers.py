"""Triggers: what arrives from the tills sets campaigns off, in the transaction that takes it.

So a letter is queued if and only if the sale it answers is held, and a repeated frame, which
brings no new entry, brings no second letter either.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, and_, bindparam, select

from loyalty.journal import EARN, ENROL, Entry
from loyalty.members import DEFAULT_LANGUAGE
from loyalty.programme.document import Programme, load_programme
from sync_server.campaigns.outbox import EMAIL, QUEUED
from sync_server.campaigns.switches import is_on
from sync_server.campaigns.welcome import CAMPAIGN, Greeted, welcome_letter, welcome_notice
from sync_server.store.feed import NOTICE, tell
from sync_server.store.keyed import among, rows_of
from sync_server.store.programmes import document_in_force
from sync_server.store.settings import load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import members, messages, notices, standings


class Newcomer(msgspec.Struct, frozen=True):
    """A member to be welcomed, as far as head office knows them."""

    member_id: str
    points: int
    name: str
    language: str
    email: str
    email_consent: bool
    has_line: bool
    has_letter: bool


def on_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Welcome each member whose first sale is among `entries`, which have just been counted.

    Called inside ingest's transaction, after the books include `entries`. A line and a letter are
    made once per member for ever, whatever arrives later. Tills hand in at different times, so a
    sale may arrive before the enrolment: then the line goes out at once, and the letter follows
    when the enrolment brings address and consent.
    """
    sales = Counter(entry.member for entry in entries if entry.kind == EARN and entry.member)
    enrolled = {entry.member for entry in entries if entry.kind == ENROL}
    if not (sales or enrolled) or not is_on(connection, CAMPAIGN):
        return
    first_timers = _first_timers(connection, sales)
    known = _known(connection, sorted(first_timers | enrolled))
    lines = [one for one in known if one.member_id in first_timers and not one.has_line]
    welcomed = {one.member_id for one in lines}
    letters = [
        one
        for one in known
        if (one.member_id in welcomed or (one.has_line and one.member_id in enrolled))
        and not one.has_letter
        and one.email
        and one.email_consent
    ]
    if lines or letters:
        first_sale_ms = {
            entry.member: entry.occurred_at_ms for entry in reversed(entries) if entry.kind == EARN
        }
        _welcome(connection, lines, letters, first_sale_ms)


def _first_timers(connection: Connection, sales: Mapping[str, int]) -> set[str]:
    """The members who had no sale before: head office counts as many as have just arrived.

    Nearly every sale is of a member known for long, so this asks as little as it can.
    """
    rows = rows_of(connection, _SALES, {"asked": sales})
    return {member_id for member_id, count in rows if count == sales[member_id]}


def _known(connection: Connection, member_ids: Sequence[str]) -> list[Newcomer]:
    """What is known of those of `member_ids` who have bought."""
    if not member_ids:
        return []
    rows = rows_of(connection, _KNOWN, {"asked": member_ids, "campaign": CAMPAIGN})
    return [
        Newcomer(
            member_id,
            points,
            name or "",
            language or DEFAULT_LANGUAGE,
            email or "",
            bool(email_consent),
            notice_id is not None,
            message_id is not None,
        )
        for member_id, points, name, language, email, email_consent, notice_id, message_id in rows
    ]


def _welcome(
    connection: Connection,
    lines: Sequence[Newcomer],
    letters: Sequence[Newcomer],
    first_sale_ms: Mapping[str, int],
) -> None:
    settings = load_settings(connection)
    programme = _loaded(document_in_force(connection))

    def greeted(one: Newcomer) -> Greeted:
        return Greeted(one.name, one.language, one.points, settings.shop, programme)

    line_rows = [
        {
            "notice_id": _id_of(settings.history_id, "receipt", one.member_id),
            "member_id": one.member_id,
            "campaign": CAMPAIGN,
            "texts": welcome_notice(greeted(one)),
            "created_at_ms": first_sale_ms[one.member_id],
        }
        for one in lines
    ]
    letter_rows = [
        {
            "message_id": _id_of(settings.history_id, EMAIL, one.member_id),
            "campaign": CAMPAIGN,
            "member_id": one.member_id,
            "channel": EMAIL,
            "address": one.email,
            **msgspec.structs.asdict(welcome_letter(greeted(one))),
            "state": QUEUED,
            "next_attempt_ms": 0,
        }
        for one in letters
    ]
    if line_rows:
        connection.execute(inserting(connection, notices).on_conflict_do_nothing(), line_rows)
        tell(
            connection, NOTICE, {str(row["notice_id"]): str(row["member_id"]) for row in line_rows}
        )
    if letter_rows:
        connection.execute(inserting(connection, messages).on_conflict_do_nothing(), letter_rows)


@lru_cache(maxsize=8)
def _loaded(document: str) -> Programme:
    return load_programme(document)


def _id_of(history_id: str, channel: str, member_id: str) -> str:
    """The one id that this welcome can have: opaque, as it travels in mail and on paper."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{history_id}/{CAMPAIGN}/{channel}/{member_id}").hex


_SALES = select(standings.c.member_id, standings.c.sales).where(
    among(standings.c.member_id, "asked")
)
_KNOWN = (
    select(
        standings.c.member_id,
        standings.c.points,
        members.c.name,
        members.c.language,
        members.c.email,
        members.c.email_consent,
        notices.c.notice_id,
        messages.c.message_id,
    )
    .outerjoin(members, members.c.member_id == standings.c.member_id)
    .outerjoin(
        notices,
        and_(
            notices.c.member_id == standings.c.member_id,
            notices.c.campaign == bindparam("campaign"),
        ),
    )
    .outerjoin(
        messages,
        and_(
            messages.c.member_id == standings.c.member_id,
            messages.c.campaign == bindparam("campaign"),
            messages.c.channel == EMAIL,
        ),
    )
    .where(among(standings.c.member_id, "asked"))
)

"""Triggers: what arrives from the tills sets campaigns off, in the transaction that takes it.

So a letter is queued if and only if the sale it answers is held, and a repeated frame, which
brings no new entry, brings no second letter either.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, and_, select

from loyalty.journal import EARN, Entry
from loyalty.members import DEFAULT_LANGUAGE
from loyalty.programme.document import Programme, load_programme
from sync_server.campaigns.outbox import EMAIL, QUEUED
from sync_server.campaigns.switches import is_on
from sync_server.campaigns.welcome import CAMPAIGN, Greeted, welcome_letter, welcome_notice
from sync_server.store.feed import NOTICE, tell
from sync_server.store.programmes import document_in_force
from sync_server.store.settings import load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import members, messages, notices, standings

MEMBERS_A_QUESTION = 500
"""Members named in one SELECT: well under what either engine takes as parameters."""


class Newcomer(msgspec.Struct, frozen=True):
    """A member whose first sale has just been taken in."""

    member_id: str
    points: int
    name: str
    email: str
    email_consent: bool
    language: str
    bought_at_ms: int


def on_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Welcome each member whose first sale is among `entries`, which have just been counted.

    Called inside ingest's transaction, after the standings include `entries`. A welcome is made
    once per member for ever, whatever arrives later.
    """
    sales = [entry for entry in entries if entry.kind == EARN and entry.member]
    if not sales or not is_on(connection, CAMPAIGN):
        return
    newcomers = _newcomers(connection, sales)
    if newcomers:
        _welcome(connection, newcomers)


def _newcomers(connection: Connection, sales: Sequence[Entry]) -> list[Newcomer]:
    """The members all of whose sales are among `sales`, and who were never welcomed."""
    arrived = Counter(sale.member for sale in sales)
    bought_at_ms = {sale.member: sale.occurred_at_ms for sale in reversed(sales)}
    found = []
    for asked in _chunks(sorted(arrived)):
        rows = connection.execute(
            select(
                standings.c.member_id,
                standings.c.sales,
                standings.c.points,
                members.c.name,
                members.c.email,
                members.c.email_consent,
                members.c.language,
            )
            .outerjoin(members, members.c.member_id == standings.c.member_id)
            .outerjoin(
                notices,
                and_(notices.c.member_id == standings.c.member_id, notices.c.campaign == CAMPAIGN),
            )
            .where(standings.c.member_id.in_(asked), notices.c.notice_id.is_(None))
        )
        found += [
            Newcomer(
                row.member_id,
                row.points,
                row.name or "",
                row.email or "",
                bool(row.email_consent),
                row.language or DEFAULT_LANGUAGE,
                bought_at_ms[row.member_id],
            )
            for row in rows
            if row.sales == arrived[row.member_id]
        ]
    return found


def _welcome(connection: Connection, newcomers: Sequence[Newcomer]) -> None:
    settings = load_settings(connection)
    programme = _loaded(document_in_force(connection))
    notice_ids: list[str] = []
    lines: list[dict[str, object]] = []
    letters: list[dict[str, object]] = []
    for newcomer in newcomers:
        greeted = Greeted(
            newcomer.name, newcomer.language, newcomer.points, settings.shop, programme
        )
        notice_id = _id_of(settings.history_id, "receipt", newcomer.member_id)
        notice_ids.append(notice_id)
        lines.append(
            {
                "notice_id": notice_id,
                "member_id": newcomer.member_id,
                "campaign": CAMPAIGN,
                "texts": welcome_notice(greeted),
                "created_at_ms": newcomer.bought_at_ms,
            }
        )
        if newcomer.email and newcomer.email_consent:
            letter = welcome_letter(greeted)
            letters.append(
                {
                    "message_id": _id_of(settings.history_id, EMAIL, newcomer.member_id),
                    "campaign": CAMPAIGN,
                    "member_id": newcomer.member_id,
                    "channel": EMAIL,
                    "address": newcomer.email,
                    "language": letter.language,
                    "subject": letter.subject,
                    "body": letter.body,
                    "state": QUEUED,
                    "next_attempt_ms": 0,
                }
            )
    connection.execute(inserting(connection, notices).on_conflict_do_nothing(), lines)
    if letters:
        connection.execute(inserting(connection, messages).on_conflict_do_nothing(), letters)
    tell(connection, NOTICE, notice_ids)


@lru_cache(maxsize=8)
def _loaded(document: str) -> Programme:
    return load_programme(document)


def _id_of(history_id: str, channel: str, member_id: str) -> str:
    """The one id that this welcome can have: opaque, as it travels in mail and on paper."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{history_id}/{CAMPAIGN}/{channel}/{member_id}").hex


def _chunks(member_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(member_ids), MEMBERS_A_QUESTION):
        yield member_ids[start : start + MEMBERS_A_QUESTION]

"""The members' register: who is enrolled, as the tills and head office tell each other."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, or_, select

from loyalty.journal import ENROL, Entry
from loyalty.members import Member
from sync_server.store.cases import ENROLLED_TWICE, Case
from sync_server.store.feed import MEMBER, tell
from sync_server.store.payloads import enrolled
from sync_server.store.tables import members


def enrol(connection: Connection, entries: Sequence[Entry]) -> Sequence[Case]:
    """Register the members of enrol `entries`; gives a case for each that two tills enrolled.

    The enrolment that arrived first stands, and its facts are told to every till, so that all
    of them have the same.
    """
    arrivals = [(entry, enrolled(entry)) for entry in entries if entry.kind == ENROL]
    if not arrivals:
        return []
    by_id, by_card = _known(connection, [member for _, member in arrivals])
    new, found = [], []
    for entry, member in arrivals:
        standing = by_id.get(member.member_id) or by_card.get(member.card)
        if standing is None:
            by_id[member.member_id] = by_card[member.card] = member
            new.append(member)
        elif not _is_same_person(standing, member):
            found.append(_twice(entry, standing))
    if new:
        connection.execute(insert(members), [msgspec.structs.asdict(member) for member in new])
    tell(connection, MEMBER, {member.member_id for _, member in arrivals})
    return found


def _known(
    connection: Connection, arriving: Sequence[Member]
) -> tuple[dict[str, Member], dict[str, Member]]:
    rows = connection.execute(
        select(members).where(
            or_(
                members.c.member_id.in_([member.member_id for member in arriving]),
                members.c.card.in_([member.card for member in arriving]),
            )
        )
    )
    known = [Member(**row) for row in rows.mappings()]
    return {member.member_id: member for member in known}, {member.card: member for member in known}


def _is_same_person(standing: Member, member: Member) -> bool:
    return (standing.member_id, standing.name, standing.phone, standing.email) == (
        member.member_id,
        member.name,
        member.phone,
        member.email,
    )


def _twice(entry: Entry, standing: Member) -> Case:
    return Case(
        case_id=f"{ENROLLED_TWICE}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=ENROLLED_TWICE,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=standing.member_id,
        detail="The card was enrolled before with other facts; the first enrolment stands.",
    )

"""Families as the register has them: each member says whose account they collect on."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from loyalty.members import Member
from sync_server.store.feed import MEMBER, tell
from sync_server.store.keyed import among
from sync_server.store.tables import members
from sync_server.store.working_sets import note_families


def find_member(connection: Connection, card: str) -> Member | None:
    """The member with this card, the first one or that in use; None when there is none."""
    row = connection.execute(_OF_CARD, {"card": card}).mappings().first()
    return None if row is None else Member(**row)


def family_of(connection: Connection, owner_id: str) -> tuple[Member, ...]:
    """Who collects on the account of `owner_id`, the owner first; nobody without a family."""
    rows = connection.execute(_FAMILY, {"owner": owner_id}).mappings()
    found = [Member(**row) for row in rows]
    return tuple(sorted(found, key=lambda member: (member.member_id != owner_id, member.member_id)))


def put_family(connection: Connection, owner_id: str, joining: Collection[str]) -> None:
    """Have `joining` collect on the account of `owner_id` from now on, and tell the tills; in a
    writing transaction. Who left collects on their own once `owner_id` is empty."""
    asked = {"keys": joining, "owner": owner_id}
    connection.execute(_PUT, asked)
    tell(connection, MEMBER, joining)
    if owner_id:
        note_families(connection, joining)


def members_of_families(connection: Connection, owners: Sequence[str]) -> dict[str, int]:
    """How many collect on the account of each of `owners` that has a family."""
    rows = connection.execute(_SIZES, {"keys": owners})
    return {row.family: row.members for row in rows}


_OF_CARD = select(members).where(
    (members.c.card == bindparam("card")) | (members.c.member_id == bindparam("card"))
)
_FAMILY = select(members).where(members.c.family == bindparam("owner"), bindparam("owner") != "")
_PUT = update(members).where(among(members.c.member_id)).values(family=bindparam("owner"))
_SIZES = (
    select(members.c.family, func.count().label("members"))
    .where(among(members.c.family))
    .group_by(members.c.family)
)

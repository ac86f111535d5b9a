"""The RFM groups of the whole chain: how many members each has, and what they have spent."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, select

from sync_server.audience.rfm import GROUPS, Purchases, Scored, score_members
from sync_server.store.tables import members, standings


class GroupFigures(msgspec.Struct, frozen=True):
    """A group in numbers: members, their sales and net amount, and days since they last bought.

    `days_since_sale` is the mean over the group, or None for a group in which nobody has bought.
    """

    group: str
    members: int
    sales: int
    sales_minor: int
    days_since_sale: int | None


def read_purchases(connection: Connection) -> tuple[Purchases, ...]:
    """What every known member has bought, those who have not bought anything included.

    A member whose sales arrived before the enrolment counts too, hence two questions.
    """
    bought = connection.execute(
        select(
            standings.c.member_id,
            standings.c.sales,
            standings.c.sales_minor,
            standings.c.last_sale_ms,
        )
    )
    known = [Purchases(*row) for row in bought]
    not_bought = connection.execute(
        select(members.c.member_id)
        .outerjoin(standings, standings.c.member_id == members.c.member_id)
        .where(standings.c.member_id.is_(None))
    )
    known += [Purchases(row.member_id, 0, 0, None) for row in not_bought]
    return tuple(known)


def group_figures(
    purchases: Iterable[Purchases], today: date, zone: ZoneInfo
) -> tuple[GroupFigures, ...]:
    """Figures of each of rfm.GROUPS, in that order, empty groups included."""
    members_bought = tuple(purchases)
    by_group: dict[str, list[tuple[Purchases, Scored]]] = {group: [] for group in GROUPS}
    scored = score_members(members_bought, today, zone)
    for member, scores in zip(members_bought, scored, strict=True):
        by_group[scores.group].append((member, scores))
    return tuple(_figures(group, found) for group, found in by_group.items())


def group_of_member(
    purchases: Iterable[Purchases], member_id: str, today: date, zone: ZoneInfo
) -> Scored | None:
    """Scores and group of one member among all; None for a member nobody knows."""
    scored = score_members(purchases, today, zone)
    return next((member for member in scored if member.member_id == member_id), None)


def _figures(group: str, found: list[tuple[Purchases, Scored]]) -> GroupFigures:
    days = [scores.days_since_sale for _, scores in found if scores.days_since_sale is not None]
    return GroupFigures(
        group,
        members=len(found),
        sales=sum(member.sales for member, _ in found),
        sales_minor=sum(member.sales_minor for member, _ in found),
        days_since_sale=round(sum(days) / len(days)) if days else None,
    )

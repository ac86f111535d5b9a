"""What head office itself writes down: the chain's members and goods."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from loyalty.baskets import tags_text
from loyalty.members import DEFAULT_LANGUAGE, Member
from sync_server.store.feed import MEMBER, PRODUCT, tell
from sync_server.store.statements import inserting
from sync_server.store.tables import members, products
from sync_server.store.working_sets import note_homes

ROWS_AT_ONCE = 1_000

_FACTS = ("name", "phone", "email", "language", "branch", "birthday", "segments")
"""What a list may change of a member who is there."""

_Row = TypeVar("_Row")


class Product(msgspec.Struct, frozen=True):
    """Goods that a till can scan, and the words by which a programme may name them."""

    code: str
    description: str
    price_minor: int
    category: str = ""
    tags: tuple[str, ...] = ()


class Written(msgspec.Struct, frozen=True):
    """What writing came to: rows that are new, that changed, and that stood there already."""

    new: int
    changed: int
    unchanged: int


def put_members(connection: Connection, wanted: Sequence[Member]) -> Written:
    """Write `wanted` down and tell the tills of what is new or changed; in a writing transaction.

    A fact that is empty is not said, so it stays as it is. A member who is there keeps the card in
    use, the moment of enrolment, and what they said of e-mail: a consent they have withdrawn is
    not theirs who write a list to give. A new one speaks the default language unless it is said.
    Families are not written here: who joins one is asked more (see `bookkeeping.families`).
    """
    known: dict[str, Member] = {}
    for some in _chunks(wanted):
        ids = [member.member_id for member in some]
        rows = connection.execute(select(members).where(members.c.member_id.in_(ids))).mappings()
        known |= {row["member_id"]: Member(**row) for row in rows}
    new, changed = [], []
    for member in wanted:
        kept = known.get(member.member_id)
        if kept is None:
            new.append(
                msgspec.structs.replace(
                    member, language=member.language or DEFAULT_LANGUAGE, family=""
                )
            )
        else:
            said = {name: getattr(member, name) for name in _FACTS if getattr(member, name)}
            facts = msgspec.structs.replace(kept, **said)
            if facts != kept:
                changed.append(facts)
    insert = inserting(connection, members)
    facts_of = {
        column.name: insert.excluded[column.name]
        for column in members.columns
        if column.name in _FACTS
    }
    for some in _chunks([*new, *changed]):
        connection.execute(
            insert.on_conflict_do_update(index_elements=[members.c.member_id], set_=facts_of),
            [msgspec.structs.asdict(member) for member in some],
        )
    tell(connection, MEMBER, [member.member_id for member in (*new, *changed)])
    note_homes(connection, {member.member_id: member.branch for member in (*new, *changed)})
    return Written(len(new), len(changed), len(wanted) - len(new) - len(changed))


def put_products(connection: Connection, wanted: Sequence[Product]) -> None:
    """Write `wanted` down and tell the tills; in a writing transaction."""
    insert = inserting(connection, products)
    for some in _chunks(wanted):
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[products.c.code],
                set_={
                    "description": insert.excluded.description,
                    "price_minor": insert.excluded.price_minor,
                    "category": insert.excluded.category,
                    "tags": insert.excluded.tags,
                },
            ),
            [
                {**msgspec.structs.asdict(product), "tags": tags_text(product.tags)}
                for product in some
            ],
        )
    tell(connection, PRODUCT, [product.code for product in wanted])


def _chunks(rows: Sequence[_Row]) -> list[Sequence[_Row]]:
    return [rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE)]

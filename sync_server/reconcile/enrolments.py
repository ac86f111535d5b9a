"""The members' register against the entries that enrolled them.

A list may change what a member is called, their birthday and how they are reached, and a member
may withdraw their consent to e-mail. The card, the moment, what was said at all and a consent that
was never given are the entry's. Who was enrolled at another moment than any entry says came by a
list, of which nothing is kept, and is not held against entries.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from sync_server.reconcile.enrolled import Enrolled
from sync_server.reconcile.fold import Made
from sync_server.reconcile.sums import Finding
from sync_server.store.tables import members


def differing_members(connection: Connection, made: Made) -> Iterator[Finding]:
    """Members whom entries enrol and who are not in the register, under their number or their
    card, or who stand there with other facts than lists and members themselves can bring."""
    ids, cards = set[str](), set[str]()
    for row in connection.execute(select(members).order_by(members.c.member_id)):
        ids.add(row.member_id)
        cards.add(row.card)
        enrolments = made.enrolled.get(row.member_id, ())
        differences = [
            (one, what)
            for one in enrolments
            if one.at_ms == row.enrolled_at_ms and (what := _difference(row, one))
        ]
        # Of two enrolments at one moment either may have come first.
        if differences and len(differences) == _at(enrolments, row.enrolled_at_ms):
            one, what = differences[0]
            yield Finding(f"member {row.member_id}", f"{_entry(one)} enrols them, and {what}")
    for member, enrolments in sorted(made.enrolled.items()):
        for one in enrolments:
            if member not in ids and one.card not in cards:
                what = f"{_entry(one)}, enrols them; they are not in the register"
                yield Finding(f"member {member}", what)


def _difference(row: Row[Any], one: Enrolled) -> str:
    if row.card != one.card:
        return f"their card is {row.card}, not {one.card}"
    if row.email_consent and not one.is_consenting:
        return "they did not agree to e-mail"
    emptied = [name for name in one.brought if not getattr(row, name)]
    return f"their {emptied[0]} is gone" if emptied else ""


def _at(enrolments: Sequence[Enrolled], at_ms: int) -> int:
    return sum(one.at_ms == at_ms for one in enrolments)


def _entry(one: Enrolled) -> str:
    return f"entry {one.seq} of journal {one.terminal}, epoch {one.epoch}"

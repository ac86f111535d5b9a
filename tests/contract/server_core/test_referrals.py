"""Referrals in the books: what both sides are paid, once, for whom somebody brought."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import ENROL, EVENT
from loyalty.programme.document import classic_document
from loyalty.programme.referrals import brought_key, referred_key
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import put_in_force
from sync_server.store.sums import sums_of
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, hand_in, rows
from tests.contract.server_core.rights_tills import findings

FRIENDS = (
    classic_document().replace("version = 1", "version = 2")
    + """
[[event]]
name = "friend"
on = "referral"
points = 30
friend_points = 10
a_member = 1
[[event]]
name = "thanks"
on = "referral"
points = 5
[[event]]
name = "quiz"
on = "quiz"
points = 5
"""
)
BOTH = {"friend": "jan", "referrer": "ala"}


@pytest.fixture
def club(engine: Engine, ingest: Ingest) -> Ingest:
    with writing(engine) as connection:
        put_in_force(connection, FRIENDS, epoch_ms(START))
    return ingest


def enrolled(till: Journal, referrer: str = "ala") -> None:
    facts = {"member_id": "jan", "card": "jan", "name": "Jan", "branch": "KRK"}
    till.add(ENROL, "jan", payload=facts | {"sums": {referred_key(referrer): 1}})


def paid(till: Journal, member: str, points: int, name: str = "friend", **said: Any) -> None:
    payload = {"event": name, **BOTH, **said}
    till.add(EVENT, member, points, programme="classic@2", payload=payload)


def pay_both(till: Journal) -> None:
    paid(till, "ala", 30, side="referrer", sums={"event:friend|ever": 1})
    paid(till, "jan", 10, side="friend", sums={brought_key("friend", "jan"): 1})


def cases(engine: Engine) -> list[tuple[str, str]]:
    found = sorted(rows(engine, "cases"), key=lambda row: (row["terminal"], row["seq"]))
    return [(row["kind"], row["member_id"]) for row in found]


def test_both_sides_are_in_the_books(engine: Engine, club: Ingest) -> None:
    till = Journal()
    enrolled(till)
    pay_both(till)
    paid(till, "ala", 5, "thanks", side="referrer")
    paid(till, "jan", 0, "thanks", side="friend", sums={brought_key("thanks", "jan"): 1})
    hand_in(club, [till.frame()])
    assert cases(engine) == []
    points = {row["member_id"]: row["points"] for row in rows(engine, "standings")}
    assert points == {"ala": 35, "jan": 10}
    with reading(engine) as connection:
        told = sums_of(connection, {"jan"})["jan"]
    assert told[referred_key("ala")] == told[brought_key("friend", "jan")] == 1
    assert findings(engine) == []


def test_what_two_tills_paid_for_one_friend_is_listed(engine: Engine, club: Ingest) -> None:
    one, two = Journal("KRK-1"), Journal("KRK-2")
    enrolled(one)
    pay_both(one)
    pay_both(two)
    hand_in(club, [one.frame(), two.frame()])
    assert cases(engine) == [("event-too-often", "ala"), ("event-too-often", "jan")]


def test_a_friend_whom_nobody_brought_is_listed(engine: Engine, club: Ingest) -> None:
    till = Journal()
    enrolled(till, "ola")
    paid(till, "ala", 30, side="referrer", sums={"event:friend|ever": 1})
    paid(till, "ala", 5, "thanks", side="referrer", friend="a\0b")
    hand_in(club, [till.frame()])
    assert cases(engine) == [("never-brought", "ala"), ("never-brought", "ala")]


def test_points_are_those_of_the_side(engine: Engine, club: Ingest) -> None:
    till = Journal()
    enrolled(till)
    paid(till, "jan", 30, side="friend", sums={brought_key("friend", "jan"): 1})
    paid(till, "ala", 10, side="referrer")
    paid(till, "ala", 5, "thanks")
    paid(till, "ala", 5, "quiz", side="referrer")
    hand_in(club, [till.frame()])
    assert cases(engine) == [
        ("promise-differs", "jan"),
        ("promise-differs", "ala"),
        ("promise-differs", "ala"),
        ("promise-differs", "ala"),
    ]


def test_a_gift_of_nothing_is_no_gift_but_for_a_friend(engine: Engine, club: Ingest) -> None:
    till = Journal()
    paid(till, "ala", 0, side="referrer")
    [taken] = hand_in(club, [till.frame()])
    assert "gives no points" in taken.refused[0].reason

"""Points handed on, as head office counts and checks them, on either engine."""

from typing import Any

import pytest
from sqlalchemy import Engine, update

from loyalty.clock import epoch_ms
from loyalty.journal import TRANSFER
from loyalty.programme.document import classic_document
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.store.tables import members
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, hand_in, rows
from tests.contract.server_core.test_cases import opened

ANYBODY = '\n[transfers]\nto = "anybody"\nleast = 10\na_month = 60\n'
FAMILY = '\n[transfers]\nto = "family"\n[family]\n'
MONTH = "handed-on|2026-05"


def in_force(engine: Engine, terms: str) -> None:
    document = classic_document().replace("version = 1", "version = 2") + terms
    with writing(engine) as connection:
        put_in_force(connection, document, epoch_ms(START))


def hand_on(till: Journal, points: int, taker: str = "ben", **changed: Any) -> None:
    """What goes from Anna, then what comes to `taker`; `taken` of it where that is less."""
    receipt, taken = f"T-{till.next_seq}", changed.pop("taken", points)
    said = {"receipt": receipt, "programme": "classic@2"}
    payload = {"with": taker, "sums": {MONTH: points}, **changed}
    till.add(TRANSFER, "anna", -points, **said, payload=payload)
    till.add(TRANSFER, taker, taken, **said, payload={"with": "anna"})


@pytest.fixture
def shop(engine: Engine, ingest: Ingest) -> Ingest:
    in_force(engine, ANYBODY)
    return ingest


def points_of(engine: Engine) -> dict[str, int]:
    return {row["member_id"]: row["points"] for row in rows(engine, "standings")}


def test_what_is_handed_on_is_counted_at_both_ends(engine: Engine, shop: Ingest) -> None:
    till = Journal()
    till.sale("anna", 100)
    hand_on(till, 40)
    shop.take(till.frame(count=2))
    shop.take(till.frame())
    assert points_of(engine) == {"anna": 60, "ben": 40}
    assert opened(engine) == []


@pytest.mark.parametrize(
    ("points", "changed", "seq", "said"),
    [
        (5, {}, 2, "5 points were handed on, 10 is the least"),
        (40, {"sums": {}}, 2, "it does not count what was handed on in its month"),
        (40, {"sums": {"handed-on|2026-04": 40}}, 2, "it does not count what was handed on"),
        (40, {"taken": 41}, 3, "41 points came from anna, where they did not go"),
    ],
)
def test_a_transfer_that_the_programme_does_not_have_so_is_listed(
    engine: Engine, shop: Ingest, points: int, changed: dict[str, Any], seq: int, said: str
) -> None:
    till = Journal()
    till.sale("anna", 100)
    hand_on(till, points, **changed)
    shop.take(till.frame())
    [(kind, _, at, detail)] = opened(engine)
    assert (kind, at) == ("promise-differs", seq)
    assert said in detail


def test_more_than_a_month_has_at_two_tills_is_listed(engine: Engine, shop: Ingest) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    first.sale("anna", 100)
    second.sale("anna", 100)
    for till in (first, second):
        hand_on(till, 40)
    hand_in(shop, [first.frame(), second.frame()])
    [(kind, terminal, seq, detail)] = opened(engine)
    assert (kind, terminal, seq) == ("handed-on-too-much", "KRK-2", 2)
    assert detail == "Receipt T-2: 80 points were handed on in a month, 60 may be."


def test_where_nothing_may_be_handed_on_it_is_listed(engine: Engine, ingest: Ingest) -> None:
    in_force(engine, "")
    till = Journal()
    till.sale("anna", 100)
    hand_on(till, 40)
    ingest.take(till.frame())
    [(_, _, _, detail)] = opened(engine)
    assert "which the programme does not have" in detail


def test_a_family_hands_on_among_itself_alone(engine: Engine, ingest: Ingest) -> None:
    in_force(engine, FAMILY)
    till = Journal()
    for name in ("anna", "ben", "carl"):
        till.enrol(name, name)
    till.sale("anna", 100)
    ingest.take(till.frame())
    with writing(engine) as connection:
        connection.execute(
            update(members).where(members.c.member_id.in_(("anna", "ben"))).values(family="ben")
        )
    hand_on(till, 40, sums={})
    hand_on(till, 10, "carl", sums={})
    ingest.take(till.frame(first_seq=5))
    [(kind, _, seq, detail)] = opened(engine)
    assert (kind, seq) == ("promise-differs", 7)
    assert "carl, who is not of the family" in detail


@pytest.mark.parametrize(
    ("points", "member", "payload"),
    [
        (0, "anna", {"with": "ben"}),
        (-5, "", {"with": "ben"}),
        (-5, "anna", {"with": "anna"}),
        (-5, "anna", {"with": "b\0b"}),
        (-5, "anna", {"with": 5}),
        (-5, "anna", {}),
    ],
)
def test_what_hands_nothing_on_does_not_count(
    engine: Engine, shop: Ingest, points: int, member: str, payload: dict[str, Any]
) -> None:
    till = Journal()
    till.add(TRANSFER, member, points, payload=payload)
    taken = shop.take(till.frame())
    assert [one.seq for one in taken.refused] == [1]
    assert points_of(engine) == {}

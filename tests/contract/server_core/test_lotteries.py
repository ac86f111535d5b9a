"""Draws at head office: which tickets are in them, when they may be made, what winners get."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, EVENT, REVERSE
from loyalty.programme.document import classic_document
from loyalty.programme.draw_files import drawn_with, finding_in
from loyalty.programme.lotteries import DrawFinding, commitment_of
from sync_server.bookkeeping.lottery import Held, held_lottery, require_over, require_secret
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal
from sync_server.bookkeeping.prizes import give_prizes
from sync_server.errors import NotDrawn, UnknownSubject
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import put_in_force
from sync_server.store.settings import OFFICE
from sync_server.store.tables import terminals
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, ZONE, Journal, ShopClock, hand_in, rows
from tests.contract.server_core.rights_tills import findings
from tests.contract.server_core.test_cases import opened

SECRET = bytes(range(32))
ANN, BOB = "9000000000017", "9000000000025"


def document(version: int, secret: bytes = SECRET, name: str = "may", reward: str = "mug") -> str:
    won = f'reward = "{reward}"\n' if reward else ""
    return (
        classic_document().replace("version = 1", f"version = {version}")
        + f"""
[[lottery]]
name = "{name}"
ticket_per = "10.00"
first = "2026-05-01"
until = "2026-05-31"
winners = 2
{won}commitment = "{commitment_of(secret)}"
[[rewards]]
name = "mug"
cost = 40
gives = "gift"
"""
    )


@pytest.fixture
def club(engine: Engine, ingest: Ingest) -> Ingest:
    with writing(engine) as connection:
        put_in_force(connection, document(2), epoch_ms(START))
    return ingest


def bought(till: Journal, member: str, whole: int, **more: Any) -> None:
    count = whole // 10
    payload: dict[str, Any] = {"lines": [["TEA", 1, whole * 100]]}
    if count:
        payload["sums"] = {"tickets:may|2026-05-31": count}
    fields: dict[str, Any] = {"kind": EARN, "points": whole, "amount_minor": whole * 100} | more
    till.add(
        fields.pop("kind"),
        member,
        programme="classic@2",
        payload=payload | fields.pop("payload", {}),
        **fields,
    )


def held(engine: Engine, name: str = "may") -> Held:
    with reading(engine) as connection:
        return held_lottery(connection, name)


def numbers(engine: Engine) -> list[str]:
    return [ticket.number for ticket in held(engine).listed.tickets]


def test_tickets_are_those_of_all_tills_less_what_came_back(engine: Engine, club: Ingest) -> None:
    one, two = Journal("KRK-1"), Journal("WAW-1")
    bought(one, ANN, 29)
    bought(one, BOB, 9)
    bought(two, BOB, 10)
    back = {
        "of": ["WAW-1", 1, 1],
        "returned": [[0, 1, 1_000]],
        "sums": {"tickets:may|2026-05-31": -1},
    }
    for till in (one, two):
        hand_in(club, [till.frame()])
    assert numbers(engine) == ["KRK-1:KRK-1/1.1", "KRK-1:KRK-1/1.2", "WAW-1:WAW-1/1.1"]
    bought(one, BOB, 10, kind=REVERSE, points=-10, amount_minor=-1_000, payload=back)
    hand_in(club, [one.frame()])
    assert numbers(engine) == ["KRK-1:KRK-1/1.1", "KRK-1:KRK-1/1.2"]
    assert opened(engine) == []
    [name] = {ticket.holder for ticket in held(engine).listed.tickets}
    assert held(engine).holders[name] == ANN
    assert ANN not in name


def test_tickets_that_no_sale_brings_are_listed(engine: Engine, club: Ingest) -> None:
    till = Journal()
    bought(till, ANN, 29, payload={"sums": {"tickets:may|2026-05-31": 900}})
    hand_in(club, [till.frame()])
    [(kind, *_)] = opened(engine)
    assert kind == "promise-differs"


def test_a_draw_waits_for_its_last_day_and_for_every_till(engine: Engine, club: Ingest) -> None:
    lottery = held(engine).lottery
    last = datetime(2026, 5, 31, 23, 59, tzinfo=ZONE)
    after = last + timedelta(minutes=1)
    heard = update(terminals).values(last_contact_ms=epoch_ms(after), epoch=1)
    with writing(engine) as connection:
        connection.execute(heard)
        with pytest.raises(NotDrawn, match="are given until 2026-05-31"):
            require_over(connection, lottery, last, go_on=True)
        require_over(connection, lottery, after, go_on=False)
        connection.execute(
            update(terminals)
            .where(terminals.c.terminal == "KRK-2")
            .values(last_contact_ms=epoch_ms(last))
        )
        connection.execute(
            update(terminals).where(terminals.c.terminal == "WAW-1").values(waiting_entries=3)
        )
        with pytest.raises(NotDrawn, match="heard since 2026-05-31 of: KRK-2, WAW-1"):
            require_over(connection, lottery, after, go_on=False)
        require_over(connection, lottery, after, go_on=True)
    require_secret(lottery, SECRET)
    with pytest.raises(NotDrawn, match="not the commitment"):
        require_secret(lottery, b"another")


def test_a_lottery_is_as_its_latest_version_says_with_the_secret_of_its_first(
    engine: Engine, club: Ingest
) -> None:
    with writing(engine) as connection:
        put_in_force(connection, document(3, reward=""), epoch_ms(START) + 1)
    assert held(engine).lottery.reward == ""
    with writing(engine) as connection:
        put_in_force(connection, document(4, b"another"), epoch_ms(START) + 2)
    with pytest.raises(NotDrawn, match="was changed between versions"):
        held(engine)
    with pytest.raises(UnknownSubject, match="june"):
        held(engine, "june")


def test_winners_have_what_their_reward_costs_and_a_line_once(
    engine: Engine, club: Ingest, clock: ShopClock
) -> None:
    till = Journal()
    bought(till, ANN, 30)
    bought(till, BOB, 30)
    hand_in(club, [till.frame()])
    lottery = held(engine)
    draw = drawn_with(SECRET, lottery.listed)
    assert finding_in(draw) is DrawFinding.RIGHT
    journal = OwnJournal(engine, clock, club)
    assert give_prizes(engine, journal, lottery, draw, clock) == Outcomes(posted=2)
    assert give_prizes(engine, journal, lottery, draw, clock) == Outcomes(before=2)
    points = {row["member_id"]: row["points"] for row in rows(engine, "standings")}
    assert points == {ANN: 70, BOB: 70}
    told = {row["member_id"]: row["texts"]["pl"] for row in rows(engine, "notices")}
    assert {member: "mug" in text for member, text in told.items()} == {ANN: True, BOB: True}
    assert findings(engine) == []
    assert opened(engine) == []


def test_without_a_reward_winners_are_told_to_ask(
    engine: Engine, club: Ingest, clock: ShopClock
) -> None:
    with writing(engine) as connection:
        put_in_force(connection, document(3, reward=""), epoch_ms(START) + 1)
    till = Journal()
    bought(till, ANN, 30)
    hand_in(club, [till.frame()])
    lottery = held(engine)
    draw = drawn_with(SECRET, lottery.listed)
    given = give_prizes(engine, OwnJournal(engine, clock, club), lottery, draw, clock)
    assert given == Outcomes()
    [notice] = rows(engine, "notices")
    assert notice["texts"]["en"].endswith("Please ask at the till.")
    assert "Zapytaj przy kasie" in notice["texts"]["pl"]


def test_a_prize_that_head_office_did_not_give_is_listed(engine: Engine, club: Ingest) -> None:
    till = Journal()
    for points, name in ((40, "may"), (40, "june")):
        payload = {"event": name, "ticket": "KRK-1:1.1"}
        till.add(EVENT, ANN, points, programme="classic@2", payload=payload)
    hand_in(club, [till.frame()])
    details = [row["detail"] for row in rows(engine, "cases")]
    assert ["as head office alone does" in detail for detail in details] == [True, False]
    assert "which the programme does not know" in details[1]
    assert OFFICE not in {row["terminal"] for row in rows(engine, "entries")}

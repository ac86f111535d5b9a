"""Wallets beside the main one and gift cards in the books: told, and worked out again."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.identifiers import minted_card
from loyalty.journal import EARN, GIFT, WALLET, Entry
from loyalty.programme.expiry import end_of_days_ms
from loyalty.wire import BalanceChange
from sync_server.audience.members import read_wallets
from sync_server.bookkeeping.expiring import lots_of
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import put_in_force
from sync_server.store.working_sets import WorkingSets, branch_told, switch
from sync_server.terminals import feed
from sync_server.terminals.feed import news_for
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.lookups import found_for
from tests.contract.server_core.journals import START, ZONE, Journal, rows

LABEL = "corner@1"
DOCUMENT = """
name = "corner"
version = 1
currency = "GBP"
[wallets.points]
[wallets.stamps]
kind = "stamps"
[wallets.credit]
kind = "money"
pending_days = 3
[[earn]]
name = "all"
per = "1.00"
[[earn]]
name = "stamp"
wallet = "stamps"
each = "visit"
[gift_cards]
least = "20.00"
most = "500.00"
valid_days = 100
"""
ANNA = minted_card(7, 1)


@pytest.fixture
def till(engine: Engine) -> Journal:
    with writing(engine) as connection:
        put_in_force(connection, DOCUMENT, epoch_ms(START))
    return Journal()


def sold(till: Journal, stamps: int = 1, points: int = 10) -> Entry:
    payload = {"lines": [["TEA", 1, 10_00]], "wallets": {"stamps": stamps}}
    return till.add(
        EARN,
        ANNA,
        points,
        amount_minor=10_00,
        receipt=f"S{till.next_seq}",
        programme=LABEL,
        payload=payload,
    )


def stamp(till: Journal, sale: Entry, points: int = 1, **said: Any) -> Entry:
    payload = {"wallet": "stamps", "of": [sale.terminal, sale.epoch, sale.seq], **said}
    fields: dict[str, Any] = {"receipt": sale.receipt, "programme": LABEL, "payload": payload}
    return till.add(WALLET, f"{ANNA}/stamps", points, **fields)


def gift(till: Journal, points: int, **said: Any) -> Entry:
    number = f"{till.terminal}.{till.epoch}.{till.next_seq}"
    at_ms = 1_777_629_600_000
    payload = {"number": number, "expires_at_ms": end_of_days_ms(100, at_ms, ZONE), **said}
    fields: dict[str, Any] = {"payload": payload, "programme": LABEL, "occurred_at_ms": at_ms}
    return till.add(GIFT, f"GIFT/{payload['number']}", points, **fields)


def details(engine: Engine) -> list[str]:
    return [case["detail"].partition(": ")[2] for case in rows(engine, "cases")]


def refused(engine: Engine) -> list[str]:
    return [row["reason"] for row in rows(engine, "quarantine")]


def test_a_wallet_is_booked_beside_its_member(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    stamp(till, sold(till))
    stamp(till, sold(till))
    ingest.take(till.frame())
    assert details(engine) == []
    with reading(engine) as connection:
        assert list(verify_books(connection, ZONE)) == []
        [wallet] = read_wallets(connection, ANNA)
        assert (wallet.name, wallet.points, wallet.earned) == ("stamps", 2, 2)
        assert lots_of(connection, [f"{ANNA}/stamps"])[f"{ANNA}/stamps"].balance == 2


def test_a_receipt_may_be_cut_by_frames(engine: Engine, ingest: Ingest, till: Journal) -> None:
    for _ in range(2):
        stamp(till, sold(till))
    for seq in range(1, till.next_seq):
        ingest.take(till.frame(seq, 1))
    assert details(engine) == []


def test_what_a_wallet_got_otherwise_than_its_sale_says_is_a_case(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    stamp(till, sold(till), 2)
    sold(till)
    stamp(till, sold(till, stamps=3), 3)
    stamp(till, sold(till), sums={"pending|2026-05-04": 1})
    sold(till)
    ingest.take(till.frame())
    assert sorted(details(engine)) == [
        "it gives other wallets stamps 3, computed stamps 1.",
        "its points wait otherwise than its wallet has it.",
        "wallets got nothing, its goods give stamps +1.",
        "wallets got stamps +2, its goods give stamps +1.",
    ]


def test_an_entry_of_another_wallet_than_it_names_is_refused(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    stamp(till, sold(till), wallet="credit")
    till.add(WALLET, ANNA, 5, programme=LABEL)
    ingest.take(till.frame())
    assert refused(engine) == ["it fills another wallet than it names, or none"] * 2


def test_a_branch_is_told_of_all_wallets_of_its_members_and_of_no_others(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    with writing(engine) as connection:
        assert switch(connection, WorkingSets.BRANCH)
    stamp(till, sold(till))
    gift(till, 50_00)
    ingest.take(till.frame())
    assert told(engine, "KRK-2") == {ANNA, f"{ANNA}/stamps", "GIFT/KRK-1.1.3"}
    assert told(engine, "WAW-1") == set()
    other = Journal("WAW-1")
    other.sale(ANNA, 5, programme=LABEL)
    ingest.take(other.frame())
    assert told(engine, "WAW-1") == {ANNA, f"{ANNA}/stamps"}
    with reading(engine) as connection:
        journal = feed.Journal("WAW-1", 1, "WAW")
        [card] = found_for(connection, journal, ["GIFT/KRK-1.1.3"])
    assert isinstance(card, BalanceChange)
    assert (card.member_id, card.points) == ("GIFT/KRK-1.1.3", 50_00)


def told(engine: Engine, terminal: str) -> set[str]:
    with reading(engine) as connection:
        journal = feed.Journal(terminal, 1, branch_told(connection, terminal))
        found = news_for(connection, journal, 0)
    return {one.member_id for one in found.changes if isinstance(one, BalanceChange)}


def test_going_over_to_branches_keeps_whose_stamps_were_earned_there(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    stamp(till, sold(till, points=0))
    ingest.take(till.frame())
    with writing(engine) as connection:
        assert switch(connection, WorkingSets.BRANCH)
    assert f"{ANNA}/stamps" in told(engine, "KRK-2")
    assert told(engine, "WAW-1") == set()


def test_a_gift_card_that_is_sold_otherwise_than_the_programme_has_it_is_a_case(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    gift(till, 50_00)
    gift(till, 10_00)
    gift(till, 60_00, expires_at_ms=1)
    gift(till, 70_00, number="KRK-1.1.99")
    gift(till, -20_00, number="KRK-1.1.1")
    ingest.take(till.frame())
    assert sorted(details(engine)) == [
        "a gift card over 1000 is not sold: too-little.",
        "its gift card has the number of another entry.",
        "its gift card is not good for 100 days.",
    ]
    with reading(engine) as connection:
        card = "GIFT/KRK-1.1.1"
        [lot] = lots_of(connection, [card])[card].lots
    assert lot.points_left == 30_00
    assert lot.expires_at_ms == end_of_days_ms(100, 1_777_629_600_000, ZONE)


def test_an_entry_of_no_gift_card_is_refused(engine: Engine, ingest: Ingest, till: Journal) -> None:
    gift(till, 50_00, number="WAW-1.1.1")
    till.add(GIFT, ANNA, 5, programme=LABEL, payload={"number": "KRK-1.1.2"})
    till.add(GIFT, "GIFT/KRK-1.1.3", 0, programme=LABEL, payload={"number": "KRK-1.1.3"})
    ingest.take(till.frame())
    assert sorted(why.partition(" '")[0] for why in refused(engine)) == [
        "it is of no gift card, or of another than it names",
        "it is of no gift card, or of another than it names",
        "it sells gift card",
    ]

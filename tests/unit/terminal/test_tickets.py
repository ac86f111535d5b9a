"""Tickets of a lottery at the till: counted in the entry, told by number, gone with the goods."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.document import classic_document
from loyalty.programme.tickets import tickets_left
from loyalty.receipts import Receipt, TicketLine
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, goods, known, posted

DOCUMENT = (
    classic_document()
    + f"""
[[lottery]]
name = "summer"
title = {{ en = "Summer draw", pl = "Letnie losowanie" }}
ticket_per = "20.00"
first = "2024-06-01"
until = "2024-06-30"
commitment = "{"a" * 64}"
"""
)


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=clock) as shop:
        yield shop


def joined(shop: Shop) -> str:
    enrolment = Enrolment(name="Ala", language="pl")
    return known(shop.till.enrol(enrolment)).member.member_id


def sold(
    shop: Shop, member: str, *minor: int, reference: str = "", at: datetime | None = None
) -> Receipt:
    occurred_at_ms = None if at is None else epoch_ms(at)
    sale = Sale(
        basket=goods(*minor), member_id=member, reference=reference, occurred_at_ms=occurred_at_ms
    )
    return posted(shop.till.sell(sale)).receipt


def in_the_draw(shop: Shop) -> list[str]:
    with shop.store.reading() as connection:
        return [ticket.number for ticket in tickets_left("summer", entries_in(connection), str)]


def test_a_sale_says_the_numbers_of_its_tickets(club: Shop) -> None:
    ala = joined(club)
    receipt = sold(club, ala, 45_00, 20_00)
    assert receipt.tickets == (
        TicketLine("Letnie losowanie", 3, f"{receipt.reference}.1", f"{receipt.reference}.3"),
    )
    assert sold(club, ala, 19_99).tickets == ()
    assert in_the_draw(club) == [f"{receipt.reference}.{number}" for number in (1, 2, 3)]


def test_a_number_of_another_software_is_told_by_the_till_it_was_sold_at(club: Shop) -> None:
    [line] = sold(club, joined(club), 20_00, reference="4711").tickets
    assert (line.count, line.first, line.last) == (1, "KRK-1:4711.1", "KRK-1:4711.1")


def test_tickets_are_of_the_draws_days_by_the_shops_clock(club: Shop) -> None:
    ala = joined(club)
    last = datetime(2024, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert sold(club, ala, 20_00, at=last).tickets != ()
    assert sold(club, ala, 20_00, at=datetime(2024, 6, 30, 22, tzinfo=UTC)).tickets == ()


def test_who_has_no_card_has_no_ticket_and_a_card_from_elsewhere_has(club: Shop) -> None:
    assert sold(club, "", 20_00).tickets == ()
    elsewhere = card_number("290000900000099")
    assert [line.count for line in sold(club, elsewhere, 20_00).tickets] == [1]
    assert len(in_the_draw(club)) == 1


def test_goods_brought_back_take_their_tickets(club: Shop) -> None:
    receipt = sold(club, joined(club), 45_00, 20_00)
    first = GoodsReturn(of_receipt=receipt.reference, items=(AskedBack(1, None, None),))
    back = posted(club.till.take_back(first)).receipt
    assert back.tickets == (TicketLine("Letnie losowanie", -1),)
    assert in_the_draw(club) == [f"{receipt.reference}.1", f"{receipt.reference}.2"]
    rest = posted(club.till.take_back(GoodsReturn(of_receipt=receipt.reference))).receipt
    assert [line.count for line in rest.tickets] == [-2]
    assert in_the_draw(club) == []


def test_a_repeat_and_a_copy_have_the_same_tickets(club: Shop) -> None:
    ala = joined(club)
    receipt = sold(club, ala, 45_00, reference="R-1")
    assert sold(club, ala, 45_00, reference="R-1").tickets == receipt.tickets
    assert posted(club.till.reprint("R-1")).receipt.tickets == receipt.tickets
    assert len(in_the_draw(club)) == 2

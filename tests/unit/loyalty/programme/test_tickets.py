"""Which tickets are in a draw: of each receipt once, less what came back."""

from itertools import permutations
from typing import Any

from loyalty.journal import EARN, REVERSE, Entry
from loyalty.programme.lotteries import MAX_TICKETS_A_RECEIPT
from loyalty.programme.tickets import tickets_left

KEY = "tickets:autumn|2026-11-30"


def entry(
    seq: int,
    count: int,
    *,
    kind: str = EARN,
    receipt: str = "",
    member: str = "anna",
    epoch: int = 1,
    **payload: Any,
) -> Entry:
    return Entry(
        terminal="KRK-1",
        epoch=epoch,
        seq=seq,
        kind=kind,
        member=member,
        points=0,
        amount_minor=0,
        receipt=receipt or f"R{seq}",
        programme="shop@1",
        occurred_at_ms=seq,
        recorded_at_ms=seq,
        payload={"sums": {KEY: count, "visits|ever": 1}, **payload},
    )


def numbers(*entries: Entry) -> list[str]:
    """The numbers that are left, the same in whatever order the entries are told."""
    found = {
        tuple(sorted(ticket.number for ticket in tickets_left("autumn", told, str.upper)))
        for told in permutations(entries)
    }
    assert len(found) == 1, found
    return list(found.pop())


def test_a_ticket_names_its_holder_and_other_draws_are_no_matter() -> None:
    (ticket,) = tickets_left("autumn", [entry(1, 1)], str.upper)
    assert (ticket.number, ticket.holder) == ("KRK-1:R1.1", "ANNA")
    assert tickets_left("winter", [entry(1, 1)], str.upper) == []
    assert tickets_left("autumn", [entry(1, 1, member="")], str.upper) == []


def test_goods_brought_back_take_the_last_tickets_of_their_sale() -> None:
    sale, other = entry(1, 3), entry(2, 1)
    first = entry(3, -1, kind=REVERSE, of=["KRK-1", 1, 1])
    second = entry(4, -2, kind=REVERSE, of=["KRK-1", 1, 1])
    assert numbers(sale, other, first) == ["KRK-1:R1.1", "KRK-1:R1.2", "KRK-1:R2.1"]
    assert numbers(sale, other, first, second) == ["KRK-1:R2.1"]
    again = entry(5, -3, kind=REVERSE, of=["KRK-1", 1, 1])
    assert numbers(sale, other, first, again) == ["KRK-1:R2.1"]


def test_a_return_of_another_members_sale_or_of_none_takes_nothing() -> None:
    sale = entry(1, 1)
    stranger = entry(2, -1, kind=REVERSE, member="jan", of=["KRK-1", 1, 1])
    unknown = entry(3, -1, kind=REVERSE, of=["KRK-1", 1, [7]])
    assert numbers(sale, stranger, unknown) == ["KRK-1:R1.1"]


def test_without_its_receipt_a_return_takes_the_latest_tickets() -> None:
    sales = [entry(1, 2), entry(2, 2), entry(3, 1, member="jan")]
    back = entry(4, -3, kind=REVERSE)
    assert numbers(*sales, back) == ["KRK-1:R1.1", "KRK-1:R3.1"]
    of_first = entry(5, -2, kind=REVERSE, of=["KRK-1", 1, 1])
    assert numbers(*sales, back, of_first) == ["KRK-1:R3.1"]


def test_a_sale_that_was_written_again_counts_once_and_goes_back_by_its_first_place() -> None:
    first = entry(1, 2)
    again = entry(9, 2, receipt="R1", epoch=2, salvaged=[1, 1])
    assert numbers(first, again) == ["KRK-1:R1.1", "KRK-1:R1.2"]
    back = entry(10, -1, kind=REVERSE, of=["KRK-1", 1, 1])
    assert numbers(again, back) == ["KRK-1:R1.1"]


def test_no_receipt_brings_more_than_its_most() -> None:
    assert len(tickets_left("autumn", [entry(1, 10**9)], str)) == MAX_TICKETS_A_RECEIPT

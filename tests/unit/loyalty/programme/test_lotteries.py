"""Draws: tickets, winners that anybody finds again, and a check that is not taken in."""

import hashlib
import hmac
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.document import Programme
from loyalty.programme.lotteries import (
    MAX_TICKETS_A_RECEIPT,
    DrawFinding,
    Ticket,
    _below,
    checked,
    commitment_of,
    draw,
    ticket_numbers,
    ticket_sums,
    tickets_due,
    tickets_in,
)
from tests.unit.loyalty.programme.happening_shop import programme

SECRET = bytes(range(32))
TICKETS = [
    Ticket("KRK-1.R1.1", "anna"),
    Ticket("KRK-1.R1.2", "anna"),
    Ticket("KRK-1.R2.1", "jan"),
    Ticket("WAW-1.R9.1", "ola"),
    Ticket("WAW-1.R9.2", "ola"),
]


def with_lottery(winners: int = 2, commitment: str | None = None) -> Programme:
    return programme(
        '[[lottery]]\nname = "autumn"\nticket_per = "20.00"\nfirst = "2026-10-01"\n'
        f'until = "2026-11-30"\nwinners = {winners}\nreward = "mug"\n'
        f'commitment = "{commitment or commitment_of(SECRET)}"\n'
        '[[rewards]]\nname = "mug"\ncost = 5\ngives = "gift"\n'
    )


@pytest.mark.parametrize(
    ("base_minor", "day", "count"),
    [
        (1_999, date(2026, 10, 10), 0),
        (2_000, date(2026, 10, 10), 1),
        (5_999, date(2026, 10, 10), 2),
        (2_000, date(2026, 10, 1), 1),
        (2_000, date(2026, 11, 30), 1),
        (2_000, date(2026, 9, 30), 0),
        (2_000, date(2026, 12, 1), 0),
        (-5_000, date(2026, 10, 10), 0),
        (10**12, date(2026, 10, 10), MAX_TICKETS_A_RECEIPT),
    ],
)
def test_a_receipt_has_a_ticket_for_each_full_step(base_minor: int, day: date, count: int) -> None:
    shop = with_lottery()
    assert tickets_due(shop, shop.lottery[0], base_minor, day) == count
    key = {"tickets:autumn|2026-11-30": count} if count else {}
    assert ticket_sums(shop, base_minor, day) == key
    assert tickets_in("autumn", {**key, "tickets:winter|2026-11-30": 9, "visits|ever": 1}) == count


def test_tickets_of_all_tills_have_numbers_of_their_own() -> None:
    assert ticket_numbers("KRK-1", "KRK-1.1.42", 2) == ("KRK-1.1.42.1", "KRK-1.1.42.2")
    assert ticket_numbers("KRK-1", "1.42", 1) == ("KRK-1:1.42.1",)
    assert ticket_numbers("KRK-1", "KRK-10.42", 1) == ("KRK-1:KRK-10.42.1",)


def drawn_by_hand(secret: bytes, tickets: list[tuple[str, str]], winners: int) -> list[str]:
    """The published steps once more, in the fewest words."""
    left = sorted(tickets)
    listed = "".join(f"{number}\t{holder}\n" for number, holder in left)
    digest, counter = hashlib.sha256(listed.encode()).digest(), 0
    won: list[str] = []
    holders: set[str] = set()
    while left and len(won) < winners:
        while True:
            message = digest + counter.to_bytes(8, "big")
            r = int(hmac.new(secret, message, hashlib.sha256).hexdigest(), 16)
            counter += 1
            if r < 2**256 - 2**256 % len(left):
                break
        place = r % len(left)
        number, holder = left[place]
        left[place] = left[-1]
        del left[-1]
        if holder not in holders:
            holders.add(holder)
            won.append(number)
    return won


def test_a_draw_that_anybody_can_make_again() -> None:
    winners = [ticket.number for ticket in draw(SECRET, TICKETS, 2)]
    assert winners == drawn_by_hand(SECRET, [(one.number, one.holder) for one in TICKETS], 2)
    assert winners == ["WAW-1.R9.1", "KRK-1.R2.1"]


tickets_strategy = st.lists(
    st.tuples(st.text(st.characters(codec="ascii"), max_size=8), st.sampled_from("abcdef")),
    max_size=30,
    unique_by=lambda ticket: ticket[0],
)


@given(st.binary(min_size=1, max_size=40), tickets_strategy, st.integers(1, 8), st.randoms())
def test_the_order_of_the_list_does_not_matter_and_each_holder_wins_once(
    secret: bytes, listed: list[tuple[str, str]], winners: int, dice: object
) -> None:
    tickets = [Ticket(number, holder) for number, holder in listed]
    won = draw(secret, tickets, winners)
    assert draw(secret, reversed(tickets), winners) == won
    assert [ticket.number for ticket in won] == drawn_by_hand(secret, listed, winners)
    holders = [ticket.holder for ticket in won]
    assert len(set(holders)) == len(holders) == min(winners, len({h for _, h in listed}))


def test_every_ticket_has_the_same_chance() -> None:
    tickets = [Ticket(f"T{n}", f"holder {n % 5}") for n in range(10)]
    draws = 4_000
    firsts = Counter(draw(number.to_bytes(32), tickets, 1)[0].number for number in range(draws))
    # Chi-squared with 9 degrees of freedom: over 27.9 once in a thousand; the secrets are fixed.
    expected = draws / len(tickets)
    assert sum((firsts[t.number] - expected) ** 2 / expected for t in tickets) < 27.9


def test_no_place_is_favoured_by_what_does_not_divide() -> None:
    largest = 2**256
    assert _below(3, iter([largest - 1, 5])) == 2
    assert _below(3, iter([largest - 2])) == (largest - 2) % 3
    assert _below(1, iter([largest - 1])) == 0


def test_a_number_that_comes_twice_is_no_draw() -> None:
    with pytest.raises(ValueError, match="one number"):
        draw(SECRET, [Ticket("A", "anna"), Ticket("A", "jan")], 1)


def test_an_announced_draw_is_checked() -> None:
    lottery = with_lottery().lottery[0]
    announced = draw(SECRET, TICKETS, 2)
    assert checked(lottery, SECRET, TICKETS, announced) is DrawFinding.RIGHT
    assert checked(lottery, b"another", TICKETS, announced) is DrawFinding.WRONG_SECRET
    assert checked(lottery, SECRET, TICKETS, announced[::-1]) is DrawFinding.WRONG_WINNERS
    assert checked(lottery, SECRET, TICKETS[1:], announced) is DrawFinding.WRONG_WINNERS
    twice = [*TICKETS, Ticket("KRK-1.R1.1", "somebody else")]
    assert checked(lottery, SECRET, twice, announced) is DrawFinding.TICKET_TWICE

"""Draws that anybody can make again: tickets, the drawing, and the check of what was announced.

Before the first ticket a shop publishes the SHA-256 of a secret (32 random bytes or more); after
the last one it publishes the list of tickets; then the secret. The winners follow from both:

1. The tickets are sorted by their number, as UTF-8 bytes.
2. The list's digest is SHA-256 over, for each ticket, its number, a tab, its holder, a line feed.
3. The secret gives numbers r0, r1, r2 …: ri is HMAC-SHA256 with the secret as key over the digest
   and the counter i as 8 bytes, big end first, read as a number of 256 bits, big end first.
4. One ticket after the other is drawn, none put back. To draw from n tickets the next ri is taken;
   one that is not below the largest multiple of n within 2**256 is thrown away and the next taken,
   so that no ticket is favoured. The ticket at place ri mod n (from 0) is drawn, and the last of
   the n takes its place in the list.
5. A drawn ticket wins if its holder has not won before. It ends with the last winner or ticket.

A holder is whatever stands for a member, as long as it is one to one: a list that is published
need not name anybody. Whoever knows the secret while tickets are still given could steer the draw,
so the secret belongs in a sealed envelope, and the list is published before it is opened.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise

import msgspec

from loyalty.programme.terms.happenings import Lottery
from loyalty.programme.terms.programme import Programme
from loyalty.sums import sum_key

MAX_TICKETS_A_RECEIPT = 1_000
"""What a single giant receipt may bring: more would be a lottery of one."""

TICKET = "ticket"
"""What an entry of points that were won in a draw says: the number that was drawn."""

_NUMBERS = 1 << 256
_TICKETS = "tickets:"


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """One chance: its `number`, unlike any other, and who holds it."""

    number: str
    holder: str


class DrawFinding(StrEnum):
    """What is wrong with a draw that was announced."""

    RIGHT = ""
    WRONG_SECRET = "wrong-secret"  # noqa: S105  (a finding's name)
    """It is not the secret whose SHA-256 was published before."""
    TICKET_TWICE = "ticket-twice"
    """Two tickets have one number."""
    WRONG_WINNERS = "wrong-winners"


def tickets_due(programme: Programme, lottery: Lottery, base_minor: int, day: date) -> int:
    """How many tickets a receipt of `day` has that counts as `base_minor` of spend."""
    if not lottery.first <= day.isoformat() <= lottery.until:
        return 0
    return min(max(base_minor, 0) // programme.minor(lottery.ticket_per), MAX_TICKETS_A_RECEIPT)


def tickets_key(lottery: Lottery) -> str:
    """The key that a member's tickets are summed by (`loyalty.sums`): "tickets:NAME|UNTIL"."""
    return f"{tickets_prefix(lottery.name)}{lottery.until}"


def tickets_prefix(name: str) -> str:
    """How each key of the tickets of the lottery `name` begins: its last day may be moved."""
    return sum_key(f"{_TICKETS}{name}", "")


def ticket_sums(programme: Programme, base_minor: int, day: date) -> dict[str, int]:
    """What a receipt of `day` adds to its member's sums for the lotteries of `programme`. What is
    left of it after a return so has fewer, by the same sums as all else that goes back."""
    due = {
        tickets_key(lottery): tickets_due(programme, lottery, base_minor, day)
        for lottery in programme.lottery
    }
    return {key: count for key, count in due.items() if count}


def tickets_in(name: str, sums: Mapping[str, int]) -> int:
    """How many tickets of the lottery `name` an entry with `sums` brings or takes."""
    prefix = tickets_prefix(name)
    return sum(count for key, count in sums.items() if key.startswith(prefix))


def ticket_numbers(terminal: str, receipt: str, count: int) -> tuple[str, ...]:
    """The numbers of the `count` tickets of a receipt, from 1: "KRK-1.1.42.1".

    A reference of the till's own begins with its name, which tells them apart from those that
    another software gave ("KRK-1:4711.1"): so no two tickets of a chain have one number.
    """
    is_own = receipt.startswith(f"{terminal}.")
    sale = receipt if is_own else f"{terminal}:{receipt}"
    return tuple(f"{sale}.{number}" for number in range(1, count + 1))


def commitment_of(secret: bytes) -> str:
    """What is published of `secret` before the first ticket: its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(secret).hexdigest()


def draw(secret: bytes, tickets: Iterable[Ticket], winners: int) -> tuple[Ticket, ...]:
    """The winning tickets in the order they are drawn, each of another holder; fewer than
    `winners` where there are not so many holders. Raises ValueError when a number comes twice."""
    left = sorted(tickets, key=lambda ticket: ticket.number.encode())
    if any(one.number == other.number for one, other in pairwise(left)):
        raise ValueError("two tickets of a draw have one number")
    numbers = _numbers(secret, _digest(left))
    won: dict[str, Ticket] = {}
    while left and len(won) < winners:
        place = _below(len(left), numbers)
        drawn, left[place] = left[place], left[-1]
        left.pop()
        won.setdefault(drawn.holder, drawn)
    return tuple(won.values())


def checked(
    lottery: Lottery, secret: bytes, tickets: Sequence[Ticket], announced: Sequence[Ticket]
) -> DrawFinding:
    """What is wrong with the winners `announced` for `lottery`; RIGHT when nothing is."""
    if commitment_of(secret) != lottery.commitment:
        return DrawFinding.WRONG_SECRET
    if len({ticket.number for ticket in tickets}) < len(tickets):
        return DrawFinding.TICKET_TWICE
    if draw(secret, tickets, lottery.winners) != tuple(announced):
        return DrawFinding.WRONG_WINNERS
    return DrawFinding.RIGHT


def _digest(tickets: Iterable[Ticket]) -> bytes:
    listed = hashlib.sha256()
    for ticket in tickets:
        listed.update(f"{ticket.number}\t{ticket.holder}\n".encode())
    return listed.digest()


def _numbers(secret: bytes, digest: bytes) -> Iterator[int]:
    counter = 0
    while True:
        message = digest + counter.to_bytes(8)
        yield int.from_bytes(hmac.digest(secret, message, "sha256"))
        counter += 1


def _below(limit: int, numbers: Iterator[int]) -> int:
    """A number from 0 up to, not including, `limit`, each as likely as the other."""
    largest = _NUMBERS // limit * limit
    number = next(numbers)
    while number >= largest:
        number = next(numbers)
    return number % limit

"""The file of a draw: read as it was written, and found out when it was meddled with."""

import msgspec
import pytest

from loyalty.errors import DrawFileInvalid
from loyalty.programme.draw_files import (
    DrawFile,
    drawn_with,
    finding_in,
    list_of,
    read_draw,
    write_draw,
)
from loyalty.programme.lotteries import DrawFinding, Ticket, commitment_of
from loyalty.programme.terms.happenings import Lottery

SECRET = bytes(range(32))
LOTTERY = Lottery(
    name="autumn",
    title={"en": "Autumn", "pl": "Jesień"},
    ticket_per="20.00",
    first="2026-10-01",
    until="2026-11-30",
    winners=2,
    commitment=commitment_of(SECRET),
)
TICKETS = [Ticket(f"KRK-1.1.{number}.1", f"holder {number % 3}") for number in (9, 10, 2, 4)]


def listed() -> DrawFile:
    return list_of(LOTTERY, TICKETS)


def test_a_list_has_its_order_and_no_winners() -> None:
    file = listed()
    assert [ticket.number for ticket in file.tickets] == sorted(one.number for one in TICKETS)
    assert (file.is_drawn, file.drawn) == (False, ())
    assert finding_in(file) is DrawFinding.WRONG_SECRET


def test_a_draw_is_read_as_it_was_written_and_holds() -> None:
    file = drawn_with(SECRET, listed())
    assert file.is_drawn
    assert len(file.drawn) == 2
    assert read_draw(write_draw(file)) == file
    assert finding_in(file) is DrawFinding.RIGHT


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"secret": "open sesame"}, DrawFinding.WRONG_SECRET),
        ({"secret": "ключ"}, DrawFinding.WRONG_SECRET),
        ({"secret": "00"}, DrawFinding.WRONG_SECRET),
        ({"tickets": (TICKETS[0], TICKETS[0])}, DrawFinding.TICKET_TWICE),
        ({"drawn": ()}, DrawFinding.WRONG_WINNERS),
        ({"tickets": tuple(TICKETS[1:])}, DrawFinding.WRONG_WINNERS),
    ],
)
def test_what_was_meddled_with_is_found_out(
    changed: dict[str, object], finding: DrawFinding
) -> None:
    file = drawn_with(SECRET, listed())
    assert finding_in(msgspec.structs.replace(file, **changed)) is finding


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"form": "paragon draw 2"}', b"\xff", b"[" * 10_000]
)
def test_what_is_no_draw_is_refused(content: bytes) -> None:
    with pytest.raises(DrawFileInvalid, match="no file of a draw"):
        read_draw(content)

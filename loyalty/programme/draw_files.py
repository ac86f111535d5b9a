"""The file of a draw: everything that it takes to make the draw again, for anybody.

It names no member: a holder is a text that head office alone can give a name to.
"""

import binascii
from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.errors import DrawFileInvalid
from loyalty.programme.lotteries import DrawFinding, Ticket, checked, draw
from loyalty.programme.terms.happenings import Lottery

FORM: Literal["paragon draw 1"] = "paragon draw 1"
MAX_DRAW_FILE_BYTES = 1 << 30
"""A hundred bytes a ticket: ten million of them."""


class DrawFile(msgspec.Struct, frozen=True, kw_only=True):
    """A lottery with all its `tickets`. Before the draw that is all; afterwards the `secret` (in
    hexadecimal) is told, and `drawn` are the winning tickets in their order."""

    form: Literal["paragon draw 1"] = FORM
    lottery: Lottery
    tickets: tuple[Ticket, ...]
    secret: str = ""
    drawn: tuple[Ticket, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether the secret was told."""
        return bool(self.secret)


def list_of(lottery: Lottery, tickets: list[Ticket]) -> DrawFile:
    """The list that is published before the secret is told, in the order of the tickets."""
    listed = sorted(tickets, key=lambda ticket: ticket.number.encode())
    return DrawFile(lottery=lottery, tickets=tuple(listed))


def drawn_with(secret: bytes, listed: DrawFile) -> DrawFile:
    """The draw of the tickets that are `listed`. Raises ValueError when a number comes twice."""
    won = draw(secret, listed.tickets, listed.lottery.winners)
    return replace(listed, secret=secret.hex(), drawn=won)


def finding_in(file: DrawFile) -> DrawFinding:
    """What is wrong with a draw, RIGHT when nothing is. What was published as its commitment is
    for whoever asks to compare."""
    try:
        secret = binascii.unhexlify(file.secret)
    except ValueError:
        return DrawFinding.WRONG_SECRET
    return checked(file.lottery, secret, file.tickets, file.drawn)


def write_draw(file: DrawFile) -> bytes:
    """The bytes of the file, in JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def read_draw(content: bytes) -> DrawFile:
    """The draw in `content`. Raises DrawFileInvalid when it is none."""
    try:
        return msgspec.json.decode(content, type=DrawFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise DrawFileInvalid(
            f"This is no file of a draw: {fault}.",
            "Take the file that the shop published, as it was published.",
        ) from None

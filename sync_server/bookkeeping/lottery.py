"""Lotteries at head office: which tickets are in a draw, and when it may be made.

Tickets are those of all entries in the books, so a draw waits until every till was heard after the
last day. A till's own list would not do: goods come back at other tills.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, REVERSE, Entry, decode_entry
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.draw_files import DrawFile, list_of
from loyalty.programme.lotteries import commitment_of, tickets_prefix
from loyalty.programme.terms.happenings import Lottery
from loyalty.programme.tickets import tickets_left
from sync_server.errors import NotDrawn, UnknownSubject
from sync_server.store.programmes import versions
from sync_server.store.settings import OFFICE, load_settings
from sync_server.store.tables import entries, terminals

ENTRIES_AT_ONCE = 1_000
HOLDER_DIGITS = 24
"""Of a holder's name: 96 bits, so that no two of ten million members have the same."""


class Held(msgspec.Struct, frozen=True):
    """A lottery as its latest version describes it, with the `tickets` in its draw; `holders` says
    which account each holder's name stands for."""

    programme: Programme
    lottery: Lottery
    listed: DrawFile
    holders: dict[str, str]


def held_lottery(connection: Connection, name: str) -> Held:
    """The lottery `name` with its tickets of this moment.

    Raises UnknownSubject when no version has it, NotDrawn when versions disagree about its secret.
    """
    programme, lottery = _described(connection, name)
    secret = load_settings(connection).link_secret
    told = list(_entries(connection, lottery))
    holders = {_holder(secret, name, entry.member): entry.member for entry in told}
    tickets = tickets_left(name, told, lambda account: _holder(secret, name, account))
    return Held(programme, lottery, list_of(lottery, tickets), holders)


def require_over(connection: Connection, lottery: Lottery, now: datetime, *, go_on: bool) -> None:
    """Raise NotDrawn while tickets are given by the shop's calendar, and while tills were not heard
    since, whose tickets may be missing; to `go_on` is to draw without those."""
    zone = load_settings(connection).zone
    if now.astimezone(zone).date().isoformat() <= lottery.until:
        raise NotDrawn(
            f"Tickets of {lottery.name} are given until {lottery.until}.",
            "Draw on a later day, when every till was heard.",
        )
    unheard = [] if go_on else _unheard(connection, _end_of(lottery, zone))
    if unheard:
        raise NotDrawn(
            f"Not everything was heard since {lottery.until} of: {', '.join(unheard)}.",
            "Have them sync, or draw without what they may still tell: --go-on.",
        )


def require_secret(lottery: Lottery, secret: bytes) -> None:
    """Raise NotDrawn when `secret` is not what was promised before the first ticket."""
    if commitment_of(secret) != lottery.commitment:
        raise NotDrawn(
            f"The secret's SHA-256 is not the commitment of {lottery.name} that was published.",
            "Take the secret that paragon-server lottery commit made for it.",
        )


def _described(connection: Connection, name: str) -> tuple[Programme, Lottery]:
    """The latest version that has the lottery `name`, and what it says of it."""
    found = [
        (programme, lottery)
        for programme in (load_programme(one.document) for one in versions(connection))
        for lottery in programme.lottery
        if lottery.name == name
    ]
    if not found:
        raise UnknownSubject(f"No programme that was published here has a lottery {name!r}.")
    if len({lottery.commitment for _, lottery in found}) > 1:
        raise NotDrawn(
            f"The commitment of {name} was changed between versions of the programme.",
            "Give a lottery with another secret another name.",
        )
    return found[-1]


def _entries(connection: Connection, lottery: Lottery) -> Iterator[Entry]:
    """Every entry that brings or takes tickets of `lottery`."""
    named = tickets_prefix(lottery.name).encode()
    bodies = connection.execution_options(yield_per=ENTRIES_AT_ONCE).execute(
        _BODIES, {"first": lottery.first}
    )
    return (decode_entry(body) for body in bodies.scalars() if named in body)


def _holder(secret: str, name: str, account: str) -> str:
    words = f"holder\n{name}\n{account}".encode()
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()[:HOLDER_DIGITS]


def _end_of(lottery: Lottery, zone: ZoneInfo) -> int:
    after = date.fromisoformat(lottery.until) + timedelta(days=1)
    return epoch_ms(datetime.combine(after, time(), zone))


def _unheard(connection: Connection, end_ms: int) -> list[str]:
    return list(connection.execute(_UNHEARD, {"end_ms": end_ms}).scalars())


_BODIES = select(entries.c.body).where(
    entries.c.kind.in_((EARN, REVERSE)), entries.c.member != "", entries.c.day >= bindparam("first")
)
_UNHEARD = (
    select(terminals.c.terminal)
    .where(
        terminals.c.terminal != OFFICE,
        terminals.c.epoch > 0,
        terminals.c.revoked_at_ms.is_(None),
        (terminals.c.last_contact_ms < bindparam("end_ms")) | (terminals.c.waiting_entries > 0),
    )
    .order_by(terminals.c.terminal)
)

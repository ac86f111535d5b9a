"""Opening balances: points that members bring from another system, once each."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection, Engine, select

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import ADJUST
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.store.engine import reading
from sync_server.store.keyed import among
from sync_server.store.settings import OFFICE, PROGRAMME, read_setting
from sync_server.store.tables import entries, members

OPENING = "opening-balance"
"""Why the points were given."""

CARDS_AT_ONCE = 1_000


def strangers(engine: Engine, cards: Collection[str]) -> Sequence[str]:
    """Those of `cards` that are no member's first card."""
    waiting = iter(cards)
    unknown: list[str] = []
    with reading(engine) as connection:
        while page := list(islice(waiting, CARDS_AT_ONCE)):
            known = _known(connection, page)
            unknown += [card for card in page if card not in known]
    return unknown


def opened_otherwise(engine: Engine, balances: Mapping[str, int]) -> Mapping[str, int]:
    """Those of `balances` whose cards were opened before with other points: what they were opened
    with, which stays."""
    waiting = iter(balances)
    found: dict[str, int] = {}
    with reading(engine) as connection:
        while page := list(islice(waiting, CARDS_AT_ONCE)):
            asked = {"keys": [_reference(card) for card in page]}
            opened = {row.receipt: row.points for row in connection.execute(_OPENED, asked)}
            for card in page:
                points = opened.get(_reference(card), balances[card])
                if points != balances[card]:
                    found[card] = points
    return found


def open_balances(
    engine: Engine, journal: OwnJournal, balances: Mapping[str, int], clock: Clock
) -> Outcomes:
    """Give each member in `balances` their points, once for ever; they count as earned now, under
    the programme in force."""
    with reading(engine) as connection:
        label = read_setting(connection, PROGRAMME)
    now_ms = epoch_ms(clock())
    return journal.post(
        Posting(
            account=card,
            kind=ADJUST,
            points=points,
            receipt=_reference(card),
            programme=label,
            occurred_at_ms=now_ms,
            payload={"reason": OPENING},
        )
        for card, points in balances.items()
    )


def _reference(card: str) -> str:
    """Under which the opening balance of a card is posted, once for ever."""
    return f"opening:{card}"


def _known(connection: Connection, cards: Sequence[str]) -> set[str]:
    return set(connection.execute(_MEMBERS, {"keys": cards}).scalars())


_MEMBERS = select(members.c.member_id).where(among(members.c.member_id))
_OPENED = select(entries.c.receipt, entries.c.points).where(
    entries.c.terminal == OFFICE, entries.c.receipt != "", among(entries.c.receipt)
)

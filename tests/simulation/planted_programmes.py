"""Defences of what a programme promises over time, taken away one at a time."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from loyalty.journal import Entry
from loyalty.programme.document import Programme
from loyalty.programme.occasions import NEWCOMER, Standing
from loyalty.programme.returning import ReturnedPart
from sync_server.store.cases import Case
from sync_server.terminals import promises
from terminal_app.store import returns
from terminal_app.till import pricing
from terminal_app.till.standing import Past
from tests.simulation.planted import Planted


def _always_a_newcomer(_programme: Programme, _past: Past, _at: datetime) -> Standing:
    """Whoever comes has no tier, and used no cap up."""
    return NEWCOMER


def _nothing_came_back(_connection: sqlite3.Connection, _sale: str) -> tuple[ReturnedPart, ...]:
    """Every receipt is as whole as it was."""
    return ()


def _names_no_return(
    _connection: Connection, _entry: Entry, _programme: Programme, _zone: ZoneInfo
) -> list[Case]:
    """What came back twice is nobody's case."""
    return []


PROGRAMME_FAULTS: Sequence[Planted] = (
    Planted(
        fault="a member taken for a newcomer: no tier, and every cap open again",
        taken="a till looks up what it counted of a member",
        noticed_by=frozenset({"G6"}),
        says=r"takes \d+ for .* its journal says",
        places=lambda: [(pricing, "standing_at", _always_a_newcomer)],
        temper={"programme": "tiers"},
    ),
    Planted(
        fault="the goods of one receipt brought back again and again",
        taken="a till keeps what came back, and head office names what came back twice",
        noticed_by=frozenset({"G6"}),
        says="were taken back",
        places=lambda: [
            (returns, "returned_parts", _nothing_came_back),
            (promises, "return_cases", _names_no_return),
        ],
        temper={"programme": "gifts"},
    ),
)

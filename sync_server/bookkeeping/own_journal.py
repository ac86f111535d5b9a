"""Head office's own journal: entries that no till writes, in the same books under the same rules.

Head office is a terminal of its chain, `OFFICE`: its frames are taken as any till's are, so that
balances, rights, seals, days and what tills are told need nothing of their own. Composed and taken
in one transaction that alone may write, no frame of it is ever lost or doubled.

What it takes from a member it draws from the pool first, as a till does: what a till holds is asked
back, and taken another day. What it gives it releases to the pool at once. So it holds nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, bindparam, insert, select

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    Entry,
    encode_entry,
    first_seal,
    next_seal,
)
from loyalty.programme.transfers import WITH
from loyalty.tallies import DayTally, counted, day_of
from loyalty.wire import WIRE_VERSION, Draw, Outcome, SyncRequest, Waiting
from sync_server.errors import StoreUnavailable
from sync_server.rights.grants import last_answered
from sync_server.store.engine import writing
from sync_server.store.keyed import among
from sync_server.store.server_key import server_key
from sync_server.store.settings import OFFICE, load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import (
    TALLY_COUNTS,
    branches,
    day_tallies,
    entries,
    heads,
    journals,
    terminals,
)
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.journals import next_number

OFFICE_NAME = "Head office"
OFFICE_EPOCH = 1

MAX_POSTINGS_A_FRAME = 250
"""Each makes four entries at most, and a frame holds a thousand."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that head office posts: `points` of `account`, signed, under `kind`.

    `receipt` names it for ever: what was posted under it is not posted again. `programme` is the
    label it was decided under. What a transfer takes goes `to` another account.
    """

    account: str
    kind: str
    points: int
    receipt: str
    programme: str
    occurred_at_ms: int
    payload: Mapping[str, Any] = {}
    to: str = ""


class Outcomes(msgspec.Struct, frozen=True):
    """What became of postings: how many were `posted` now, were there `before`, and `wait` until
    tills have given back what they hold."""

    posted: int = 0
    before: int = 0
    waiting: int = 0

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(
            self.posted + other.posted, self.before + other.before, self.waiting + other.waiting
        )


class OwnJournal:
    """Head office as a terminal; `post` may be called from many threads and processes."""

    def __init__(self, engine: Engine, clock: Clock, ingest: Ingest) -> None:
        self._engine = engine
        self._clock = clock
        self._ingest = ingest

    def post(self, postings: Iterable[Posting]) -> Outcomes:
        """Post each of `postings` once for ever, frame by frame."""
        done = Outcomes()
        waiting = iter(postings)
        while page := list(islice(waiting, MAX_POSTINGS_A_FRAME)):
            done += self._post_page(page)
        return done

    def _post_page(self, page: Sequence[Posting]) -> Outcomes:
        with writing(self._engine) as connection:
            now_ms = epoch_ms(self._clock())
            known = _posted_before(connection, page)
            fresh = list({one.receipt: one for one in page if one.receipt not in known}.values())
            before = len(page) - len(fresh)
            if not fresh:
                return Outcomes(before=before)
            _be_there(connection, now_ms)
            drawn = self._draw(connection, fresh, now_ms)
            ready = [one for one in fresh if one.points >= 0 or one.receipt in drawn]
            self._take(connection, tuple(_said(ready, drawn)), now_ms)
            return Outcomes(len(ready), before, len(fresh) - len(ready))

    def _draw(
        self, connection: Connection, fresh: Sequence[Posting], now_ms: int
    ) -> dict[str, Draw]:
        """The rights to what is to be taken, by receipt; what was given in part goes back."""
        number = last_answered(connection, OFFICE, OFFICE_EPOCH)
        asked = {
            one.receipt: Draw(number + count, one.account, -one.points)
            for count, one in enumerate((one for one in fresh if one.points < 0), 1)
        }
        if not asked:
            return {}
        grants = self._take(connection, (), now_ms, tuple(asked.values()))
        given = {grant: points for grant, points in grants.items() if points}
        partly = [
            Draw(draw.number, draw.member_id, given[draw.number])
            for draw in asked.values()
            if 0 < given.get(draw.number, 0) < draw.points
        ]
        self._take(connection, tuple(_handed_back(partly)), now_ms)
        return {
            receipt: draw
            for receipt, draw in asked.items()
            if given.get(draw.number) == draw.points
        }

    def _take(
        self,
        connection: Connection,
        drafts: Sequence["_Draft"],
        now_ms: int,
        draws: tuple[Draw, ...] = (),
    ) -> dict[int, int]:
        """Write `drafts` at the journal's end; what was granted for `draws`, by number."""
        settings = load_settings(connection)
        seq, seal = _head(connection)
        written = [draft.entry(seq + place, now_ms) for place, draft in enumerate(drafts, 1)]
        bodies = tuple(encode_entry(entry) for entry in written)
        for body in bodies:
            seal = next_seal(seal, body)
        taken = self._ingest.take_within(
            connection,
            SyncRequest(
                version=WIRE_VERSION,
                terminal=OFFICE,
                epoch=OFFICE_EPOCH,
                first_seq=seq + 1,
                bodies=bodies,
                last_seal=seal,
                history_id=settings.history_id,
                cursor=0,
                sent_at_ms=now_ms,
                product_version="",
                tallies=_tallies(connection, written, settings.zone),
                count=len(bodies),
                length=sum(len(body) for body in bodies),
                draws=draws,
                waiting=Waiting(),
            ),
        )
        if taken.outcome is not Outcome.ACCEPTED or taken.refused:
            raise StoreUnavailable(
                f"Head office's own journal was not taken: {taken.outcome.value},"
                f" {len(taken.refused)} refused.",
                "Run paragon-server verify.",
            )
        return {grant.number: grant.points for grant in taken.rights.grants}


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    account: str
    points: int = 0
    receipt: str = ""
    programme: str = ""
    occurred_at_ms: int | None = None
    payload: Mapping[str, Any] = {}

    def entry(self, seq: int, now_ms: int) -> Entry:
        return Entry(
            terminal=OFFICE,
            epoch=OFFICE_EPOCH,
            seq=seq,
            kind=self.kind,
            member=self.account,
            points=self.points,
            amount_minor=0,
            receipt=self.receipt,
            programme=self.programme,
            occurred_at_ms=now_ms if self.occurred_at_ms is None else self.occurred_at_ms,
            recorded_at_ms=now_ms,
            payload=dict(self.payload),
        )


def _said(ready: Iterable[Posting], drawn: Mapping[str, Draw]) -> Iterator[_Draft]:
    """The entries of postings, each beside that of the rights it needs or sets free."""
    for one in ready:
        posting = _Draft(
            kind=one.kind,
            account=one.account,
            points=one.points,
            receipt=one.receipt,
            programme=one.programme,
            occurred_at_ms=one.occurred_at_ms,
            payload={**one.payload, WITH: one.to} if one.to else one.payload,
        )
        if one.points < 0:
            yield _granted(drawn[one.receipt], -one.points)
        yield posting
        if one.to:
            taken = {**one.payload, WITH: one.account}
            yield replace(posting, account=one.to, points=-one.points, payload=taken)
            yield _released(one.to, -one.points)
        if one.points > 0:
            yield _released(one.account, one.points)


def _handed_back(partly: Iterable[Draw]) -> Iterator[_Draft]:
    for draw in partly:
        yield _granted(draw, draw.points)
        yield _released(draw.member_id, draw.points)


def _granted(draw: Draw, points: int) -> _Draft:
    payload = {"draw": draw.number, "points": points}
    return _Draft(kind=RIGHTS_GRANT, account=draw.member_id, payload=payload)


def _released(account: str, points: int) -> _Draft:
    return _Draft(kind=RIGHTS_RELEASE, account=account, payload={"points": points})


def _is_there(connection: Connection) -> bool:
    return connection.execute(_OWN_TERMINAL).first() is not None


def _be_there(connection: Connection, now_ms: int) -> None:
    """Be a terminal of the chain, from the first posting on."""
    if _is_there(connection):
        return
    number = next_number(connection)
    if number is None:
        raise StoreUnavailable("The chain has used up its terminal numbers.")
    connection.execute(
        inserting(connection, branches)
        .values(branch=OFFICE, name=OFFICE_NAME)
        .on_conflict_do_nothing()
    )
    connection.execute(
        insert(terminals).values(
            terminal=OFFICE,
            number=number,
            epoch=OFFICE_EPOCH,
            branch=OFFICE,
            enrolled_at_ms=now_ms,
            last_contact_ms=now_ms,
        )
    )
    connection.execute(
        insert(journals).values(
            terminal=OFFICE,
            epoch=OFFICE_EPOCH,
            number=number,
            public_key=server_key(connection).public_key().public_bytes_raw(),
            reason="enrolled",
            started_at_ms=now_ms,
        )
    )


def _head(connection: Connection) -> tuple[int, bytes]:
    row = connection.execute(_HEAD).first()
    return (0, first_seal(OFFICE, OFFICE_EPOCH)) if row is None else (row.seq, row.seal)


def _posted_before(connection: Connection, page: Sequence[Posting]) -> set[str]:
    asked = {"keys": [one.receipt for one in page]}
    return set(connection.execute(_POSTED, asked).scalars())


def _tallies(
    connection: Connection, written: Sequence[Entry], zone: ZoneInfo
) -> tuple[DayTally, ...]:
    """The sums of the days of `written` as this journal has them with it."""
    days: dict[str, DayTally] = {}
    for entry in written:
        day = day_of(entry.occurred_at_ms, zone)
        if day not in days:
            row = connection.execute(_DAY, {"of_day": day}).first()
            days[day] = DayTally(day) if row is None else DayTally(day, *row)
        days[day] = counted(days[day], entry)
    return tuple(days.values())


_OWN_TERMINAL = select(terminals.c.terminal).where(terminals.c.terminal == OFFICE)
_HEAD = select(heads.c.seq, heads.c.seal).where(
    heads.c.terminal == OFFICE, heads.c.epoch == OFFICE_EPOCH
)
_POSTED = select(entries.c.receipt).where(
    entries.c.terminal == OFFICE, entries.c.receipt != "", among(entries.c.receipt)
)
_DAY = select(day_tallies.c.last_seq, *(day_tallies.c[name] for name in TALLY_COUNTS)).where(
    day_tallies.c.terminal == OFFICE,
    day_tallies.c.epoch == OFFICE_EPOCH,
    day_tallies.c.day == bindparam("of_day"),
)

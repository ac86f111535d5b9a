"""A founded chain for the tests of head office, and tills that hand in journals of real entries."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from litestar import Litestar
from sqlalchemy import Engine, update

from loyalty.clock import epoch_ms
from loyalty.identifiers import minted_card, voucher_number
from loyalty.journal import (
    EARN,
    ENROL,
    REDEEM,
    REVERSE,
    VOUCHER_ISSUED,
    Entry,
    encode_entry,
    first_seal,
    next_seal,
)
from loyalty.members import Member
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.expiry import end_of_days_ms
from loyalty.programme.plain import points_of_total
from loyalty.tallies import DayTally, counted, day_of
from loyalty.wire import WIRE_VERSION, Outcome, SyncRequest
from sync_server.bootstrap import open_store
from sync_server.campaigns.triggers import on_entries
from sync_server.commands.founding import Founded, Plan, found
from sync_server.config import MailConfig, ServerConfig
from sync_server.office.application import office_router
from sync_server.store.engine import reading, writing
from sync_server.store.settings import Settings, load_settings
from sync_server.store.statements import inserting
from sync_server.store.tables import journals, terminals
from sync_server.terminals.ingest import Ingest, Taken
from sync_server.terminals.journals import ENROLLED

CLASSIC = load_programme(classic_document())
OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class ShopClock:
    """A clock that stands until it is moved."""

    now: datetime = OPENING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Chain:
    """A founded chain with its books open."""

    engine: Engine
    clock: ShopClock
    settings: Settings
    founded: Founded
    ingest: Ingest
    home: Path

    def app(self, mail: MailConfig | None = None) -> Litestar:
        """Head office's pages alone, over these books."""
        router = office_router(self.engine, self.clock, self.settings, mail)
        return Litestar([router], openapi_config=None, logging_config=None)

    def till(self, terminal: str) -> "Till":
        """A till that is enrolled as `terminal`, with the journal that it was given then."""
        now_ms = epoch_ms(self.clock())
        with writing(self.engine) as connection:
            number = connection.execute(
                update(terminals)
                .where(terminals.c.terminal == terminal)
                .values(enrolled_at_ms=now_ms, epoch=1)
                .returning(terminals.c.number)
            ).scalar_one()
            given = inserting(connection, journals).values(
                terminal=terminal,
                epoch=1,
                number=number,
                public_key=bytes(32),
                reason=ENROLLED,
                started_at_ms=now_ms,
            )
            connection.execute(given.on_conflict_do_nothing())
        return Till(self, terminal)


@dataclass
class Till:
    """A till that writes entries as the Till does, and hands them in when it is told to."""

    chain: Chain
    terminal: str
    seq: int = 0
    handed_in: int = 0
    bodies: list[bytes] = field(default_factory=list)
    days: dict[str, DayTally] = field(default_factory=dict)
    cards: int = 0

    def enrol(
        self,
        name: str,
        *,
        phone: str = "",
        email: str = "",
        email_consent: bool = False,
        language: str = "en",
    ) -> Member:
        self.cards += 1
        card = minted_card(int(self.terminal.rpartition("-")[2]), self.cards)
        member = Member(
            member_id=card,
            card=card,
            name=name,
            phone=phone,
            email=email,
            email_consent=email_consent,
            language=language,
            branch=self.terminal.partition("-")[0],
            enrolled_at_ms=epoch_ms(self.chain.clock()),
        )
        self._write(ENROL, card, payload=msgspec.to_builtins(member))
        return member

    def sell(self, member: str, amount_minor: int, receipt: str = "") -> None:
        points = points_of_total(CLASSIC, amount_minor) if member else 0
        self._write(
            EARN, member, points, amount_minor, receipt, {"lines": [["GOODS", 1, amount_minor]]}
        )

    def write_sale(self, member: str, payload: dict[str, object]) -> None:
        """A sale as a broken till would write it: it promises nothing its lines come to."""
        self._write(EARN, member, 1, 100, "", payload)

    def take_back(self, member: str, amount_minor: int) -> None:
        points = -points_of_total(CLASSIC, amount_minor)
        self._write(
            REVERSE, member, points, -amount_minor, "", {"lines": [["GOODS", 1, amount_minor]]}
        )

    def redeem_for_a_voucher(self, member: str) -> None:
        receipt = f"{self.terminal}/{self.seq + 1}"
        self._write(REDEEM, member, -500, receipt=receipt)
        number = voucher_number(self.terminal, 1, self.seq)
        expires_at_ms = end_of_days_ms(90, epoch_ms(self.chain.clock()), self.chain.settings.zone)
        self._write(
            VOUCHER_ISSUED,
            member,
            receipt=receipt,
            payload={
                "number": number,
                "amount_minor": 500,
                "currency": "GBP",
                "expires_at_ms": expires_at_ms,
            },
        )

    def sync(self, clock_ahead_ms: int = 0, printed_notices: tuple[str, ...] = ()) -> Taken:
        taken = self.chain.ingest.take(self.frame(clock_ahead_ms, printed_notices))
        assert taken.outcome is Outcome.ACCEPTED, taken
        assert taken.refused == ()
        self.handed_in = self.seq
        return taken

    def frame(self, clock_ahead_ms: int = 0, printed_notices: tuple[str, ...] = ()) -> SyncRequest:
        """What has not been handed in yet, as it goes over the wire."""
        seal = first_seal(self.terminal, 1)
        for body in self.bodies:
            seal = next_seal(seal, body)
        bodies = tuple(self.bodies[self.handed_in :])
        return SyncRequest(
            version=WIRE_VERSION,
            terminal=self.terminal,
            epoch=1,
            first_seq=self.handed_in + 1,
            bodies=bodies,
            count=len(bodies),
            length=sum(map(len, bodies)),
            last_seal=seal,
            history_id=self.chain.settings.history_id,
            cursor=0,
            sent_at_ms=epoch_ms(self.chain.clock()) + clock_ahead_ms,
            product_version="0.1.0",
            printed_notices=printed_notices,
            tallies=tuple(self.days.values()),
        )

    def _write(
        self,
        kind: str,
        member: str,
        points: int = 0,
        amount_minor: int = 0,
        receipt: str = "",
        payload: dict[str, object] | None = None,
    ) -> None:
        self.seq += 1
        now_ms = epoch_ms(self.chain.clock())
        entry = Entry(
            terminal=self.terminal,
            epoch=1,
            seq=self.seq,
            kind=kind,
            member=member,
            points=points,
            amount_minor=amount_minor,
            receipt=receipt or f"{self.terminal}/{self.seq}",
            programme=CLASSIC.label,
            occurred_at_ms=now_ms,
            recorded_at_ms=now_ms,
            payload=payload or {},
        )
        self.bodies.append(encode_entry(entry))
        day = day_of(now_ms, self.chain.settings.zone)
        self.days[day] = counted(self.days.get(day, DayTally(day)), entry)


def found_chain(home: Path, database_url: str = "") -> Chain:
    """A chain of two branches and three terminals, its campaigns wired to what arrives."""
    url = database_url or f"sqlite:///{home / 'server.sqlite'}"
    clock = ShopClock()
    engine = open_store(url)
    plan = Plan(
        shop="Corner Shop",
        timezone="Europe/Warsaw",
        programme=classic_document(),
        branches={"KRK": "Kraków", "WAW": "Warszawa"},
        terminals={"KRK-1": "KRK", "KRK-2": "KRK", "WAW-3": "WAW"},
    )
    founded = found(engine, home, ServerConfig(database=url), plan, epoch_ms(clock()))
    with reading(engine) as connection:
        settings = load_settings(connection)
    ingest = Ingest(engine, clock, settings.zone, [on_entries])
    return Chain(engine, clock, settings, founded, ingest, home)

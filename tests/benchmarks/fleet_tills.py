"""Tills by the thousand in one process: real frames with real chains, without a database.

A till of the fleet keeps what a sync needs in memory: where its journal ends, how far it was
told, its draws. What head office is asked to do is the same as for tills that keep all of it.
"""

import random
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import zstandard

from loyalty.journal import EARN, RIGHTS_GRANT, Entry, encode_entry, first_seal, next_seal
from loyalty.snapshots import verified
from loyalty.tallies import DayTally, counted, day_of
from loyalty.wire import (
    SNAPSHOT_PATH,
    WIRE_VERSION,
    Draw,
    Outcome,
    SyncReply,
    SyncRequest,
    pack,
    unpack,
)
from tests.benchmarks.floor_books import FloorAnswer, FloorFrame
from tests.benchmarks.made_rows import made_sales

ZONE = ZoneInfo("Europe/London")
DRAWN_POINTS = 100
SYNCS_A_DRAW = 4
FAR_AHEAD = 2**62


class FleetTill(Protocol):
    """What the fleet does with a till, whoever it talks to."""

    @property
    def server(self) -> int:
        """Which of the servers it talks to."""

    @property
    def headers(self) -> dict[str, str]:
        """What each request of it carries."""

    @property
    def path(self) -> str:
        """Where its frames go."""

    @property
    def is_joining(self) -> bool:
        """Whether it has to be told what there is before it sells."""

    @property
    def snapshot_path(self) -> str:
        """Where it fetches its snapshot now; empty when it needs none."""

    def start(self, content: bytes) -> None:
        """Take the snapshot."""

    def compose(self, now_ms: int) -> bytes:
        """One more sale, and the frame that tells it."""

    def take(self, content: bytes) -> bool:
        """Take the answer; True when there is more to be told at once."""


class Sales:
    """The entries that a till writes, one sale after the other."""

    def __init__(self, terminal: str, cards: list[str], seed: int) -> None:
        self.terminal = terminal
        self._cards = cards
        self._dice = random.Random(seed)
        self._seed = seed
        self.count = 0

    def card(self) -> str:
        """A member who comes to this till."""
        return self._dice.choice(self._cards)

    def entry(self, seq: int, now_ms: int) -> Entry:
        """Entry `seq`: a sale to one of the members."""
        (sale,) = made_sales(self.count, 1, 1, seed=self._seed)
        self.count += 1
        return self.plain(
            seq,
            EARN,
            self.card(),
            now_ms,
            points=sale.points,
            amount_minor=sale.amount_minor,
            payload={"lines": sale.lines},
        )

    def plain(
        self,
        seq: int,
        kind: str,
        member: str,
        now_ms: int,
        points: int = 0,
        amount_minor: int = 0,
        payload: dict[str, object] | None = None,
    ) -> Entry:
        """Entry `seq` of a kind."""
        return Entry(
            terminal=self.terminal,
            epoch=1,
            seq=seq,
            kind=kind,
            member=member,
            points=points,
            amount_minor=amount_minor,
            receipt=f"{self.terminal}.1.{seq}",
            programme="classic@1",
            occurred_at_ms=now_ms,
            recorded_at_ms=now_ms,
            payload=payload or {},
        )


class ProductTill:
    """A till that speaks the product's frames; every fourth sync draws rights as well."""

    path = "/v1/sync"

    def __init__(self, sales: Sales, token: str, server: int) -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}"}
        self._sales = sales
        self._confirmed = 0
        self._seals = {0: first_seal(sales.terminal, 1)}
        self._bodies: list[bytes] = []
        self._history, self._cursor, self._mark = "", 0, ""
        self._server_key = b""
        self._tallies: dict[str, DayTally] = {}
        self._draws: dict[int, Draw] = {}
        self._drawn = 0
        self._is_told_more = True
        self.is_joining = True
        self.snapshot_path = ""

    def start(self, content: bytes) -> None:
        """Take the snapshot: the feed goes on from there."""
        known = verified([content], self._server_key).head
        self._history, self._cursor, self._mark = known.history_id, known.cursor, known.mark
        self.snapshot_path = ""

    def compose(self, now_ms: int) -> bytes:
        """One more sale, now and then a draw, and the frame that tells them; nothing new before
        all was told."""
        if not self._is_told_more:
            self._append(self._sales.entry(self._seq + 1, now_ms))
            if self._seq % SYNCS_A_DRAW == 0 and not self._draws:
                self._drawn += 1
                draw = Draw(self._drawn, self._sales.card(), DRAWN_POINTS)
                self._draws[draw.number] = draw
        bodies = tuple(self._bodies)
        return pack(
            SyncRequest(
                version=WIRE_VERSION,
                terminal=self._sales.terminal,
                epoch=1,
                first_seq=self._confirmed + 1,
                bodies=bodies,
                last_seal=self._seals[self._seq],
                history_id=self._history,
                cursor=self._cursor,
                sent_at_ms=now_ms,
                product_version="0.1.0",
                tallies=tuple(self._tallies.values()) if bodies else (),
                mark=self._mark,
                count=len(bodies),
                length=sum(map(len, bodies)),
                draws=tuple(self._draws.values()),
            )
        )

    def take(self, content: bytes) -> bool:
        """Take the answer; grants become entries that the next frame tells."""
        reply = unpack(content, SyncReply)
        seal = self._seals.get(reply.head_seq)
        if reply.outcome is not Outcome.ACCEPTED or seal != reply.head_seal or reply.refused:
            raise RuntimeError(f"{self._sales.terminal}: {reply.outcome}, {reply.refused}")
        del self._bodies[: reply.head_seq - self._confirmed]
        self._confirmed = reply.head_seq
        self._seals = {seq: seal for seq, seal in self._seals.items() if seq >= reply.head_seq}
        self._history, self._cursor, self._mark = reply.history_id, reply.cursor, reply.mark
        for grant in reply.grants:
            draw = self._draws.pop(grant.number, None)
            if draw is not None and grant.points:
                payload: dict[str, object] = {"draw": draw.number, "points": grant.points}
                self._append(
                    self._sales.plain(
                        self._seq + 1,
                        RIGHTS_GRANT,
                        draw.member_id,
                        reply.server_time_ms,
                        payload=payload,
                    )
                )
        self._server_key = reply.server_key or self._server_key
        if self.is_joining and reply.from_start and reply.more:
            self.snapshot_path = f"{SNAPSHOT_PATH}?epoch=1"
        self.is_joining = self.is_joining and reply.more
        self._is_told_more = reply.more
        return reply.more

    @property
    def _seq(self) -> int:
        return self._confirmed + len(self._bodies)

    def _append(self, entry: Entry) -> None:
        body = encode_entry(entry)
        self._seals[entry.seq] = next_seal(self._seals[entry.seq - 1], body)
        self._bodies.append(body)
        day = day_of(entry.occurred_at_ms, ZONE)
        self._tallies[day] = counted(self._tallies.get(day, DayTally(day)), entry)


class FloorFleetTill:
    """A till that speaks the floor's frames and is told nothing."""

    path = "/sync"
    headers: dict[str, str] = {}  # noqa: RUF012 - nothing is ever put into it
    is_joining = False
    snapshot_path = ""

    def __init__(self, sales: Sales, server: int) -> None:
        self.server = server
        self._sales = sales
        self._head = 0

    def start(self, content: bytes) -> None:
        """There is none."""
        raise RuntimeError(f"The floor makes no snapshot, and gave {len(content)} bytes of one.")

    def compose(self, now_ms: int) -> bytes:
        """One more sale, and the frame that tells it."""
        body = encode_entry(self._sales.entry(self._head + 1, now_ms))
        frame = FloorFrame(self._sales.terminal, (body,), FAR_AHEAD, FAR_AHEAD)
        return zstandard.compress(msgspec.msgpack.encode(frame))

    def take(self, content: bytes) -> bool:
        """Take the answer."""
        answer = msgspec.msgpack.decode(zstandard.decompress(content), type=FloorAnswer)
        self._head = answer.head
        return False

"""The network between tills and head office: loses, delays, repeats, cuts and reorders.

A till waits for its answer, so a message that comes late is one whose till has given up on it;
while a message is on its way, other things happen (`meanwhile`), even at the same till.
"""

from collections.abc import Callable
from random import Random

import httpx
import msgspec
import zstandard

from tests.simulation.clocks import MINUTE_MS, SECOND_MS, TrueTime

MAX_LATE_PACKETS = 8
MAX_LATE_MS = 10 * MINUTE_MS
"""By then the line itself has given a message up."""

MAX_DEPTH = 2
"""How deep things may happen while a message is on its way while a message is on its way."""

EPOCH = 2
"""The place of a sync request's journal."""

SERVER_TIME, RIGHTS_UNTIL = 8, 16
"""Places of a sync reply's fields."""


class Packet(msgspec.Struct, frozen=True):
    """A request on the wire."""

    sender: str
    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    query: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """What head office answered."""

    status: int
    content: bytes
    media_type: str


class HeadOfficeDown(Exception):
    """Nobody listens at head office."""


class Faults(msgspec.Struct):
    """How often, of 1000 messages, each thing befalls one."""

    lost: int = 0
    answer_lost: int = 0
    delayed: int = 0
    doubled: int = 0
    cut_short: int = 0
    meanwhile: int = 0


class Lease(msgspec.Struct, frozen=True):
    """What the last answer that reached a till said: rights of journal `epoch` last `left_ms` from
    then on."""

    left_ms: int
    epoch: int


class Network:
    """Carries every message; `deliver` is head office."""

    def __init__(self, dice: Random, time: TrueTime, deliver: Callable[[Packet], Answer]) -> None:
        self.faults = Faults()
        self.cut_off: set[str] = set()
        self.leases: dict[str, Lease] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        self.on_answer: Callable[[str], None] = lambda sender: None
        self._dice = dice
        self._time = time
        self._deliver = deliver
        self._late: list[tuple[int, Packet]] = []
        self._depth = 0
        self.carried = 0

    def carry(self, packet: Packet) -> Answer:
        """Bring `packet` to head office and the answer back, as the faults have it."""
        self.carried += 1
        self._on_its_way()
        if packet.sender in self.cut_off:
            raise httpx.ConnectError("no route")
        draw = self._dice.randrange(1000)
        for share, fate in (
            (self.faults.lost, self._lose),
            (self.faults.answer_lost, self._lose_answer),
            (self.faults.delayed, self._delay),
            (self.faults.doubled, self._double),
            (self.faults.cut_short, self._cut),
        ):
            if draw < share:
                return fate(packet)
            draw -= share
        return self._bring_back(packet, self._bring(packet))

    def deliver_late(self, count: int = MAX_LATE_PACKETS) -> int:
        """Deliver some of what is late, in any order; nobody waits for the answers."""
        delivered = 0
        while self._late and delivered < count:
            self._late_one(self._dice.randrange(len(self._late)))
            delivered += 1
        return delivered

    def lose_what_is_late(self) -> None:
        """Head office went down: whoever was sending to it has to begin anew."""
        self._late.clear()

    def _late_one(self, place: int) -> None:
        sent_ms, packet = self._late.pop(place)
        if self._time.now_ms - sent_ms > MAX_LATE_MS:
            return
        try:
            self._deliver(packet)
        except HeadOfficeDown:
            return

    def _on_its_way(self) -> None:
        self._time.pass_by(self._dice.randrange(20, 2 * SECOND_MS))
        if self._depth < MAX_DEPTH and self._dice.randrange(1000) < self.faults.meanwhile:
            self._depth += 1
            try:
                self.meanwhile()
            finally:
                self._depth -= 1

    def _bring(self, packet: Packet) -> Answer:
        try:
            return self._deliver(packet)
        except HeadOfficeDown:
            raise httpx.ConnectError("connection refused") from None

    def _bring_back(self, packet: Packet, answer: Answer) -> Answer:
        self._on_its_way()
        if packet.sender in self.cut_off:
            raise httpx.ReadError("line went down")
        self._note_lease(packet, answer)
        return answer

    def _note_lease(self, packet: Packet, answer: Answer) -> None:
        if packet.path != "/v1/sync" or answer.status != 200:
            return
        try:
            request = msgspec.msgpack.decode(zstandard.decompress(packet.content))
            reply = msgspec.msgpack.decode(zstandard.decompress(answer.content))
        except (zstandard.ZstdError, msgspec.MsgspecError):
            return
        if len(reply) > RIGHTS_UNTIL and reply[RIGHTS_UNTIL]:
            left_ms = reply[RIGHTS_UNTIL] - reply[SERVER_TIME]
            self.leases[packet.sender] = Lease(left_ms, request[EPOCH])
            self.on_answer(packet.sender)

    def _lose(self, packet: Packet) -> Answer:
        raise httpx.ConnectTimeout("nothing came through")

    def _lose_answer(self, packet: Packet) -> Answer:
        self._bring(packet)
        self._on_its_way()
        raise httpx.ReadTimeout("no answer came")

    def _delay(self, packet: Packet) -> Answer:
        if len(self._late) < MAX_LATE_PACKETS:
            self._late.append((self._time.now_ms, packet))
        raise httpx.ReadTimeout("no answer came in time")

    def _double(self, packet: Packet) -> Answer:
        first = self._bring(packet)
        second = self._bring(packet)
        return self._bring_back(packet, self._dice.choice((first, second)))

    def _cut(self, packet: Packet) -> Answer:
        keep = self._dice.randrange(max(len(packet.content), 1))
        if self._dice.random() < 0.5:
            shorter = msgspec.structs.replace(packet, content=packet.content[:keep])
            return self._bring(shorter)
        answer = self._bring(packet)
        keep = self._dice.randrange(max(len(answer.content), 1))
        return msgspec.structs.replace(answer, content=answer.content[:keep])


class Wire(httpx.BaseTransport):
    """One process's way onto the network, below the HTTP client of the product."""

    def __init__(self, network: Network, sender: str) -> None:
        self._network = network
        self._sender = sender

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        packet = Packet(
            sender=self._sender,
            method=request.method,
            path=request.url.path,
            headers=dict(request.headers),
            content=request.read(),
            query=dict(request.url.params),
        )
        answer = self._network.carry(packet)
        return httpx.Response(
            answer.status, content=answer.content, headers={"Content-Type": answer.media_type}
        )

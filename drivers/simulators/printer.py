"""A printer's behaviour on one line: it answers questions, keeps its papers, runs out of paper.

No socket here, so that the same printer stands behind TCP, a serial line or a function call.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock

from drivers.simulators.decoder import Decoder
from drivers.simulators.events import DrawerOpened, Event, NotUnderstood, PaperCut, StatusAsked
from drivers.simulators.paper import Paper

KEPT_PAPERS = 1_000
"""Papers kept to be looked at; `printed` goes on counting."""

MEMORY_BYTES = 4 * 1024 * 1024
"""What a printer without paper holds for each line; what comes after that is lost."""

OnPaper = Callable[[Paper], None]

_READY = 0x12
_OFFLINE = 0x1A
_PAPER_ENDED = 0x32
_SENSOR_PAPER_THERE = 0x00
_REAL_TIME_REQUEST = b"\x10\x04"


class PaperTray:
    """Where the papers of one printer fall, from all its connections.

    `papers` are the last `KEPT_PAPERS`, `printed` counts all; `on_paper` is called with each one,
    on the thread that printed it. `drawer_pulses` and `not_understood` count what no receipt of
    ours may contain.
    """

    def __init__(self, on_paper: OnPaper | None = None) -> None:
        self.papers: deque[Paper] = deque(maxlen=KEPT_PAPERS)
        self.printed = 0
        self.drawer_pulses = 0
        self.not_understood: deque[bytes] = deque(maxlen=KEPT_PAPERS)
        self.has_paper = True
        self._on_paper = on_paper
        self._waiting: list[Conversation] = []
        self._lock = Lock()

    def take(self, event: Event) -> None:
        """Keep what one event left behind."""
        with self._lock:
            match event:
                case PaperCut(paper):
                    self.papers.append(paper)
                    self.printed += 1
                case DrawerOpened():
                    self.drawer_pulses += 1
                case NotUnderstood(data):
                    self.not_understood.append(data)
                case StatusAsked():
                    pass
        if isinstance(event, PaperCut) and self._on_paper is not None:
            self._on_paper(event.paper)

    def refill(self) -> None:
        """Put in a new roll: lines that closed meanwhile print what they had sent."""
        self.has_paper = True
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for conversation in waiting:
            conversation.end()

    def await_refill(self, conversation: "Conversation") -> None:
        """Keep what a line sent before it closed."""
        with self._lock:
            self._waiting.append(conversation)


class Conversation:
    """One connection to a simulated printer: bytes in, answers out.

    Without paper the printer answers real-time questions only and holds everything else in its
    memory, as real ones do: what was held is printed after the refill.
    """

    def __init__(self, tray: PaperTray, columns: int) -> None:
        self._tray = tray
        self._decoder = Decoder(columns)
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the line and return the answer to them, empty when there is none."""
        if not self._tray.has_paper:
            self._held += data[: MEMORY_BYTES - len(self._held)]
            return bytes(
                answer
                for at in range(len(data) - 2)
                if data[at : at + 2] == _REAL_TIME_REQUEST
                for answer in self._answer(StatusAsked("DLE EOT", data[at + 2]))
            )
        held, self._held = self._held, b""
        return self._settle(self._decoder.feed(held + data))

    def end(self) -> None:
        """The line closed: tear off what is printed, or keep it for the next roll."""
        if not self._tray.has_paper:
            self._tray.await_refill(self)
            return
        self._settle(self._decoder.feed(self._held) + self._decoder.end())
        self._held = b""

    def _settle(self, events: list[Event]) -> bytes:
        answers = b""
        for event in events:
            self._tray.take(event)
            if isinstance(event, StatusAsked):
                answers += self._answer(event)
        return answers

    def _answer(self, question: StatusAsked) -> bytes:
        if question.command == "GS r":
            return bytes([_SENSOR_PAPER_THERE])
        if self._tray.has_paper or question.kind not in (1, 2, 4):
            return bytes([_READY])
        return bytes([_OFFLINE if question.kind == 1 else _PAPER_ENDED])

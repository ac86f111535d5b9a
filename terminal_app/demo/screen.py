"""The demo with a terminal: the cashier's screen of one till, the paper beside it."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from drivers.simulators.paper import Paper
from drivers.simulators.text import text_lines
from terminal_app.bootstrap import log_to, utc_now
from terminal_app.demo import cast
from terminal_app.demo.day import ShoppingDay
from terminal_app.demo.founding import CARDS_FOLDER, DemoChain, open_demo
from terminal_app.ui.cashier.app import CashierApp

HINTED_CARDS = 4


class PaperRoll:
    """Hands the papers of a simulated printer to a screen, those from before it opened too."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._papers: list[list[str]] = []
        self._callback: Callable[[list[str]], None] | None = None

    def put(self, paper: Paper) -> None:
        """Take a paper, on the printer's thread."""
        lines = text_lines(paper, "blocks")
        with self._lock:
            if self._callback is None:
                self._papers.append(lines)
            else:
                self._callback(lines)

    def subscribe(self, callback: Callable[[list[str]], None]) -> None:
        """Give `callback` the lines of every paper so far, and of each to come."""
        with self._lock:
            self._callback = callback
            earlier, self._papers = self._papers, []
            for lines in earlier:
                callback(lines)


def run_screen(home: Path, language: str) -> None:
    """Found the chain in the empty folder `home`, play its morning, and open the first till.

    The other tills sync and print in the background until the screen is closed.
    """
    roll = PaperRoll()
    log_to(home)
    with open_demo(home, roll.put) as chain:
        ShoppingDay(chain, lambda _line: None).morning()
        for shop in chain.tills:
            shop.start()
        first = chain.tills[0]
        CashierApp(
            first.till,
            language=language,
            clock=utc_now,
            zone=first.identity.zone,
            paper=roll,
            hint=hint(chain),
        ).run()


def hint(chain: DemoChain) -> str:
    """Card numbers to type, where their QR codes are, and how to look at head office."""
    cards = [f"{member.card}  {member.name}" for member in cast.MEMBERS[:HINTED_CARDS]]
    return "\n".join(
        (
            *cards,
            "",
            "The cards as QR codes are in",
            str(chain.home / CARDS_FOLDER),
            "",
            f"Head office: {chain.office.url}",
            f"name owner, password {chain.owner_password}",
        )
    )

"""Founding the demo chain: head office as a process of its own, three tills, a printer each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from drivers.connect import open_printer
from drivers.simulators.printer import OnPaper
from drivers.simulators.tcp_printer import TcpPrinterSimulator
from terminal_app.bootstrap import Shop, open_till
from terminal_app.demo import cast
from terminal_app.demo.cards import write_cards
from terminal_app.demo.errors import DemoFault
from terminal_app.joining import join_chain
from terminal_app.replay.head_office import HeadOffice

CARDS_FOLDER = "cards"


class DemoChain(msgspec.Struct, frozen=True):
    """The demo chain at work; `tills` are in the order of `cast.TILLS`."""

    home: Path
    office: HeadOffice
    owner_password: str
    tills: tuple[Shop, ...]
    printers: tuple[TcpPrinterSimulator, ...]

    def till(self, terminal: str) -> Shop:
        """The till named `terminal`."""
        return next(shop for shop in self.tills if shop.identity.terminal == terminal)

    def printer(self, terminal: str) -> TcpPrinterSimulator:
        """The simulated printer at the till named `terminal`."""
        return self.printers[self.tills.index(self.till(terminal))]


@contextmanager
def open_demo(home: Path, on_paper: OnPaper | None = None) -> Iterator[DemoChain]:
    """Found the chain in the empty folder `home` and keep it at work while the block lasts.

    `on_paper` is called with every receipt of the first till. Raises DemoFault when `home` holds
    something, HeadOfficeFault when head office cannot be founded or started.
    """
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()):
        raise DemoFault(f"{home} is not empty.", "Choose an empty or new folder for --home.")
    write_cards(home / CARDS_FOLDER)
    cast.write_products(home / "products.csv")
    cast.write_members(home / "members.csv")
    office = HeadOffice(home / "head-office")
    office.home.mkdir()
    founded = office.found(
        *("--shop", cast.SHOP, "--currency", cast.CURRENCY, "--timezone", cast.TIMEZONE),
        *(word for code, name in cast.BRANCHES for word in ("--branch", f"{code}={name}")),
        *(word for till, branch in cast.TILLS for word in ("--terminal", f"{till}={branch}")),
        *("--members", str(home / "members.csv"), "--products", str(home / "products.csv")),
    )
    with ExitStack() as closing:
        closing.callback(office.stop)
        url = office.start()
        printers, tills = [], []
        for number, told in enumerate(founded.terminals):
            simulator = TcpPrinterSimulator(on_paper=on_paper if number == 0 else None)
            printers.append(closing.enter_context(simulator))
            place = home / told.terminal
            join_chain(place, url, told.code)
            printer = open_printer(simulator.url)
            tills.append(closing.enter_context(open_till(place, printer=printer)))
        yield DemoChain(home, office, founded.owner_password, tuple(tills), tuple(printers))

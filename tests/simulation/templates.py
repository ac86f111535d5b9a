"""Databases made once and copied for every run: a founded head office, a till without a chain."""

from dataclasses import replace
from pathlib import Path
from random import Random

from sync_server.commands.founding import Plan, found
from sync_server.config import ServerConfig
from sync_server.store.engine import open_engine
from sync_server.store.schema import migrate
from terminal_app.store.connection import open_store
from tests.simulation.clocks import MachineClock, TrueTime
from tests.simulation.head_office import HeadOffice, back_up
from tests.simulation.tempers import document_of, drawn_temper

START_MS = 1_774_681_200_000
"""Saturday 28 March 2026, 07:00 UTC: the night after, the clocks in the shops go to summer."""

BRANCHES = {"KRK": "Kraków", "WAW": "Warszawa", "GDA": "Gdańsk"}
TERMINALS = ("KRK-1", "KRK-2", "WAW-1", "GDA-1")
OFFICE_FILE = "office.sqlite"


class Templates:
    """The databases below `folder` that runs start from, with the tills' first codes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.empty_till = folder / "empty-till.sqlite"
        self._founded = folder / "founded.sqlite"
        making = folder / "making.sqlite"
        engine = open_engine(f"sqlite:///{making}")
        migrate(engine)
        plan = Plan(
            shop="Paragon Gifts",
            timezone="Europe/Warsaw",
            # A till whose clock is put back before the run has this one: it gives rewards as well.
            programme=document_of(replace(drawn_temper(Random(0)), at_points=5), 1),
            branches=BRANCHES,
            terminals={terminal: terminal[:3] for terminal in TERMINALS},
        )
        founded = found(
            engine, folder, ServerConfig(database=f"sqlite:///{making}"), plan, START_MS
        )
        self.codes = {told.terminal: told.code for told in founded.terminals}
        engine.dispose()
        back_up(making, self._founded)
        open_store(folder / "making-till.sqlite").close()
        back_up(folder / "making-till.sqlite", self.empty_till)

    def office(self, time: TrueTime) -> HeadOffice:
        """A head office as it was founded."""
        return HeadOffice(self.folder / OFFICE_FILE, self._founded, MachineClock(time))

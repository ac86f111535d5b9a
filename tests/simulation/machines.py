"""Machines of the shops: a home on a disk, a clock, and the till's processes that run there."""

import shutil
import sqlite3
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx

from terminal_app import bootstrap
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.errors import TerminalError
from terminal_app.joining import join_again, join_chain
from terminal_app.store.connection import open_store
from tests.simulation.clocks import MachineClock, TrueTime
from tests.simulation.evidence import opened, till_terminal
from tests.simulation.head_office import back_up, put_back
from tests.simulation.network import Network, Wire
from tests.simulation.power import Fuse, PowerCut, fused_connect, replaced

SERVER_URL = "http://127.0.0.1:9"
MAX_PROCESSES = 2

_http_client = httpx.Client


class Process:
    """A running till: a face's process, or a second program of the same till."""

    def __init__(self, machine: "Machine", number: int) -> None:
        self.machine = machine
        self.number = number
        self.fuse = Fuse()
        self.is_syncing = False
        self._stack = ExitStack()
        client = partial(_http_client, transport=Wire(machine.network, machine.name))
        places: list[tuple[object, str, object]] = [
            (sqlite3, "connect", fused_connect(self.fuse)),
            (httpx, "Client", client),
            (bootstrap, "open_store", partial(open_store, ticks=machine.clock.ticks)),
        ]
        with replaced(places):
            self.shop: Shop = self._stack.enter_context(
                open_till(machine.home, clock=machine.clock)
            )

    def sync(self) -> str:
        """One sync; gives "" or the name of the product's fault."""
        self.is_syncing = True
        try:
            self.shop.sync.sync_once()
        except TerminalError as fault:
            return type(fault).__name__
        finally:
            self.is_syncing = False
        return ""

    def end(self) -> None:
        """The process is gone; what it had not committed is gone with it."""
        self._stack.close()


class Machine:
    """One machine. Its name is its own; a copied disk takes the terminal's name to another."""

    def __init__(self, name: str, home: Path, time: TrueTime, network: Network) -> None:
        self.name = name
        self.home = home
        self.clock = MachineClock(time)
        self.network = network
        self.processes: list[Process] = []
        self.terminal = ""
        self.is_dead = False
        self.copied_in_epoch = 0
        self.lease_until_ms: int | None = None
        self.seen_ms = 0

    @property
    def database(self) -> Path:
        return self.home / STORE_FILE

    @property
    def epoch(self) -> int:
        """The journal that its till writes."""
        with opened(self.database) as connection:
            return till_terminal(connection)[1]

    @property
    def is_suspended(self) -> bool:
        """Whether its data was copied, and it was given no journal of its own since."""
        return self.copied_in_epoch == self.epoch

    @property
    def says_suspended(self) -> bool:
        """Whether its till knows that it has to leave its journal."""
        with opened(self.database) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM settings WHERE key = 'suspended' AND value <> x''"
            ).fetchone()
        return bool(count)

    @property
    def is_busy(self) -> bool:
        """Whether a process waits for head office: its files are not to be pulled away then."""
        return any(process.is_syncing for process in self.processes)

    def join(self, empty: Path, code: str) -> str:
        """Become a terminal of the chain with a one-time code; gives the terminal's name."""
        self.home.mkdir(parents=True)
        shutil.copyfile(empty, self.database)
        client = partial(_http_client, transport=Wire(self.network, self.name))
        with replaced([(httpx, "Client", client)]):
            self.terminal = join_chain(self.home, SERVER_URL, code).terminal
        return self.terminal

    def set_up_again(self, code: str) -> str:
        """Take a new token with a one-time code; gives "" or the name of the product's fault."""
        self.stop()
        client = partial(_http_client, transport=Wire(self.network, self.name))
        try:
            with replaced([(httpx, "Client", client)]):
                join_again(self.home, SERVER_URL, code)
        except TerminalError as fault:
            return type(fault).__name__
        return ""

    def process(self) -> Process:
        """The process that the cashier uses, started if none runs."""
        return self.processes[0] if self.processes else self.start()

    def start(self) -> Process:
        process = Process(self, len(self.processes) + 1)
        self.processes.append(process)
        return process

    def end(self, process: Process) -> None:
        process.end()
        if process in self.processes:
            self.processes.remove(process)

    def stop(self) -> None:
        """End every process, as at closing time or in a power cut."""
        for process in list(self.processes):
            self.end(process)

    def sync(self, process: Process | None = None) -> str:
        """Sync, and survive a power cut in it; gives what happened."""
        chosen = process or self.process()
        try:
            return chosen.sync()
        except PowerCut:
            self.end(chosen)
            return "power cut"

    def back_up(self, copy: Path) -> None:
        back_up(self.database, copy)

    def put_back(self, copy: Path, *, as_new_file: bool) -> None:
        """Put the disk of `copy` in place, as a copied file or as a snapshot of the machine."""
        self.stop()
        if as_new_file:
            aside = self.database.with_suffix(".before")
            self.database.rename(aside)
        put_back(copy, self.database)
        if as_new_file:
            aside.unlink()

"""A till with a stock of confirmed and unsent sales, to be damaged as often as one likes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from terminal_app.bootstrap import open_till
from terminal_app.config import STORE_FILE
from terminal_app.store import settings
from terminal_app.store.counterfoil import COUNTERFOIL_FILE
from terminal_app.till.answers import KnownMember
from tests.crashes.chains import CARDS, founded
from tests.crashes.selling import Told
from tests.crashes.stock import sold_offline

NAME = "A-1"
SALES = 40
SEED = 17


class StockedTill(msgspec.Struct, frozen=True):
    """A till in `home` that was copied with its log while it ran.

    `database` has the first half of its sales; the other half, told and confirmed up to
    `confirmed_seq`, is in `log` alone. `folder` is room for a look's own files.
    """

    home: Path
    folder: Path
    database: bytes
    log: bytes
    counterfoil: bytes
    confirmed_seq: int

    def put(self, log: bytes | None) -> Path:
        """The till's file as it was, with `log` beside it: the same file, as a disk keeps it."""
        file = self.home / STORE_FILE
        file.write_bytes(self.database)
        (self.home / COUNTERFOIL_FILE).write_bytes(self.counterfoil)
        for end in ("-shm", "-wal"):
            (self.home / f"{STORE_FILE}{end}").unlink(missing_ok=True)
        if log is not None:
            (self.home / f"{STORE_FILE}-wal").write_bytes(log)
        return file

    def room(self) -> Path:
        """A folder that nothing is in."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def spendable(self) -> list[int]:
        """What may be spent of each member's points, with the line down."""
        with open_till(self.home) as shop:
            known = [shop.till.identify(card) for card in CARDS]
        return [each.safe.points if isinstance(each, KnownMember) else 0 for each in known]


@contextmanager
def stocked_till(folder: Path) -> Iterator[StockedTill]:
    """Found a chain with one till, sell, tell, and stop head office."""
    with founded(folder / "chain", tills=(NAME,)) as chain:
        home = chain.tills[0].home
        sold_offline(NAME, home, SALES, Told(), SEED)
        with open_till(home) as shop:
            shop.sync.sync_once()
        database = (home / STORE_FILE).read_bytes()
        with open_till(home) as shop:
            sold_offline(f"{NAME}-MORE", home, SALES, Told(), SEED)
            shop.sync.sync_once()
            with shop.store.reading() as connection:
                confirmed_seq = settings.read_sync_state(connection).confirmed_seq
            assert (home / STORE_FILE).read_bytes() == database, "the log was written back"
            log = (home / f"{STORE_FILE}-wal").read_bytes()
        counterfoil = (home / COUNTERFOIL_FILE).read_bytes()
    (folder / "room").mkdir()
    yield StockedTill(home, folder / "room", database, log, counterfoil, confirmed_seq)

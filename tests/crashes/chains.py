"""A chain of real processes: head office and tills that share their members."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loyalty.identifiers import card_number
from terminal_app.bootstrap import open_till
from terminal_app.config import TillConfig, save_config
from terminal_app.joining import join_chain
from terminal_app.replay.head_office import HeadOffice
from tests.crashes.tills import TillProcess

BRANCHES = ("A", "B")
TILLS = ("A-1", "B-1")
CARDS = tuple(card_number(f"29000000000{number:04d}") for number in range(1, 7))
AT_POINTS = 60
SYNC_SECONDS = 1
PROGRAMME = f"""
name = "crashes"
version = 1
currency = "GBP"

[earning]
per = "1.00"

[reward]
at_points = {AT_POINTS}
voucher = "5.00"
"""


class Chain:
    """Head office and its tills, in a folder of their own."""

    def __init__(
        self, office: HeadOffice, tills: list[TillProcess], database_url: str = ""
    ) -> None:
        self.office = office
        self.tills = tills
        self.database_url = database_url or f"sqlite:///{office.home / 'server.sqlite'}"

    def start_tills(self) -> None:
        """Start the tills, all at once."""
        for till in self.tills:
            till.launch()
        for till in self.tills:
            till.wait_until_ready()


def sync(till: TillProcess) -> None:
    """Have the till, whose agent does not run, tell and be told everything."""
    with open_till(till.home) as shop:
        shop.sync.sync_once()


@contextmanager
def founded(
    folder: Path,
    *,
    tills: tuple[str, ...] = TILLS,
    database: str = "",
    offices: tuple[HeadOffice, ...] = (),
) -> Iterator[Chain]:
    """A chain whose head office serves and whose tills have joined it; their agents do not run.

    `database` is where the books are kept, a file of its own when empty. With more `offices`, as
    many processes serve the same books, and the tills are spread over them.
    """
    office = HeadOffice(folder / "office")
    office.home.mkdir(parents=True, exist_ok=True)
    codes = _found(office, folder, tills, database)
    serving = (office, *offices)
    for other in offices:
        other.home.mkdir(parents=True)
        shutil.copy(office.home / "server.toml", other.home / "server.toml")
    chain = Chain(office, [TillProcess(name, folder / "tills" / name) for name in tills], database)
    try:
        for each in serving:
            each.start()
        for number, till in enumerate(chain.tills):
            _join(till, serving[number % len(serving)].url, codes[till.name])
        # The first hears of the keys of those that came after it.
        for till in chain.tills:
            sync(till)
        yield chain
    finally:
        for till in chain.tills:
            till.kill()
        for each in serving:
            each.kill()


def _found(
    office: HeadOffice, folder: Path, tills: tuple[str, ...], database: str
) -> dict[str, str]:
    programme = folder / "programme.toml"
    programme.write_text(PROGRAMME, "utf-8")
    rows = [
        f"{card},Member {number},,,no,en,{BRANCHES[number % len(BRANCHES)]}"
        for number, card in enumerate(CARDS)
    ]
    members = folder / "members.csv"
    members.write_text(
        "\n".join(["card,name,phone,email,email_consent,language,branch", *rows, ""]), "utf-8"
    )
    told = office.found(
        *("--shop", "Shop", "--currency", "GBP", "--timezone", "Europe/London"),
        *(word for name in BRANCHES for word in ("--branch", f"{name}=Branch {name}")),
        *(word for name in tills for word in ("--terminal", f"{name}={name[0]}")),
        *("--members", str(members), "--programme", str(programme)),
        *(("--database", database) if database else ()),
    )
    return {each.terminal: each.code for each in told.terminals}


def _join(till: TillProcess, url: str, code: str) -> None:
    till.home.mkdir(parents=True)
    save_config(till.home, TillConfig(sync_seconds=SYNC_SECONDS))
    join_chain(till.home, url, code)
    sync(till)

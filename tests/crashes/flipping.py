"""Bytes flipped in a till's or head office's database file, and what `verify` makes of each.

Whatever byte a disk changes: a balance is right, or `verify` names what is wrong, or the database
is called damaged in a sentence. A wrong balance that nobody names is what must not happen.
"""

import io
import operator
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import msgspec

from sync_server.__main__ import main as paragon_server
from terminal_app.__main__ import main as paragon
from terminal_app.bootstrap import open_till
from terminal_app.till.answers import KnownMember
from tests.crashes.chains import CARDS, Chain, founded
from tests.crashes.comparing import quieten
from tests.crashes.selling import Told
from tests.crashes.stock import sold_offline

UNHARMED = "balances unharmed"
NAMED = "named by verify"
IN_WORDS = "called damaged in words"
TOLD = "only what was told of other tills differs, and spends nothing"
"""A till cannot fold other tills' entries: their part is head office's word, told anew when it
changes. What may be spent is what the till's own entries hold the rights to, whatever it says."""

SILENT = "wrong and unnamed"
SPEECHLESS = "without words"

SALES = 60
"""At each till: enough for a few dozen pages of each table that balances come from."""

SALES_SEED = 9
HOLDS, FOUND, SPOKE_PYTHON = 0, 1, 3
OWN_FAULT = "fault of its own"
"""What head office says of an exception that it has no sentence for."""

OF_TILL = "SELECT member_id, source, points FROM balances"
OTHERS = "others"
OF_OFFICE = "SELECT member_id, points FROM standings"


class Flips(msgspec.Struct, frozen=True):
    """What came of the flips: how many of each kind, and the places of those that must not be."""

    counts: dict[str, int]
    bad: tuple[str, ...]


def flip(file: Path, flips: int, seed: int, verdict: Callable[[Path], str]) -> Flips:
    """Flip one bit of one byte of a copy of `file`, `flips` times, spread over the whole file."""
    dice = random.Random(seed)
    whole = file.read_bytes()
    counts, bad = Counter[str](), []
    stride = len(whole) / flips
    for number in range(flips):
        offset = min(int((number + dice.random()) * stride), len(whole) - 1)
        bit = 1 << dice.randrange(8)
        damaged = bytearray(whole)
        damaged[offset] ^= bit
        for beside in file.parent.glob(f"{file.name}-*"):
            beside.unlink()
        file.write_bytes(damaged)
        came = verdict(file)
        counts[came.partition(":")[0]] += 1
        if came.startswith((SILENT, SPEECHLESS)):
            bad.append(f"bit {bit} of byte {offset}: {came}")
    return Flips(dict(counts), tuple(bad))


@contextmanager
def quiet_chain(folder: Path) -> Iterator[Chain]:
    """A chain in `folder` that sold, told everything and stands still."""
    told = Told()
    with founded(folder) as chain:
        for till in chain.tills:
            sold_offline(till.name, till.home, SALES, told, SALES_SEED)
        quieten(chain)
        chain.office.stop()
        yield chain


def flip_both(folder: Path, flips: int, seed: int) -> dict[str, Flips]:
    """Flip bits in the file of a till and in that of its head office, `flips` in each."""
    with quiet_chain(folder) as chain:
        till, office = chain.tills[0].home, chain.office.home
        return {
            "till": flip(till / "till.sqlite", flips, seed, till_verdict(till)),
            "head office": flip(office / "server.sqlite", flips, seed, office_verdict(office)),
        }


def till_verdict(home: Path) -> Callable[[Path], str]:
    """Judges the till in `home`, whose balances are right now."""
    file = home / "till.sqlite"
    verdict = _judge(paragon, ["ledger", "verify", "--home", str(home)], OF_TILL, file)
    truth, spendable = balances(file, OF_TILL), _spendable(home)

    def judged(damaged: Path) -> str:
        came = verdict(damaged)
        if came != SILENT:
            return came
        changed = truth ^ balances(damaged, OF_TILL)
        if any(row[1] != OTHERS and row in truth for row in changed):
            return SILENT
        return TOLD if all(map(operator.le, _spendable(home), spendable)) else SILENT

    return judged


def _spendable(home: Path) -> list[int]:
    """What may be spent of each member's points, with the line down."""
    with open_till(home) as shop:
        known = [shop.till.identify(card) for card in CARDS]
        return [each.safe.points if isinstance(each, KnownMember) else 0 for each in known]


def office_verdict(home: Path) -> Callable[[Path], str]:
    """Judges the head office in `home`, whose balances are right now."""
    return _judge(
        paragon_server, ["verify", "--home", str(home)], OF_OFFICE, home / "server.sqlite"
    )


def run_till(home: Path) -> tuple[int, str]:
    """The exit code of `paragon ledger verify` on the till in `home`, and its complaint."""
    return _run(paragon, ["ledger", "verify", "--home", str(home)])


def balances(file: Path, query: str) -> set[tuple[object, ...]]:
    """What the database says that members have. Raises sqlite3.DatabaseError."""
    connection = sqlite3.connect(file)
    try:
        return set(connection.execute(query).fetchall())
    finally:
        connection.close()


def _judge(
    main: Callable[[], None], words: list[str], query: str, file: Path
) -> Callable[[Path], str]:
    truth = balances(file, query)

    def verdict(damaged: Path) -> str:
        code, said = _run(main, words)
        if code == FOUND:
            return NAMED
        if code != HOLDS:
            is_worded = said.strip() and OWN_FAULT not in said
            return IN_WORDS if is_worded else f"{SPEECHLESS}: {said.strip()}"
        try:
            return UNHARMED if balances(damaged, query) == truth else SILENT
        except sqlite3.DatabaseError:
            return IN_WORDS

    return verdict


def _run(main: Callable[[], None], words: list[str]) -> tuple[int, str]:
    """The exit code of a command run in this very process, and what it said on standard error."""
    said = io.StringIO()
    with (
        patch.object(sys, "argv", ["paragon", *words]),
        redirect_stderr(said),
        redirect_stdout(io.StringIO()),
    ):
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
        except Exception as fault:
            return SPOKE_PYTHON, f"{OWN_FAULT} {fault!r}"
    return HOLDS, said.getvalue()

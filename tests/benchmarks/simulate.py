"""Trying a programme out: sales lines a second, from the file to the figures.

The floor reads the same file with `csv` and adds its lines up by customer and month, in plain
Python: no line is checked, nothing is rounded, and nobody earns anything.
"""

import csv
import gzip
import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from loyalty.programme.document import Programme, load_programme
from loyalty.receipt_files.rows import GZIP_MAGIC
from sync_server.simulating.report import Stakes, simulate
from sync_server.simulating.sources import file_source
from tests.benchmarks.figures import Figure
from tests.journeys.simulate.made_sales import write_sales

Done = TypeVar("Done")

PROGRAMMES = ("classic", "supermarket", "cashback")
ZONE = ZoneInfo("Europe/London")
CURRENCY = "GBP"
ROUNDS = 3
"""The best of so many runs: what else the machine does only ever slows one down."""


def run(receipts: int, lines: int, file: Path | None) -> list[Figure]:
    """Figures for a made file of `receipts` with `lines` each in the mean, or for `file`."""
    with tempfile.TemporaryDirectory() as folder:
        path = file or write_sales(
            Path(folder) / "made.csv.gz", invoices=receipts, most_lines=2 * lines - 1
        )
        count, floor_s = _best(lambda: bare_sums(path))
        figures = [
            Figure(
                name="read a file of receipt lines",
                measured=count / _best(lambda: file_source(path, ZONE, CURRENCY))[1],
                unit="lines/s",
                floor=count / floor_s,
            )
        ]
        for name in PROGRAMMES:
            programme = _example(name)
            _, seconds = _best(partial(tried_out, path, programme))
            figures.append(
                Figure(
                    name=f"{name}, from the file to the figures",
                    measured=count / seconds,
                    unit="lines/s",
                    floor=count / floor_s,
                    aim="100,000",
                )
            )
        return figures


def tried_out(path: Path, programme: Programme) -> int:
    """Simulate `programme` with the sales of `path`; gives the points that it issued."""
    source = file_source(path, ZONE, programme.currency)
    report = simulate(source, ZONE, programme, None, Stakes(), lambda _done, _total: None)
    outcome = report.draft.outcome
    return outcome.total.of(outcome.main_wallet).issued


def bare_sums(path: Path) -> int:
    """Add the lines of `path` up, barely; gives how many there are."""
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    raw = path.read_bytes()
    text = gzip.decompress(raw) if raw.startswith(GZIP_MAGIC) else raw
    rows = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    places = {name: place for place, name in enumerate(next(rows))}
    quantity, price = places["Quantity"], places["UnitPrice"]
    customer, moment = places["CustomerID"], places["InvoiceDate"]
    count = 0
    for row in rows:
        sums[row[customer], row[moment][:7]] += int(row[quantity]) * float(row[price])
        count += 1
    return count


def _example(name: str) -> Programme:
    folder = resources.files("loyalty.programme").joinpath("examples")
    programme = load_programme(folder.joinpath(f"{name}.toml").read_text("utf-8"))
    return msgspec.structs.replace(programme, currency=CURRENCY)


def _best(work: Callable[[], Done]) -> tuple[Done, float]:
    """What `work` gave, and the seconds of its quickest run."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        done = work()
        seconds.append(time.perf_counter() - began)
    return done, min(seconds)

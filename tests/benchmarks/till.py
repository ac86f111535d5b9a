"""`till`: a counter with many members and no network, and a new till from a snapshot."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from terminal_app.config import STORE_FILE
from terminal_app.joining import join_chain
from tests.benchmarks import big_chain
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.processes import own_folder, serving, told

MEGABYTE = 1 << 20


def run(members: int, shoppers: int) -> list[Figure]:
    """Fill a head office, start a till from it, unplug it, and serve shoppers."""
    with own_folder() as place:
        started = _started_till(place, members)
        till = place / "KRK-1"
        size = _size(till / STORE_FILE)
        words = (str(till), str(members), str(shoppers))
        done = told("tests.benchmarks.counter_till", *words)
    return [
        _timed("sale committed, p50, by the same rows written barely", done, 0.5, "same_rows_s"),
        _timed("sale committed, p99, by the same rows written barely", done, 0.99, "same_rows_s"),
        _timed("sale committed, p50, by a bare commit of one such row", done, 0.5, "one_row_s"),
        _timed("sale committed, p99, by a bare commit of one such row", done, 0.99, "one_row_s"),
        _plain("scan to decision, p50", quantile(done["scan_s"], 0.5) * 1_000, "ms"),
        _plain("scan to decision, p99", quantile(done["scan_s"], 0.99) * 1_000, "ms"),
        _plain("new till, first sync", started["seconds"], "s", "60 s for 1,000,000 members"),
        _plain("new till, on the wire", started["bytes_down"] / members, "bytes/member", "40"),
        _plain("new till, peak", started["peak_bytes"] / MEGABYTE, "MB", "under 150 MB"),
        _plain("head office, peak", started["office_peak"] / MEGABYTE, "MB", "under 150 MB"),
        _plain("database of the till", size / MEGABYTE, "MB"),
        _plain("till at the counter, peak", done["peak_bytes"] / MEGABYTE, "MB"),
    ]


def _started_till(place: Path, members: int) -> dict[str, Any]:
    """What the first sync of a till took that begins with nothing."""
    home = place / "office"
    codes = told(
        *("sync_server", "found", "--home", str(home), "--shop", "Bench"),
        *("--currency", "GBP", "--timezone", "Europe/London"),
        *("--branch", "KRK=Kraków", "--terminal", "KRK-1=KRK", "--json"),
    )["terminals"]
    big_chain.fill(home, members)
    with serving("sync_server", "serve", "--home", str(home), "--port", "0") as served:
        join_chain(place / "KRK-1", served.url, codes[0]["code"])
        words = (str(place / "KRK-1"), "sync", "0", str(members))
        done: dict[str, Any] = told("tests.benchmarks.shop_till", *words)
        return done | {"office_peak": served.spent().peak_bytes}


def _size(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.stat().st_size


def _timed(name: str, done: dict[str, Any], share: float, floor: str) -> Figure:
    return Figure(
        name=name,
        measured=quantile(done["sale_s"], share) * 1_000,
        unit="ms",
        floor=quantile(done[floor], share) * 1_000,
        aim="1.5 or less",
    )


def _plain(name: str, measured: float, unit: str, aim: str = "") -> Figure:
    return Figure(name=name, measured=measured, unit=unit, aim=aim)

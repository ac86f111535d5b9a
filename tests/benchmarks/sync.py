"""`sync`: entries up and changes down between a real till and a real head office."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks import big_chain
from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import (
    Served,
    new_database,
    own_folder,
    postgres,
    serving,
    told,
)

SMALL_TURNS = 15
IDLE_TURNS = 40
MEGABYTE = 1 << 20

Work = Callable[[str, str, int], dict[str, Any]]
"""Has a till (its name) do a task, so many times; gives what it took."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one side, product or floor, took for the same work. Rates are a second, times
    milliseconds, memory bytes; `cpu` is processor time of till and head office together."""

    push: float
    push_cpu_us: float
    pull: float
    pull_cpu_us: float
    start: float
    bytes_an_entry: float
    small_ms: float
    idle_ms: float
    idle_rounds: int
    again_ms: float
    till_peak: int
    office_peak: int


@contextmanager
def product(store: str, place: Path, members: int) -> Iterator[tuple[Served, Work]]:
    """A founded head office that serves, and two tills that joined it."""
    with ExitStack() as stack:
        database = []
        if store == "postgres":
            url = new_database(stack.enter_context(postgres()).url, "paragon")
            database = ["--database", url]
        home = place / "office"
        codes = told(
            *("sync_server", "found", "--home", str(home), "--shop", "Bench"),
            *("--currency", "GBP", "--timezone", "Europe/London"),
            *("--branch", "KRK=Kraków", "--terminal", "KRK-1=KRK", "--terminal", "KRK-2=KRK"),
            *("--terminal", "KRK-3=KRK"),
            *("--json", *database),
        )["terminals"]
        big_chain.fill(home, members)
        served = stack.enter_context(
            serving("sync_server", "serve", "--home", str(home), "--port", "0")
        )
        for code in codes:
            _join(place / code["terminal"], served.url, code["code"])

        def work(terminal: str, task: str, count: int) -> dict[str, Any]:
            words = (str(place / terminal), task, str(count), str(members))
            done: dict[str, Any] = told("tests.benchmarks.shop_till", *words)
            return done

        yield served, work


@contextmanager
def floor(store: str, place: Path, members: int) -> Iterator[tuple[Served, Work]]:
    """The floor's head office, and tills that only need its address."""
    with ExitStack() as stack:
        database = str(place / "floor-office.sqlite")
        if store == "postgres":
            database = new_database(stack.enter_context(postgres()).url, "floor")
        served = stack.enter_context(
            serving("tests.benchmarks.floor", "office", database, str(members))
        )

        def work(terminal: str, task: str, count: int) -> dict[str, Any]:
            till = str(place / f"floor-{terminal}.sqlite")
            words = ("till", till, served.url, task, str(count), str(members))
            done: dict[str, Any] = told("tests.benchmarks.floor", *words)
            return done

        yield served, work


def measure(served: Served, work: Work, entries: int, members: int, held: int) -> Measured:
    """The same tasks in the same order for either side; `held` entries are there before.

    One till pushes; a second one that knew all members pulls what came of it, change by change;
    a third one begins with nothing, which the product does from a snapshot.
    """
    for terminal in ("KRK-1", "KRK-2"):
        work(terminal, "sync", 0)
    if held:
        work("KRK-1", "sell", held)
        work("KRK-1", "sync", 0)
    work("KRK-1", "sell", entries)
    before = served.spent().cpu_s
    push = work("KRK-1", "sync", 0)
    pushed = served.spent().cpu_s
    pull = work("KRK-2", "sync", 0)
    pulled = served.spent().cpu_s
    start = work("KRK-3", "sync", 0)
    small = work("KRK-1", "small", SMALL_TURNS)
    idle = work("KRK-1", "idle", IDLE_TURNS)
    again = work("KRK-1", "again", 1)
    if push["entries"] != entries:
        raise RuntimeError(f"{push['entries']} of {entries} entries arrived.")
    return Measured(
        push=entries / push["seconds"],
        push_cpu_us=(push["cpu_s"] + pushed - before) / entries * 1e6,
        pull=pull["changes"] / pull["seconds"],
        pull_cpu_us=(pull["cpu_s"] + pulled - pushed) / pull["changes"] * 1e6,
        start=2 * members / start["seconds"],
        bytes_an_entry=push["bytes_up"] / entries,
        small_ms=_median_ms(small),
        idle_ms=_median_ms(idle),
        idle_rounds=max(turn["rounds"] for turn in idle["turns"]),
        again_ms=again["seconds"] * 1_000,
        till_peak=max(done["peak_bytes"] for done in (push, pull, start)),
        office_peak=served.spent().peak_bytes,
    )


def run(entries: int, store: str, members: int, held: int) -> list[Figure]:
    """Measure floor and product, one after the other, and set them side by side."""
    sides = []
    for side in (floor, product):
        with own_folder() as place, side(store, place, members) as (served, work):
            sides.append(measure(served, work, entries, members, held))
    bare, real = sides
    return [
        _figure("push", "entries/s", real.push, bare.push, "0.6 or more"),
        _figure("pull by the feed", "changes/s", real.pull, bare.pull, "0.6 or more"),
        _figure("a new till, told all", "members and balances/s", real.start, bare.start),
        _figure("push, processor time", "µs an entry", real.push_cpu_us, bare.push_cpu_us),
        _figure("pull, processor time", "µs a change", real.pull_cpu_us, bare.pull_cpu_us),
        _figure("push on the wire", "bytes/entry", real.bytes_an_entry, bare.bytes_an_entry, "26"),
        _figure("push of 100 new, median", "ms", real.small_ms, bare.small_ms),
        _figure("nothing to sync, median", "ms", real.idle_ms, bare.idle_ms, "2.5 or less"),
        _figure("nothing to sync", "requests", real.idle_rounds, bare.idle_rounds, "1"),
        _figure("first two-way sync of identical data", "ms", real.again_ms, bare.idle_ms),
        _figure(
            "till, peak", "MB", real.till_peak / MEGABYTE, bare.till_peak / MEGABYTE, "under 150 MB"
        ),
        _figure(
            "head office, peak",
            "MB",
            real.office_peak / MEGABYTE,
            bare.office_peak / MEGABYTE,
            "under 150 MB",
        ),
    ]


def _figure(name: str, unit: str, measured: float, bare: float, aim: str = "") -> Figure:
    return Figure(name=name, measured=measured, unit=unit, floor=bare, aim=aim)


def _median_ms(done: dict[str, Any]) -> float:
    return statistics.median(float(turn["seconds"]) for turn in done["turns"]) * 1_000


def _join(home: Path, url: str, code: str) -> None:
    from terminal_app.joining import join_chain

    join_chain(home, url, code)

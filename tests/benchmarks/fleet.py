"""`fleet`: a thousand tills, PostgreSQL and two server processes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.clock import epoch_ms
from loyalty.wire import EnrolRequest
from sync_server.bootstrap import open_store, present
from sync_server.config import load_config
from sync_server.store.engine import writing
from sync_server.store.working_sets import WorkingSets, switch
from sync_server.terminals.enrolment import enrol_terminal
from tests.benchmarks import big_chain
from tests.benchmarks.figures import Figure, quantile
from tests.benchmarks.fleet_drive import Course, Plan
from tests.benchmarks.processes import (
    Postgres,
    Served,
    new_database,
    own_folder,
    postgres,
    serving,
    told,
)

SERVERS = 2
TILLS_A_BRANCH = 5
SECONDS_A_MINUTE = 60


class Setting(msgspec.Struct, frozen=True):
    """What a fleet talks to, and the tokens its tills have."""

    servers: tuple[Served, ...]
    database: Postgres
    tokens: dict[str, str]


class Side(msgspec.Struct, frozen=True):
    """What a side came to in so many seconds, and the peak memory of its servers in bytes."""

    course: Course
    seconds: float
    peak_bytes: int


@contextmanager
def product(place: Path, tills: int, members: int) -> Iterator[Setting]:
    """A chain of branches with five tills each, served by two processes from one PostgreSQL."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        home = place / "office"
        branches = [f"B{number}" for number in range(max(tills // TILLS_A_BRANCH, 1))]
        terminals = _terminals(tills)
        codes = told(
            *("sync_server", "found", "--home", str(home), "--shop", "Bench", "--json"),
            *("--currency", "GBP", "--timezone", "Europe/London"),
            *("--database", new_database(database.url, "paragon")),
            *(part for branch in branches for part in ("--branch", f"{branch}=Branch {branch}")),
            *(
                part
                for number, terminal in enumerate(terminals)
                for part in ("--terminal", f"{terminal}={branches[number % len(branches)]}")
            ),
        )["terminals"]
        tokens = _enrolled(home, {code["terminal"]: code["code"] for code in codes})
        big_chain.fill(home, members, branches)
        words = ("sync_server", "serve", "--home", str(home), "--port", "0")
        servers = tuple(stack.enter_context(serving(*words)) for _ in range(SERVERS))
        yield Setting(servers, database, tokens)


@contextmanager
def floor(place: Path, tills: int, members: int) -> Iterator[Setting]:
    """The floor's head office, twice, on one PostgreSQL; it knows no members and no tokens."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        words = ("tests.benchmarks.floor", "office", new_database(database.url, "floor"), "0")
        servers = tuple(stack.enter_context(serving(*words)) for _ in range(SERVERS))
        yield Setting(servers, database, dict.fromkeys(_terminals(tills), ""))


def run(tills: int, minutes: float, every_s: float, members: int) -> list[Figure]:
    """Drive the fleet against the floor, then against the product."""
    sides = []
    for side in (floor, product):
        with own_folder() as place, side(place, tills, members) as setting:
            plan = Plan(
                servers=tuple(server.url for server in setting.servers),
                server_pids=tuple(server.pid for server in setting.servers),
                database_pid=setting.database.pid,
                tokens=setting.tokens,
                members_of=_members_of(tills, members),
                is_floor=side is floor,
                every_s=every_s,
                seconds=minutes * SECONDS_A_MINUTE,
            )
            sides.append(_driven(setting, plan, place / "plan.json"))
    return _figures(*sides)


def _figures(bare: Side, real: Side) -> list[Figure]:
    return [
        _figure("sync, p50", "ms", *(_ms(side, 0.5) for side in (real, bare))),
        _figure("sync, p99", "ms", *(_ms(side, 0.99) for side in (real, bare))),
        _figure("syncs", "a second", *(_syncs(side) / side.seconds for side in (real, bare))),
        *_spent("servers", *((side, side.course.servers_cpu_s) for side in (real, bare))),
        *_spent("database", *((side, side.course.database_cpu_s) for side in (real, bare))),
        _figure(
            "the fleet itself, of one core",
            "%",
            *(side.course.tills_cpu_s / side.seconds * 100 for side in (real, bare)),
        ),
        _figure("a server, peak", "MB", *(side.peak_bytes / (1 << 20) for side in (real, bare))),
        *_joined(real.course),
        Figure(
            name="syncs that failed",
            measured=sum(real.course.faults.values()),
            unit="",
            aim="0",
        ),
    ]


def _spent(who: str, *sides: tuple[Side, float]) -> list[Figure]:
    a_sync = (cpu_s / _syncs(side) * 1_000 for side, cpu_s in sides)
    share = (cpu_s / side.seconds * 100 for side, cpu_s in sides)
    return [
        _figure(f"{who}, processor time", "ms a sync", *a_sync),
        _figure(f"{who}, of one core", "%", *share),
    ]


def _joined(course: Course) -> list[Figure]:
    """How tills joined before they sold: that is no trade, and all of them do it once."""
    p50_ms, p99_ms = (quantile(course.joined_s, share) * 1_000 for share in (0.5, 0.99))
    a_second = len(course.joined_s) / course.joining_s
    return [
        Figure(name="a till joins, p50", measured=p50_ms, unit="ms"),
        Figure(name="a till joins, p99", measured=p99_ms, unit="ms"),
        Figure(name="tills that join", measured=a_second, unit="a second"),
    ]


def _syncs(side: Side) -> int:
    return len(side.course.taken_s)


def _driven(setting: Setting, plan: Plan, file: Path) -> Side:
    file.write_bytes(msgspec.json.encode(plan))
    course = msgspec.convert(told("tests.benchmarks.fleet_drive", str(file)), Course)
    if not course.taken_s:
        raise RuntimeError(f"No sync succeeded: {course.faults}")
    peak_bytes = max(server.spent().peak_bytes for server in setting.servers)
    return Side(course, plan.seconds, peak_bytes)


def _terminals(tills: int) -> list[str]:
    return [f"T-{number}" for number in range(tills)]


def _members_of(tills: int, members: int) -> dict[str, tuple[int, ...]]:
    """The members who come to each till: those at home in its branch."""
    branches = max(tills // TILLS_A_BRANCH, 1)
    return {
        terminal: tuple(range(number % branches, members, branches))
        for number, terminal in enumerate(_terminals(tills))
    }


def _enrolled(home: Path, codes: dict[str, str]) -> dict[str, str]:
    """The tokens of all terminals, which are told of their own branch's members alone.

    Not over HTTP: head office takes 60 enrolments a minute from one address.
    """
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    engine = open_store(load_config(home).database)
    try:
        with writing(engine) as connection:
            switch(connection, WorkingSets.BRANCH)
            now_ms = epoch_ms(present())
            return {
                terminal: enrol_terminal(
                    connection, EnrolRequest(code=code, public_key=key, product_version="0"), now_ms
                ).token
                for terminal, code in codes.items()
            }
    finally:
        engine.dispose()


def _figure(name: str, unit: str, measured: float, bare: float) -> Figure:
    return Figure(name=name, measured=measured, unit=unit, floor=bare)


def _ms(side: Side, share: float) -> float:
    return quantile(side.course.taken_s, share) * 1_000

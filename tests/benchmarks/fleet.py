"""`fleet`: a thousand tills, PostgreSQL and two server processes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

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
from tests.benchmarks.fleet_drive import Plan
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


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What a side came to. Processor seconds are of all its servers, or all of the database."""

    taken_s: list[float]
    faults: dict[str, int]
    seconds: float
    servers_cpu_s: float
    database_cpu_s: float
    tills_cpu_s: float
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
                tokens=setting.tokens,
                members_of=_members_of(tills, members),
                is_floor=side is floor,
                every_s=every_s,
                seconds=minutes * SECONDS_A_MINUTE,
            )
            sides.append(_driven(setting, plan, place / "plan.json"))
    return _figures(*sides)


def _figures(bare: Course, real: Course) -> list[Figure]:
    return [
        _figure("sync, p50", "ms", *(_ms(side, 0.5) for side in (real, bare))),
        _figure("sync, p99", "ms", *(_ms(side, 0.99) for side in (real, bare))),
        _figure("syncs", "a second", *(len(side.taken_s) / side.seconds for side in (real, bare))),
        _figure(
            "servers, processor time",
            "ms a sync",
            *(side.servers_cpu_s / len(side.taken_s) * 1_000 for side in (real, bare)),
        ),
        _figure(
            "database, processor time",
            "ms a sync",
            *(side.database_cpu_s / len(side.taken_s) * 1_000 for side in (real, bare)),
        ),
        _figure(
            "servers, of one core",
            "%",
            *(side.servers_cpu_s / side.seconds * 100 for side in (real, bare)),
        ),
        _figure(
            "database, of one core",
            "%",
            *(side.database_cpu_s / side.seconds * 100 for side in (real, bare)),
        ),
        _figure(
            "the fleet itself, of one core",
            "%",
            *(side.tills_cpu_s / side.seconds * 100 for side in (real, bare)),
        ),
        _figure("a server, peak", "MB", *(side.peak_bytes / (1 << 20) for side in (real, bare))),
        Figure(name="syncs that failed", measured=sum(real.faults.values()), unit="", aim="0"),
    ]


def _driven(setting: Setting, plan: Plan, file: Path) -> Course:
    file.write_bytes(msgspec.json.encode(plan))
    servers_before = sum(server.spent().cpu_s for server in setting.servers)
    database_before = setting.database.cpu_s()
    done: dict[str, Any] = told("tests.benchmarks.fleet_drive", str(file))
    if not done["taken_s"]:
        raise RuntimeError(f"No sync succeeded: {done['faults']}")
    return Course(
        taken_s=done["taken_s"],
        faults=done["faults"],
        seconds=plan.seconds,
        servers_cpu_s=sum(server.spent().cpu_s for server in setting.servers) - servers_before,
        database_cpu_s=setting.database.cpu_s() - database_before,
        tills_cpu_s=done["cpu_s"],
        peak_bytes=max(server.spent().peak_bytes for server in setting.servers),
    )


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


def _ms(side: Course, share: float) -> float:
    return quantile(side.taken_s, share) * 1_000

"""The fleet's process: its tills join, then each syncs at its own pace; how long it took is kept.

`python -m tests.benchmarks.fleet_drive PLAN` reads what to do from a file and prints what came.
"""

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from tests.benchmarks.fleet_tills import FleetTill, FloorFleetTill, ProductTill, Sales
from tests.benchmarks.made_rows import card
from tests.benchmarks.processes import Postgres, spent

REQUEST_TIMEOUT_S = 60
CONNECTIONS = 200
JOINING_AT_ONCE = 4
"""Of the tills of one server, which makes no more snapshots at once."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the fleet does: `tokens` by terminal (empty: the floor's tills, which join nothing),
    each till a sync every `every_s` seconds for `seconds`, to members of its own branch. The
    processor time of processes `server_pids` and `database_pid` is looked at."""

    servers: tuple[str, ...]
    server_pids: tuple[int, ...]
    database_pid: int
    tokens: dict[str, str]
    members_of: dict[str, tuple[int, ...]]
    is_floor: bool
    every_s: float
    seconds: float


class Course(msgspec.Struct, kw_only=True):
    """What came of it: how long each sync took, and what went wrong.

    `joined_s` is how long each till took to join, one after the other `joining_s`. Processor
    seconds are of the time after that: of all servers, of all of the database, of the fleet.
    """

    taken_s: list[float] = msgspec.field(default_factory=list)
    joined_s: list[float] = msgspec.field(default_factory=list)
    joining_s: float = 0
    faults: dict[str, int] = msgspec.field(default_factory=dict)
    servers_cpu_s: float = 0
    database_cpu_s: float = 0
    tills_cpu_s: float = 0


def tills_of(plan: Plan) -> list[FleetTill]:
    """The tills of the plan, spread over its servers."""
    tills: list[FleetTill] = []
    for number, (terminal, token) in enumerate(plan.tokens.items()):
        cards = [card(member) for member in plan.members_of[terminal]]
        sales = Sales(terminal, cards, number)
        server = number % len(plan.servers)
        tills.append(
            FloorFleetTill(sales, server) if plan.is_floor else ProductTill(sales, token, server)
        )
    return tills


async def drive(plan: Plan) -> Course:
    """Let every till join, then sync at its pace until the time is over."""
    course = Course()
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    clients = [
        httpx.AsyncClient(base_url=url, timeout=REQUEST_TIMEOUT_S, limits=limits)
        for url in plan.servers
    ]
    tills = tills_of(plan)
    try:
        began = time.perf_counter()
        places = [asyncio.Semaphore(JOINING_AT_ONCE) for _ in plan.servers]
        await asyncio.gather(
            *(_join(till, clients[till.server], places[till.server], course) for till in tills)
        )
        course.joining_s = time.perf_counter() - began
        end = time.perf_counter() + plan.seconds
        with _processor_time(plan, course):
            await asyncio.gather(
                *(
                    _shop_day(till, clients[till.server], plan.every_s, end, course)
                    for till in tills
                )
            )
    finally:
        for client in clients:
            await client.aclose()
    return course


@contextmanager
def _processor_time(plan: Plan, course: Course) -> Iterator[None]:
    def so_far() -> tuple[float, float, float]:
        servers = sum(spent(pid).cpu_s for pid in plan.server_pids)
        return servers, Postgres("", plan.database_pid).cpu_s(), spent().cpu_s

    before = so_far()
    yield
    course.servers_cpu_s, course.database_cpu_s, course.tills_cpu_s = (
        after - first for after, first in zip(so_far(), before, strict=True)
    )


async def _join(
    till: FleetTill, client: httpx.AsyncClient, places: asyncio.Semaphore, course: Course
) -> None:
    """Bring a till to where the chain is, as a new one comes there: most of it in a snapshot."""
    async with places:
        began = time.perf_counter()
        try:
            while till.is_joining:
                await _sync(till, client)
                if till.snapshot_path:
                    answer = await client.get(till.snapshot_path, headers=till.headers)
                    till.start(_content(answer))
        except (httpx.HTTPError, RuntimeError) as fault:
            _note(fault, course)
        else:
            course.joined_s.append(time.perf_counter() - began)


async def _shop_day(
    till: FleetTill, client: httpx.AsyncClient, every_s: float, end: float, course: Course
) -> None:
    dice = random.Random(id(till))
    await asyncio.sleep(dice.random() * every_s)
    while (began := time.perf_counter()) < end:
        try:
            has_more = await _sync(till, client)
        except (httpx.HTTPError, RuntimeError) as fault:
            _note(fault, course)
            has_more = False
        else:
            course.taken_s.append(time.perf_counter() - began)
        if not has_more:
            pause_s = every_s * (0.5 + dice.random()) - (time.perf_counter() - began)
            await asyncio.sleep(max(pause_s, 0))


async def _sync(till: FleetTill, client: httpx.AsyncClient) -> bool:
    content = till.compose(time.time_ns() // 1_000_000)
    answer = await client.post(till.path, content=content, headers=till.headers)
    return till.take(_content(answer))


def _content(answer: httpx.Response) -> bytes:
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"HTTP {answer.status_code}: {answer.text}")
    return answer.content


def _note(fault: Exception, course: Course) -> None:
    what = f"{type(fault).__name__}: {fault}"[:120]
    course.faults[what] = course.faults.get(what, 0) + 1


def main() -> None:
    """Drive the fleet of the plan in the file that the command names."""
    plan = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)
    course = asyncio.run(drive(plan))
    print(msgspec.json.encode(course).decode())


if __name__ == "__main__":
    main()

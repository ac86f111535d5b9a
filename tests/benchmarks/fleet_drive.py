"""The fleet's process: every till syncs at its own pace, and how long each sync took is kept.

`python -m tests.benchmarks.fleet_drive PLAN` reads what to do from a file and prints what came.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.benchmarks.fleet_tills import FleetTill, FloorFleetTill, ProductTill, Sales
from tests.benchmarks.made_rows import card
from tests.benchmarks.processes import spent

REQUEST_TIMEOUT_S = 60
CONNECTIONS = 200


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the fleet does: `tokens` by terminal (empty: the floor's tills), each till a sync every
    `every_s` seconds for `seconds`, to members of its own branch."""

    servers: tuple[str, ...]
    tokens: dict[str, str]
    members_of: dict[str, tuple[int, ...]]
    is_floor: bool
    every_s: float
    seconds: float


class Course(msgspec.Struct):
    """What came of it: how long each sync took, and what went wrong."""

    taken_s: list[float] = msgspec.field(default_factory=list)
    faults: dict[str, int] = msgspec.field(default_factory=dict)


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
    """Let every till sync at its pace until the time is over."""
    course = Course()
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    clients = [
        httpx.AsyncClient(base_url=url, timeout=REQUEST_TIMEOUT_S, limits=limits)
        for url in plan.servers
    ]
    end = time.perf_counter() + plan.seconds
    try:
        await asyncio.gather(
            *(
                _shop_day(till, clients[till.server], plan.every_s, end, course)
                for till in tills_of(plan)
            )
        )
    finally:
        for client in clients:
            await client.aclose()
    return course


async def _shop_day(
    till: FleetTill, client: httpx.AsyncClient, every_s: float, end: float, course: Course
) -> None:
    dice = random.Random(id(till))
    await asyncio.sleep(dice.random() * every_s)
    while (began := time.perf_counter()) < end:
        try:
            has_more = await _sync(till, client)
        except (httpx.HTTPError, RuntimeError) as fault:
            what = f"{type(fault).__name__}: {fault}"[:120]
            course.faults[what] = course.faults.get(what, 0) + 1
            has_more = False
        else:
            course.taken_s.append(time.perf_counter() - began)
        if not has_more:
            pause_s = every_s * (0.5 + dice.random()) - (time.perf_counter() - began)
            await asyncio.sleep(max(pause_s, 0))


async def _sync(till: FleetTill, client: httpx.AsyncClient) -> bool:
    content = till.compose(time.time_ns() // 1_000_000)
    answer = await client.post(till.path, content=content, headers=till.headers)
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"HTTP {answer.status_code}: {answer.text}")
    return till.take(answer.content)


def main() -> None:
    """Drive the fleet of the plan in the file that the command names."""
    plan = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)
    began_cpu = spent().cpu_s
    course = asyncio.run(drive(plan))
    told: dict[str, Any] = msgspec.to_builtins(course)
    print(json.dumps(told | {"cpu_s": spent().cpu_s - began_cpu}))


if __name__ == "__main__":
    main()

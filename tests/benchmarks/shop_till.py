"""The product's till as a process of its own, at one task of a benchmark.

`python -m tests.benchmarks.shop_till HOME TASK COUNT MEMBERS` does it and prints what it took.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from msgspec.structs import replace

from loyalty.journal import EARN
from terminal_app.bootstrap import Shop, open_till
from terminal_app.posting.draft import Draft
from terminal_app.store import journal, settings
from tests.benchmarks.made_rows import made_sales
from tests.benchmarks.processes import spent

SALES_A_COMMIT = 1_000
PROGRAMME = "classic@1"
ENTRIES_OF_A_SMALL_PUSH = 100


class Counted:
    """Bytes that go through a connection to head office, bodies alone."""

    def __init__(self, client: httpx.Client) -> None:
        self.up = self.down = 0
        client.event_hooks = {"request": [self._sent], "response": [self._received]}

    def _sent(self, request: httpx.Request) -> None:
        self.up += len(request.read())

    def _received(self, response: httpx.Response) -> None:
        # Counted as it passes: a snapshot is never in memory whole.
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _CountedStream(self, response.stream)


class _CountedStream(httpx.SyncByteStream):
    def __init__(self, counted: Counted, stream: httpx.SyncByteStream) -> None:
        self._counted = counted
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._counted.down += len(chunk)
            yield chunk

    def close(self) -> None:
        self._stream.close()


def sell(shop: Shop, count: int, members: int) -> None:
    """Write the next `count` sales through the product's own way of posting."""
    with shop.store.reading() as connection:
        identity = shop.identity
        held = journal.head(connection, identity.terminal, identity.epoch).seq
    sales = iter(made_sales(held, count, members))
    for start in range(0, count, SALES_A_COMMIT):
        with shop.store.writing() as connection:
            for number in range(min(SALES_A_COMMIT, count - start)):
                sale = next(sales)
                draft = Draft(
                    connection,
                    shop.identity,
                    receipt=f"{identity.terminal}.{identity.epoch}.{held + start + number + 1}",
                    programme=PROGRAMME,
                    member_id=sale.member_id,
                    occurred_at_ms=sale.occurred_at_ms,
                    recorded_at_ms=sale.occurred_at_ms,
                )
                draft.add(
                    EARN,
                    points=sale.points,
                    amount_minor=sale.amount_minor,
                    payload={"lines": sale.lines},
                )
                draft.post()


def timed_sync(shop: Shop, counted: Counted) -> dict[str, Any]:
    """One sync, with what it took."""
    counted.up = counted.down = 0
    began_cpu, began = spent().cpu_s, time.perf_counter()
    result = shop.sync.sync_once()
    return {
        "seconds": time.perf_counter() - began,
        "cpu_s": spent().cpu_s - began_cpu,
        "entries": result.entries,
        "changes": result.changes,
        "rounds": result.rounds,
        "bytes_up": counted.up,
        "bytes_down": counted.down,
    }


def forget_confirmations(shop: Shop) -> None:
    """As if the till had never heard head office confirm an entry or a day's sums."""
    with shop.store.writing() as connection:
        state = settings.read_sync_state(connection)
        forgotten = replace(state, confirmed_seq=0, tallied_seq=0)
        settings.write_sync_state(connection, forgotten)


def work(home: Path, task: str, count: int, members: int) -> dict[str, Any]:
    """One task: `sell` COUNT sales; `sync`; `again` (a sync after all confirmations were
    forgotten); `small` (COUNT times 100 new sales and a sync); `idle` (COUNT syncs with nothing
    to say)."""
    done: dict[str, Any] = {}
    with open_till(home) as shop:
        counted = Counted(shop.uplink._client)
        if task == "sell":
            sell(shop, count, members)
        elif task == "sync":
            done = timed_sync(shop, counted)
        elif task == "again":
            forget_confirmations(shop)
            done = timed_sync(shop, counted)
        else:
            shop.sync.sync_once()
            turns = []
            for _ in range(count):
                if task == "small":
                    sell(shop, ENTRIES_OF_A_SMALL_PUSH, members)
                turns.append(timed_sync(shop, counted))
            done = {"turns": turns}
    return done | {"peak_bytes": spent().peak_bytes}


def main() -> None:
    """Do what the words of the command say."""
    home, task, count, members = sys.argv[1:]
    print(json.dumps(work(Path(home), task, int(count), int(members))))


if __name__ == "__main__":
    main()

"""What a till says of itself: clocks that jump, and frames with nothing to write down."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from loyalty.clock import epoch_ms
from loyalty.wire import SyncRequest, Waiting
from sync_server.errors import TerminalUnknown
from sync_server.store.engine import reading, writing
from sync_server.store.marks import new_mark
from sync_server.store.settings import SERVER_KEY, read_setting
from sync_server.store.tables import terminals
from sync_server.terminals.contact import CLOCK_JUMP_MS, CONTACT_NOTED_EVERY_MS
from sync_server.terminals.ingest import Ingest, Taken
from tests.contract.server_core.journals import START, Journal, ShopClock, rows

MINUTE_MS = 60_000


def clock_cases(engine: Engine) -> list[int]:
    return [row["seq"] for row in rows(engine, "cases") if row["kind"] == "clock"]


def idle(till: Journal, clock: ShopClock, **changed: Any) -> SyncRequest:
    fields: dict[str, Any] = {"history_id": "history-1", "tallies": (), **changed}
    return till.frame(till.next_seq, sent_at_ms=epoch_ms(clock()), **fields)


def glance(engine: Engine, ingest: Ingest, frame: SyncRequest) -> Taken | None:
    with reading(engine) as connection:
        return ingest.glance(connection, frame, "token")


@pytest.fixture
def till(engine: Engine, ingest: Ingest, clock: ShopClock) -> Journal:
    """A till whose only sale is held, and that head office knows to have nothing more."""
    with writing(engine) as connection:
        connection.execute(
            update(terminals).where(terminals.c.terminal == "KRK-1").values(token_hash="token")
        )
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame(history_id="history-1"))
    return till


@pytest.mark.parametrize(
    ("wall_ms", "steady_ms", "jumps"),
    [
        (60 * MINUTE_MS, 60 * MINUTE_MS, False),
        (64 * MINUTE_MS, 60 * MINUTE_MS, False),
        (66 * MINUTE_MS, 60 * MINUTE_MS, True),
        (0, 6 * MINUTE_MS, True),
        (365 * 24 * 60 * MINUTE_MS, MINUTE_MS, True),
        (60 * MINUTE_MS, 0, False),
    ],
)
@pytest.mark.parametrize("frames", [1, 2])
def test_a_clock_that_jumped_between_two_entries_is_shown(
    engine: Engine, ingest: Ingest, wall_ms: int, steady_ms: int, jumps: bool, frames: int
) -> None:
    till = Journal()
    first = till.sale("anna", 10)
    if frames == 2:
        ingest.take(till.frame())
    till.sale("anna", 10, recorded_at_ms=first.recorded_at_ms + wall_ms, elapsed_ms=steady_ms)
    ingest.take(till.frame())
    assert clock_cases(engine) == ([2] if jumps else [])


def test_a_clock_that_was_set_between_two_frames_is_shown(
    engine: Engine, ingest: Ingest, clock: ShopClock, till: Journal
) -> None:
    clock.move(timedelta(hours=1))
    ingest.take(idle(till, clock))
    assert clock_cases(engine) == []
    late = epoch_ms(clock()) - CLOCK_JUMP_MS - 1
    ingest.take(till.frame(2, history_id="history-1", tallies=(), sent_at_ms=late))
    assert clock_cases(engine) == [1]


def test_a_till_with_nothing_to_say_is_answered_without_a_write(
    engine: Engine, ingest: Ingest, clock: ShopClock, till: Journal
) -> None:
    taken = glance(engine, ingest, idle(till, clock))
    assert taken is not None
    assert (taken.head.seq, taken.head.seal) == (1, till.seal_at(1))
    assert taken == ingest.take(idle(till, clock), "token")
    clock.move(timedelta(milliseconds=CONTACT_NOTED_EVERY_MS))
    assert glance(engine, ingest, idle(till, clock)) is not None
    clock.move(timedelta(milliseconds=1))
    assert glance(engine, ingest, idle(till, clock)) is None, "time to write its contact down"


def test_a_till_that_says_anything_is_written_down(
    engine: Engine, ingest: Ingest, clock: ShopClock, till: Journal
) -> None:
    assert glance(engine, ingest, idle(till, clock)) is not None
    with reading(engine) as connection:
        lost = new_mark(9_999, "history-1", read_setting(connection, SERVER_KEY))
    said: tuple[dict[str, Any], ...] = (
        {"printed_notices": ("n1",)},
        {"lookups": ("2900000000000010",)},
        {"waiting": Waiting(1, 10, 1000)},
        {"product_version": "0.2.0"},
        {"last_seal": bytes(32)},
        {"history_id": "history-0", "cursor": 0},
        {"cursor": 9_999, "mark": "made up"},
        {"cursor": 9_999, "mark": lost},
    )
    for news in said:
        frame = idle(till, clock, **news)
        if "history_id" in news or news.get("mark") == "made up":
            assert glance(engine, ingest, frame) is not None, "it is told all anew, and no more"
        else:
            assert glance(engine, ingest, frame) is None, news


def test_a_revoked_terminal_gets_nothing_from_that_moment_on(
    engine: Engine, ingest: Ingest, clock: ShopClock, till: Journal
) -> None:
    with writing(engine) as connection:
        connection.execute(update(terminals).values(revoked_at_ms=epoch_ms(START)))
    with pytest.raises(TerminalUnknown):
        glance(engine, ingest, idle(till, clock))
    till.sale("anna", 10)
    with pytest.raises(TerminalUnknown):
        ingest.take(till.frame(), "token")
    assert len(rows(engine, "entries")) == 1


def test_a_token_of_another_terminal_opens_no_journal(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    with pytest.raises(TerminalUnknown):
        ingest.take(Journal("WAW-1").frame(), "token")
    with pytest.raises(TerminalUnknown):
        ingest.take(Journal("GDA-1").frame(), "token")

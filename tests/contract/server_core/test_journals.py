"""Journals that tills ask for: each once, so many a day, and what the others are told of them."""

from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from loyalty.clock import epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.identifiers import voucher_number
from loyalty.vouchers import ISSUED, REDEEMED
from loyalty.wire import EpochRequest, TerminalChange
from sync_server.store import feed as feed_order
from sync_server.store.engine import reading, writing
from sync_server.store.history import history_of, note_restored
from sync_server.store.tables import journals, terminals, vouchers
from sync_server.terminals import feed
from sync_server.terminals.feed import news_for
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.journals import DAY_MS, MAX_JOURNALS_A_DAY, start_journal
from sync_server.terminals.keys_told import MAX_NEWEST_KEYS
from tests.contract.server_core.journals import START, Journal, meddling, rows

NOW_MS = epoch_ms(START)


def request_for(epoch: int = 1, nonce: str = "n" * 32, **changed: Any) -> EpochRequest:
    fields: dict[str, Any] = {
        "nonce": nonce,
        "epoch": epoch,
        "reason": "fork",
        "public_key": bytes(32).hex(),
    }
    return EpochRequest(**{**fields, **changed})


def started(engine: Engine, request: EpochRequest, terminal: str = "KRK-1") -> tuple[int, int]:
    with writing(engine) as connection:
        reply = start_journal(connection, terminal, request, NOW_MS)
    return reply.epoch, reply.terminal_number


def test_a_request_for_a_journal_is_answered_once(engine: Engine, ingest: Ingest) -> None:
    first = started(engine, request_for())
    assert started(engine, request_for()) == first == (4, 304)
    assert started(engine, request_for(nonce="another")) == (5, 305)
    assert started(engine, request_for(nonce="third"), "WAW-1") == (4, 306)
    assert [row["kind"] for row in rows(engine, "cases")] == ["fork"] * 3
    assert rows(engine, "terminals")[0]["epoch"] == 5
    fresh = Journal("KRK-1", epoch=4)
    fresh.sale("anna", 10)
    old = Journal("KRK-1", epoch=1)
    old.sale("anna", 10)
    assert ingest.take(fresh.frame()).head.seq == ingest.take(old.frame()).head.seq == 1
    with reading(engine) as connection:
        assert not history_of(connection).is_recovering


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_key": "00"},
        {"public_key": "x" * 64},
        {"nonce": ""},
        {"nonce": "n" * 65},
        {"nonce": "n\0"},
        {"reason": "because"},
        {"epoch": 0},
        {"epoch": 2**63},
    ],
    ids=repr,
)
def test_a_request_that_cannot_be_one_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(FrameInvalid):
        started(engine, request_for(**wrong))
    assert rows(engine, "journals") == []


def test_a_terminal_begins_so_many_journals_a_day(engine: Engine, ingest: Ingest) -> None:
    given = [started(engine, request_for(nonce=f"n{n}")) for n in range(MAX_JOURNALS_A_DAY)]
    with pytest.raises(FrameInvalid, match="20 journals within a day"):
        started(engine, request_for(nonce="one more"))
    assert started(engine, request_for(nonce="n0")) == given[0], "an answer that was lost"
    started(engine, request_for(nonce="of another"), "KRK-2")
    with writing(engine) as connection:
        note_restored(connection, NOW_MS, "a test says so")
    with pytest.raises(FrameInvalid, match="20 journals within a day"):
        ingest.take(Journal("KRK-1", epoch=500).frame())
    with writing(engine) as connection:
        start_journal(connection, "KRK-1", request_for(nonce="tomorrow"), NOW_MS + DAY_MS)


def test_a_name_belongs_to_the_terminal_that_used_it(engine: Engine) -> None:
    started(engine, request_for())
    with pytest.raises(FrameInvalid, match="Another terminal"):
        started(engine, request_for(), "KRK-2")


def test_numbers_of_terminals_may_be_used_up(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(terminals).where(terminals.c.terminal == "WAW-1").values(number=99_999)
        )
    with pytest.raises(FrameInvalid, match="used up"):
        started(engine, request_for())


def test_tills_are_told_the_newest_keys_and_those_of_vouchers(engine: Engine) -> None:
    last = 3 + 2 * MAX_NEWEST_KEYS
    with meddling(engine) as connection:
        for epoch in range(4, last + 1):
            connection.execute(
                insert(journals).values(
                    terminal="KRK-1",
                    epoch=epoch,
                    number=10_000 + epoch,
                    public_key=epoch.to_bytes(32, "big"),
                    reason="copy",
                    started_at_ms=NOW_MS,
                )
            )
        for epoch, state in ((7, ISSUED), (8, REDEEMED), (last, ISSUED)):
            number = voucher_number("KRK-1", epoch, 1)
            connection.execute(
                insert(vouchers).values(number=number, state=state, issued_terminal="KRK-1")
            )
    with writing(engine) as connection:
        feed_order.tell(connection, feed_order.TERMINAL, ["KRK-1"])
    with reading(engine) as connection:
        told = news_for(connection, feed.Journal("WAW-1", 1), 0).changes
    [keys] = [
        dict(one.public_keys)
        for one in told
        if isinstance(one, TerminalChange) and one.terminal == "KRK-1"
    ]
    assert sorted(keys) == [7, *range(last - MAX_NEWEST_KEYS + 1, last + 1)]
    assert keys[7] == (7).to_bytes(32, "big")

"""Books that were put back: noticed, begun anew, and nothing given twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, delete, select, update

from loyalty.clock import epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.wire import Outcome, SignedHead, SyncRequest, Waiting, head_words
from sync_server.store import engine as store_engine
from sync_server.store.books_file import BOOKS_FILE
from sync_server.store.engine import reading, writing
from sync_server.store.history import (
    LOST_EPOCHS,
    LOST_NUMBERS,
    History,
    go_on,
    history_of,
    note_restored,
    settle_place,
    settled_history,
)
from sync_server.store.marks import new_mark, put_mark
from sync_server.store.server_key import server_key
from sync_server.store.settings import TIMELINE, read_setting, write_setting
from sync_server.store.tables import entries, feed_marks, heads, terminals
from sync_server.terminals.ingest import Ingest, Taken
from sync_server.terminals.journals import next_epoch, next_number
from tests.contract.server_core.journals import (
    START,
    Journal,
    ShopClock,
    head_office,
    meddling,
    rows,
)

NOW_MS = epoch_ms(START)


def history(engine: Engine) -> History:
    with reading(engine) as connection:
        return history_of(connection)


def receipt_of(taken: Taken) -> SignedHead:
    return SignedHead(taken.history_id, taken.head.seq, taken.head.seal, taken.signature)


def asking(till: Journal, history_id: str, **changed: Any) -> SyncRequest:
    """A frame with nothing in it of a till whose entries are all held."""
    return till.frame(till.next_seq, history_id=history_id, tallies=(), **changed)


@contextmanager
def put_back(engine: Engine, ingest: Ingest, till: Journal, lost: int) -> Iterator[Taken]:
    """Hand `till` in, then lose its last entries as a restored backup does."""
    kept = till.next_seq - 1 - lost
    ingest.take(till.frame(1, kept))
    with reading(engine) as connection:
        [head] = connection.execute(select(heads)).mappings().all()
    taken = ingest.take(till.frame())
    with meddling(engine) as connection:
        connection.execute(delete(entries).where(entries.c.seq > kept))
        connection.execute(update(heads).values(**head))
    yield taken


def test_every_head_is_signed_for_its_till(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.sale("anna", 10)
    taken = ingest.take(till.frame())
    with reading(engine) as connection:
        key = server_key(connection).public_key()
    words = head_words(taken.history_id, "KRK-1", 1, taken.head.seq, taken.head.seal)
    key.verify(taken.signature, words)
    [head] = rows(engine, "heads")
    assert (head["signature"], head["history_id"]) == (taken.signature, "history-1")
    assert ingest.take(till.frame()).signature == taken.signature
    till.sale("anna", 10)
    assert ingest.take(till.frame()).signature != taken.signature


def test_a_head_of_books_without_signatures_is_signed_when_it_is_asked_for(
    engine: Engine, ingest: Ingest
) -> None:
    till = Journal()
    till.sale("anna", 10)
    signature = ingest.take(till.frame()).signature
    with writing(engine) as connection:
        connection.execute(update(heads).values(signature=b"", history_id=""))
    assert ingest.take(asking(till, "history-1")).signature == signature
    assert rows(engine, "heads")[0]["signature"] == signature


def test_a_receipt_above_the_head_proves_that_the_books_were_put_back(
    engine: Engine, ingest: Ingest
) -> None:
    till = Journal()
    for _ in range(5):
        till.sale("anna", 10)
    with put_back(engine, ingest, till, lost=2) as taken:
        behind = ingest.take(till.frame(6, history_id="history-1", receipt=receipt_of(taken)))
    assert (behind.outcome, behind.head.seq) == (Outcome.BEHIND, 3)
    assert behind.history_id == history(engine).history_id != "history-1"
    assert history(engine).is_recovering
    again = ingest.take(till.frame(4, history_id=behind.history_id, receipt=receipt_of(taken)))
    assert (again.outcome, again.head.seq) == (Outcome.ACCEPTED, 5)
    assert again.history_id == behind.history_id, "an old history's receipt begins no third one"
    assert [case["kind"] for case in rows(engine, "cases")] == ["restored"]


@pytest.mark.parametrize("forged", ["signature", "seq", "history"])
def test_a_receipt_that_head_office_never_gave_proves_nothing(
    engine: Engine, ingest: Ingest, forged: str
) -> None:
    till = Journal()
    till.sale("anna", 10)
    receipt = receipt_of(ingest.take(till.frame()))
    changes: dict[str, dict[str, Any]] = {
        "signature": {"seq": 9, "signature": bytes(64)},
        "seq": {"seq": 9},
        "history": {"history_id": "history-0"},
    }
    ingest.take(till.frame(receipt=msgspec.structs.replace(receipt, **changes[forged])))
    assert not history(engine).is_recovering
    assert history(engine).history_id == "history-1"


def last_mark(engine: Engine) -> tuple[int, str]:
    """The number of the latest draw of change numbers, and its mark."""
    with reading(engine) as connection:
        row = connection.execute(
            select(feed_marks.c.change_no, feed_marks.c.mark).order_by(
                feed_marks.c.change_no.desc()
            )
        ).first()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("is_drawn_again", [False, True], ids=["gone", "drawn again"])
def test_a_change_that_was_told_and_is_gone_proves_it_too(
    engine: Engine, ingest: Ingest, is_drawn_again: bool
) -> None:
    """Grants leave a mark in the feed, even where no entry was lost."""
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame())
    last, mark = last_mark(engine)
    ingest.take(asking(till, "history-1", cursor=last, mark=mark))
    assert not history(engine).is_recovering
    with meddling(engine) as connection:
        connection.execute(delete(feed_marks).where(feed_marks.c.change_no == last))
        if is_drawn_again:
            put_mark(connection, last, "history-1", history(engine).key)
    ingest.take(asking(till, "history-1", cursor=last, mark=mark))
    begun = history(engine)
    assert begun.is_recovering
    ingest.take(asking(till, begun.history_id, cursor=last, mark=mark))
    assert history(engine).history_id == begun.history_id, "an old mark begins no third history"


@pytest.mark.parametrize("made_up", range(5))
def test_a_mark_that_was_made_up_proves_nothing(
    engine: Engine, ingest: Ingest, made_up: int
) -> None:
    """A till that may be anybody's must not be able to stop grants by a word."""
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame())
    last, mark = last_mark(engine)
    key = history(engine).key
    says = (
        "made up",
        f"{mark}!",
        new_mark(last + 1, "history-1", bytes(32).hex()),
        new_mark(last + 1, "history-0", key),
        new_mark(last + 1, "history-1", ""),
    )
    for cursor in (1, last, last + 1):
        ingest.take(asking(till, "history-1", cursor=cursor, mark=says[made_up]))
    assert history(engine).history_id == "history-1"
    assert rows(engine, "cases") == []


def test_rights_are_granted_again_when_every_till_was_heard(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(terminals)
            .where(terminals.c.terminal != "WAW-1")
            .values(token_hash=terminals.c.terminal)
        )
        begun = note_restored(connection, NOW_MS, "a test says so").history_id
    one, two = Journal("KRK-1"), Journal("KRK-2")
    one.sale("anna", 10)
    ingest.take(one.frame(history_id="history-1"))
    assert history(engine).is_recovering, "it has not heard of the new history yet"
    ingest.take(asking(one, begun))
    assert history(engine).is_recovering
    ingest.take(asking(two, begun, waiting=Waiting(3, 30, 3000)))
    ingest.take(asking(two, begun))
    assert not history(engine).is_recovering


def test_the_owner_may_go_on_without_a_till(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        note_restored(connection, NOW_MS, "a test says so")
        go_on(connection)
    assert not history(engine).is_recovering


def test_what_was_given_in_a_lost_time_is_never_given_again(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        epoch, number = next_epoch(connection, "KRK-1"), next_number(connection)
        assert number is not None
        note_restored(connection, NOW_MS, "a test says so")
        assert next_epoch(connection, "KRK-1") >= epoch + LOST_EPOCHS - 1
        assert (next_number(connection) or 0) >= number + LOST_NUMBERS - 1


def test_a_backup_put_back_a_second_time_gives_nothing_twice(
    engine: Engine, ingest: Ingest
) -> None:
    ingest.take(Journal("KRK-1").frame())
    given: list[tuple[int, int | None]] = []
    for hours_later in (1, 3):
        with engine.connect() as connection, connection.begin() as books:
            note_restored(connection, NOW_MS + hours_later * 3_600_000, "a test says so")
            given.append((next_epoch(connection, "KRK-1"), next_number(connection)))
            # The same backup once more: nothing of it is known.
            books.rollback()
    (epoch, number), (later_epoch, later_number) = given
    assert later_epoch > epoch
    assert number is not None
    assert later_number is not None
    assert later_number > number


def test_room_that_was_left_before_is_left_again(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        note_restored(connection, NOW_MS + 3_600_000, "a test says so")
        epoch, number = next_epoch(connection, "KRK-1"), next_number(connection)
        note_restored(connection, NOW_MS + 3_600_001, "a test says so")
        assert next_epoch(connection, "KRK-1") > epoch
        assert (next_number(connection) or 0) > (number or 0)


def given_in_a_lost_time(engine: Engine, epoch: int) -> tuple[Journal, SignedHead]:
    """A till in a journal that the books do not know, with head office's word about it."""
    till = Journal("KRK-1", epoch)
    till.sale("anna", 10)
    words = head_words("history-1", "KRK-1", epoch, 1, till.seal_at(1))
    signature = history(engine).signing_key.sign(words)
    return till, SignedHead("history-1", 1, till.seal_at(1), signature)


def test_a_journal_that_was_given_in_a_lost_time_is_kept(engine: Engine, ingest: Ingest) -> None:
    lost, receipt = given_in_a_lost_time(engine, 4)
    taken = ingest.take(lost.frame(history_id="history-1", receipt=receipt))
    assert (taken.outcome, taken.head.seq) == (Outcome.ACCEPTED, 1)
    assert taken.history_id != "history-1"
    kept = {row["epoch"]: row for row in rows(engine, "journals") if row["terminal"] == "KRK-1"}
    assert (kept[4]["reason"], kept[4]["public_key"]) == ("lost", kept[3]["public_key"])
    assert kept[4]["number"] < 0
    with pytest.raises(FrameInvalid, match="never given journal 4999"):
        ingest.take(Journal("KRK-1", epoch=4999).frame())


def test_a_journal_that_nobody_gave_is_refused_until_the_loss_is_known(
    engine: Engine, ingest: Ingest
) -> None:
    """A till's word alone neither begins a new history nor takes up room."""
    lost, receipt = given_in_a_lost_time(engine, 5)
    forged = msgspec.structs.replace(receipt, signature=bytes(64))
    for shown in (None, forged):
        with pytest.raises(FrameInvalid, match="never given journal 5") as refused:
            ingest.take(lost.frame(receipt=shown))
        assert "paragon-server restored" in str(refused.value)
    assert history(engine).history_id == "history-1"
    assert rows(engine, "cases") == []
    with writing(engine) as connection:
        note_restored(connection, NOW_MS, "the operator said so")
    assert ingest.take(lost.frame()).head.seq == 1


def test_a_receipt_of_an_earlier_history_proves_a_journal_too(
    engine: Engine, ingest: Ingest
) -> None:
    lost, receipt = given_in_a_lost_time(engine, 4_000)
    with writing(engine) as connection:
        note_restored(connection, NOW_MS, "the operator said so")
        second = history_of(connection).history_id
    taken = ingest.take(lost.frame(receipt=receipt))
    assert (taken.outcome, taken.head.seq) == (Outcome.ACCEPTED, 1)
    assert taken.history_id not in ("history-1", second)


def test_another_timeline_is_another_history(engine: Engine, clock: ShopClock) -> None:
    ingest = head_office(engine, clock)
    till = Journal()
    till.sale("anna", 10)
    assert ingest.take(till.frame()).history_id == "history-1"
    with writing(engine) as connection:
        timeline = store_engine.timeline_of(connection)
        assert bool(timeline) == (engine.dialect.name == "postgresql")
        if not timeline:
            connection.info[store_engine._TIMELINE] = "00000001"
        write_setting(connection, TIMELINE, "00000000")
        assert settled_history(connection, NOW_MS).is_recovering
        assert settled_history(connection, NOW_MS).history_id != "history-1"
        connection.info[store_engine._TIMELINE] = timeline


def test_books_in_another_file_are_another_history(engine: Engine) -> None:
    def started_in_place() -> History:
        with writing(engine) as connection:
            settle_place(connection, NOW_MS)
            return history_of(connection)

    assert [started_in_place().history_id for _ in range(2)] == ["history-1"] * 2
    with writing(engine) as connection:
        place = read_setting(connection, BOOKS_FILE)
        assert bool(place) == (engine.dialect.name == "sqlite")
        write_setting(connection, BOOKS_FILE, "another-machine:1" if place else "")
    begun = started_in_place()
    assert begun.is_recovering == bool(place)
    assert (begun.history_id != "history-1") == bool(place)
    assert started_in_place().history_id == begun.history_id

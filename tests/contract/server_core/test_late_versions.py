"""What went by another version of the programme than was in force is listed, on either database."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from sync_server.reconcile import late_versions as listing
from sync_server.reconcile.late_versions import LateVersion, LateVersions, late_versions
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import publish
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal

ZONE = ZoneInfo("Europe/Warsaw")
SECOND_FROM = START + timedelta(hours=3)
"""As the third entry of a journal is written: an hour lies between any two."""

THIRD_FROM = START + timedelta(hours=6)


def document(version: int, points: int, more: str = "") -> str:
    text = classic_document().replace("version = 1", f"version = {version}")
    return text.replace("points = 1", f"points = {points}") + more


@pytest.fixture
def published(engine: Engine) -> Engine:
    """A chain whose second version doubles the points, and whose third gives three for one."""
    with writing(engine) as connection:
        publish(connection, document(2, 2), epoch_ms(SECOND_FROM), epoch_ms(START))
        third = document(3, 3, '\n[returns]\nwithout_receipt = "nothing"\n')
        publish(connection, third, epoch_ms(THIRD_FROM), epoch_ms(START))
    return engine


def listed(engine: Engine, **asked: str | int) -> LateVersions:
    with reading(engine) as connection:
        return late_versions(connection, ZONE, **asked)  # type: ignore[arg-type]


def late(terminal: str, used: int, in_force: int, **sums: int | str) -> LateVersion:
    return LateVersion(
        terminal=terminal,
        used=f"classic@{used}",
        in_force=f"classic@{in_force}",
        **{"unreadable": 0, **sums},  # type: ignore[arg-type]
    )


def test_a_chain_of_one_version_has_nothing_late(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame())
    assert listed(engine) == LateVersions()


def test_what_was_promised_stands_beside_what_was_in_force(
    published: Engine, ingest: Ingest
) -> None:
    missed, on_time, ahead = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    for _ in range(2):
        missed.sale("anna", 10)
        on_time.sale("anna", 10)
    for _ in range(2):
        missed.sale("anna", 10)
        on_time.sale("anna", 10, points=20, programme="classic@2")
    missed.goods_return("anna", 4)
    missed.goods_return("anna", 4)
    # Its clock is ahead: to it the second version had started.
    ahead.sale("anna", 10, points=20, programme="classic@2")
    for journal in (missed, on_time, ahead):
        ingest.take(journal.frame())
    assert listed(published) == LateVersions(
        (
            late(
                *("KRK-1", 1, 2),
                entries=3,
                points_promised=16,
                points_in_force=32,
                latest="2026-05-01 16:00",
            ),
            # By the third version goods without a receipt take nothing back.
            late(
                *("KRK-1", 1, 3),
                entries=1,
                points_promised=-4,
                points_in_force=0,
                latest="2026-05-01 17:00",
            ),
            late(
                *("WAW-1", 2, 1),
                entries=1,
                points_promised=20,
                points_in_force=10,
                latest="2026-05-01 12:00",
            ),
        )
    )
    assert [one.difference for one in listed(published).found] == [-16, -4, 10]


def test_what_was_sold_before_the_first_version_is_not_late(
    published: Engine, ingest: Ingest
) -> None:
    till = Journal()
    till.sale("anna", 10, occurred_at_ms=epoch_ms(START - timedelta(days=900)))
    ingest.take(till.frame())
    assert listed(published) == LateVersions()


def test_goods_with_their_receipt_come_back_by_its_version(
    published: Engine, ingest: Ingest
) -> None:
    till = Journal()
    till.sale("anna", 10)
    payload = {"of": ["KRK-1", 1, 1], "returned": [[0, 1, 1_000]], "lines": [["TEA", 1, 1_000]]}
    at_ms = epoch_ms(THIRD_FROM + timedelta(days=3))
    till.add("reverse", "anna", -10, amount_minor=-1_000, payload=payload, occurred_at_ms=at_ms)
    ingest.take(till.frame())
    assert listed(published) == LateVersions()


def test_what_cannot_be_read_is_counted_and_gives_nothing(
    published: Engine, ingest: Ingest
) -> None:
    till = Journal()
    at_ms = epoch_ms(SECOND_FROM)
    till.sale("anna", 10, occurred_at_ms=at_ms)
    till.sale("anna", 10, occurred_at_ms=at_ms, payload={"lines": [["TEA", "many", 1]]})
    till.sale("anna", 10, occurred_at_ms=at_ms, payload={"lines": [], "marks": 7})
    ingest.take(till.frame())
    [found] = listed(published).found
    assert (found.entries, found.unreadable) == (3, 2)
    assert (found.points_promised, found.points_in_force) == (10, 20)


@pytest.mark.parametrize("entries", [1, 2, 3, 4])
def test_no_more_is_looked_at_than_was_asked_for(
    published: Engine, ingest: Ingest, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS_AT_ONCE", 2)
    till = Journal()
    for _ in range(3):
        till.sale("anna", 10, occurred_at_ms=epoch_ms(SECOND_FROM))
    ingest.take(till.frame())
    told = listed(published, at_most=entries)
    assert told.is_whole == (entries >= 3)
    assert sum(one.entries for one in told.found) == min(entries, 3)


def test_one_terminal_and_one_day_alone(published: Engine, ingest: Ingest) -> None:
    tills = [Journal("KRK-1"), Journal("KRK-2")]
    for till in tills:
        till.sale("anna", 10, occurred_at_ms=epoch_ms(SECOND_FROM))
        till.sale("anna", 10, occurred_at_ms=epoch_ms(SECOND_FROM + timedelta(days=1)))
        ingest.take(till.frame())
    assert [one.terminal for one in listed(published, terminal="KRK-2").found] == ["KRK-2"] * 2
    [first, second] = listed(published, day="2026-05-02").found
    assert (first.entries, second.entries, first.in_force) == (1, 1, "classic@3")
    assert listed(published, terminal="KRK-1", day="2026-05-03") == LateVersions()

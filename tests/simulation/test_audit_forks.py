"""What the auditor asks of second histories: bytes that were sent, or the entry where it went."""

import sqlite3
from typing import Any

import msgspec
import pytest

from tests.simulation.audit_forks import audit_forks
from tests.simulation.evidence import Row
from tests.simulation.witness import Witness

_TABLES = """
    CREATE TABLE quarantine (terminal, epoch, seq, body, in_chain);
    CREATE TABLE cases (case_id, kind, terminal, epoch, seq);
"""
_SENT = ("fork:GDA-1:1:19", "fork", 19)
_LOST = ("fork:GDA-1:1:18-19", "fork", 19)
_CUT_OFF = ("cut-off:GDA-1:1:new-3", "cut-off", 0)
_FORKED = ("fork:GDA-1:1:new-3", "fork", 0)


def _row(epoch: int, seq: int, points: int, **payload: Any) -> Row:
    fields = ("GDA-1", epoch, seq, "earn", "M", points, 100, "R", "simulated@2", 5, 5 + epoch)
    return Row("GDA-1", epoch, seq, msgspec.msgpack.encode([*fields, payload]), b"")


_HERS = _row(1, 19, 54)
_HIS = _row(1, 19, 26)
_MOVED = _row(3, 1, 26, salvaged=[1, 19])
_NO_EVIDENCE = "GDA-1: ('GDA-1', 1) parts at entry 19, of which no evidence is kept"
_NO_CASE = "GDA-1: ('GDA-1', 1) parts at entry 19, and no case says so"


def _found(
    cases: list[tuple[str, str, int]], chain: list[Row], evidence: tuple[Row, ...] = ()
) -> list[str]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(_TABLES)
    connection.executemany("INSERT INTO cases VALUES (?, ?, 'GDA-1', 1, ?)", cases)
    connection.executemany(
        "INSERT INTO quarantine VALUES (?, ?, ?, ?, 0)",
        [(row.terminal, row.epoch, row.seq, row.body) for row in evidence],
    )
    found = audit_forks(connection, Witness(), [_HERS, *chain], {"GDA-1": [_HIS]})
    breaches = [breach.what for breach in found]
    connection.close()
    return breaches


def test_bytes_that_were_sent_are_kept() -> None:
    assert not _found([_SENT], [], (_HIS,))


@pytest.mark.parametrize("case", [_LOST, _CUT_OFF])
def test_what_a_till_without_its_end_never_sent_is_kept_where_it_went(
    case: tuple[str, str, int],
) -> None:
    assert not _found([case], [_MOVED])


def test_bytes_that_were_sent_are_not_made_up_for_by_the_entry_where_it_went() -> None:
    assert _found([_FORKED], [_MOVED]) == [_NO_EVIDENCE]
    assert _found([_SENT, _CUT_OFF], [_MOVED]) == [_NO_EVIDENCE]


def test_a_copy_may_have_sent_its_own_first() -> None:
    assert not _found([_SENT, _CUT_OFF], [_MOVED], (_row(1, 19, 7),))


def test_an_entry_that_changed_on_its_way_is_not_the_same() -> None:
    assert _found([_LOST], [_row(3, 1, 27, salvaged=[1, 19])]) == [_NO_EVIDENCE]
    assert _found([_LOST], []) == [_NO_EVIDENCE]


def test_somebody_has_to_say_so() -> None:
    assert _found([], [_MOVED]) == [_NO_CASE, _NO_EVIDENCE]
    assert _found([], [], (_HIS,)) == [_NO_CASE]

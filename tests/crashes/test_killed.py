"""Killed at any instant, nothing that was confirmed is lost or doubled (G1, G2, G3, G5)."""

from pathlib import Path

import pytest

from tests.crashes.killing import run

KILLS = 12
SEED = 3

pytestmark = pytest.mark.timeout(300)


def test_what_was_confirmed_is_in_every_ledger_once(tmp_path: Path) -> None:
    report = run(tmp_path, KILLS, SEED)
    assert report.findings == []
    assert sum(report.kills.values()) == KILLS
    assert report.repeats > 0, "no sale met a process that was down"
    assert report.vouchers_issued > 0
    assert report.vouchers_paid > 0
    assert report.confirmed > 10 * KILLS
